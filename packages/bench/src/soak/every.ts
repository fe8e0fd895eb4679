import { setTimeout as delay } from "node:timers/promises";

/** Waits so many milliseconds, or until the signal. */
type Pause = (ms: number, end: AbortSignal) => Promise<void>;

const pauseBy: Pause = (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined);

/** Does something each time that so many milliseconds have gone by since it was done, until the end: not at the start, and not at the end. */
export async function every(
  ms: number,
  end: AbortSignal,
  act: () => Promise<void>,
  pause: Pause = pauseBy,
): Promise<void> {
  while (!end.aborted) {
    await pause(ms, end);
    if (!end.aborted) await act();
  }
}
