/**
 * Lets at most `maxInside` run at once and at most `maxWaiting` wait their turn, in the order in which they came.
 *
 * `enter` gives the function that leaves again, to be called once. It rejects with the signal's reason where that comes
 * first, and at once where too many wait.
 */
export function turnstile(maxInside: number, maxWaiting: number): { enter(signal: AbortSignal): Promise<() => void> } {
  let inside = 0;
  const waiting = new Set<() => void>();

  function leave(): void {
    const [next] = waiting;
    if (next === undefined) {
      inside--;
      return;
    }
    waiting.delete(next);
    next();
  }

  return {
    async enter(signal) {
      signal.throwIfAborted();
      if (inside < maxInside) {
        inside++;
        return leave;
      }
      if (waiting.size >= maxWaiting) throw new Error("too many questions are waiting");
      await new Promise<void>((resolve, reject) => {
        const proceed = () => {
          signal.removeEventListener("abort", abort);
          resolve();
        };
        const abort = () => {
          waiting.delete(proceed);
          reject(signal.reason);
        };
        waiting.add(proceed);
        signal.addEventListener("abort", abort, { once: true });
      });
      return leave;
    },
  };
}
