/** Milliseconds of work before others get their turn. */
const SLICE_MS = 10;

/** Lets work be done in slices. */
export class Pace {
  #began = performance.now();

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
