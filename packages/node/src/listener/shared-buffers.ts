/** Counts the octets that all connections of a server together hold unread, up to a limit. */
export class SharedBuffers {
  readonly #most: number;
  #held = 0;

  /** @param most octets */
  constructor(most: number) {
    this.#most = most;
  }

  /** Tells that a connection that held `before` octets now holds `after`; false where that is more than there is room for. */
  change(before: number, after: number): boolean {
    this.#held += after - before;
    return after <= before || this.#held <= this.#most;
  }
}
