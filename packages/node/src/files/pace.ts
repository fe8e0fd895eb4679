import type { Steps } from "@fromguard/core";

/** Milliseconds of work before others get their turn: with the step that is under way when they have gone by it is less than 10. */
const SLICE_MS = 5;

/** Lets work be done in slices. */
export class Pace {
  #began = performance.now();

  /** Lets everything else that waits go first, once the slice is over. */
  async rest(): Promise<void> {
    if (this.isDue()) await this.turn();
  }

  /** Does work to its end, in slices. */
  async finish<T>(steps: Steps<T>): Promise<T> {
    for (;;) {
      const { done, value } = steps.next();
      if (done) return value;
      if (this.isDue()) await this.turn();
    }
  }

  /** Whether the slice is over. */
  isDue(): boolean {
    return performance.now() - this.#began >= SLICE_MS;
  }

  /** Lets everything else that waits go first. */
  async turn(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#began = performance.now();
  }
}

/** Does work in slices of at most 10 ms, between which everything else that waits has its turn. */
export function inSlices<T>(steps: Steps<T>): Promise<T> {
  return new Pace().finish(steps);
}
