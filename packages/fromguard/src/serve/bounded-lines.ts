import type { Output } from "../io.js";

/** Characters of lines that may wait for a slow reader. */
export const MAX_WAITING = 8 * 1024 * 1024;

/**
 * Lines on their way to an output that may be slower than we are, or gone: nothing waits for it. Over {@link MAX_WAITING} characters that
 * wait for their reader, lines are dropped until he has caught up.
 */
export class BoundedLines {
  readonly #output: Output;
  /** Told, once the reader has caught up, how many lines were dropped. */
  readonly #onDropped: (count: number) => void;
  #slow: Promise<void> | undefined;
  #waiting = 0;
  #dropped = 0;

  constructor(output: Output, onDropped: (count: number) => void) {
    this.#output = output;
    this.#onDropped = onDropped;
  }

  write(line: string): void {
    if (this.#dropped > 0 || this.#waiting + line.length > MAX_WAITING) {
      this.#dropped++;
      return;
    }
    let slow: void | Promise<void>;
    try {
      slow = this.#output.write(line);
    } catch {
      // The mail goes on without its log.
      return;
    }
    if (slow === undefined) return;
    this.#waiting += line.length;
    if (slow !== this.#slow) void this.#caughtUp(slow);
  }

  async #caughtUp(slow: Promise<void>): Promise<void> {
    this.#slow = slow;
    await slow.catch(() => undefined);
    // A later wait stands for what was written behind it.
    if (this.#slow !== slow) return;
    const dropped = this.#dropped;
    this.#slow = undefined;
    this.#waiting = 0;
    this.#dropped = 0;
    if (dropped > 0) this.#onDropped(dropped);
  }
}
