/**
 * Work that is done step by step: each `next()` does one, of about a millisecond at most, and the last returns what came of it. Between
 * two of them others may have their turn. A fault is thrown by the step that finds it.
 */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Does all steps at once. */
export function allSteps<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
