/** A time that runs, or does not. */
export class Deadline {
  #timer: NodeJS.Timeout | undefined;

  /** Starts it, unless it runs. */
  start(delayMs: number, onTimeout: () => void): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      onTimeout();
    }, delayMs);
  }

  stop(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
