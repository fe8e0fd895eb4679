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

/** Milliseconds that an answer may take behind the end of a stretch: servers that fork have fewer processes than there are connections. */
const MAX_WAIT_MS = 10_000;

/**
 * Asks questions over every connection at the same time, each the next when the last is answered; what has begun when the
 * stretch ends is waited for and counts. A question without an answer 10 s behind the end counts as wrong, and its connection is closed.
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
  const giveUps = new Set<() => void>();
  const giveUpAll = () => {
    for (const each of giveUps) each();
  };
  // Of a number of decisions the end is not known before the first connection finds none left.
  let deadline = Number.isFinite(timeMs) ? setTimeout(giveUpAll, timeMs + MAX_WAIT_MS) : undefined;
  await Promise.all(
    askers.map(
      (asker) =>
        new Promise<void>((resolve) => {
          let isWaited = true;
          const end = () => {
            isWaited = false;
            giveUps.delete(giveUp);
            deadline ??= setTimeout(giveUpAll, MAX_WAIT_MS);
            resolve();
          };
          const giveUp = () => {
            wrong++;
            end();
            asker.close();
          };
          giveUps.add(giveUp);
          const next = () => {
            if (isOver() || !asker.isOpen) return end();
            const { payload, expected } = questions[asked++ % questions.length] as Question<Payload>;
            const at = performance.now();
            asker.ask(payload, (said, waited) => {
              if (!isWaited) return;
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
  clearTimeout(deadline);
  return { decisions: latencies.length, wrong, waits, seconds: (performance.now() - begun) / 1000, latencies };
}
