/** A worker that has served for so long is replaced at once. */
const STEADY_MS = 60_000;
const MIN_DELAY_MS = 100;
const MAX_DELAY_MS = 30_000;

/**
 * Milliseconds from the end of a worker to the start of the next in its place: twice as many each time, from 100 to 30,000, so
 * that a fault which every worker has does not occupy the machine. None for one that served for a minute.
 *
 * @param livedMs how long it lived
 * @param lastMs the delay before it started
 */
export function delayBeforeReplacement(livedMs: number, lastMs: number): number {
  if (livedMs >= STEADY_MS) return 0;
  return Math.min(MAX_DELAY_MS, Math.max(MIN_DELAY_MS, 2 * lastMs));
}
