import type { Asker, Question } from "./question.js";

/** What a stretch of load came to. */
export interface Load {
  readonly decisions: number;
  readonly wrong: number;
  readonly waits: number;
  readonly seconds: number;
  /** Of each decision, in milliseconds. */
  readonly latencies: readonly number[];
}

/** How long a stretch lasts: a time, or a number of decisions, whichever is reached first. */
export interface Stretch {
  readonly timeMs?: number;
  readonly decisions?: number;
}

/**
 * Asks questions over every connection at the same time, each the next when the last is answered; what has begun when the
 * stretch ends is waited for and counts.
 */
export async function load<Payload>(
  askers: readonly Asker<Payload>[],
  questions: readonly Question<Payload>[],
  stretch: Stretch,
): Promise<Load> {
  const latencies: number[] = [];
  let asked = 0;
  let wrong = 0;
  let waits = 0;
  const begun = performance.now();
  const { timeMs = Number.POSITIVE_INFINITY, decisions = Number.POSITIVE_INFINITY } = stretch;
  const isOver = () => asked >= decisions || performance.now() - begun >= timeMs;
  await Promise.all(
    askers.map(
      (asker) =>
        new Promise<void>((resolve) => {
          const next = () => {
            if (isOver() || !asker.isOpen) return resolve();
            const { payload, expected } = questions[asked++ % questions.length] as Question<Payload>;
            const at = performance.now();
            asker.ask(payload, (said, waited) => {
              latencies.push(performance.now() - at);
              waits += waited;
              if (said !== expected) wrong++;
              next();
            });
          };
          next();
        }),
    ),
  );
  return { decisions: latencies.length, wrong, waits, seconds: (performance.now() - begun) / 1000, latencies };
}
