/** How many connections the workers have open together, on each listener. */
export class ConnectionCounts<Owner> {
  readonly #limits: readonly number[];
  /** By listener. */
  readonly #open: number[];
  readonly #owned = new Map<Owner, number[]>();

  /** @param limits connections of each listener that may be open at one time, by its place in the list */
  constructor(limits: readonly number[]) {
    this.#limits = limits;
    this.#open = limits.map(() => 0);
  }

  /** Counts one more of an owner, where the listener has room. */
  enter(owner: Owner, listener: number): boolean {
    if ((this.#open[listener] ?? 0) >= (this.#limits[listener] ?? 0)) return false;
    this.#change(owner, listener, 1);
    return true;
  }

  leave(owner: Owner, listener: number): void {
    if ((this.#owned.get(owner)?.[listener] ?? 0) > 0) this.#change(owner, listener, -1);
  }

  /** An owner has gone, with all of its connections. */
  forget(owner: Owner): void {
    this.#owned.get(owner)?.forEach((own, listener) => {
      this.#open[listener] = (this.#open[listener] ?? 0) - own;
    });
    this.#owned.delete(owner);
  }

  #change(owner: Owner, listener: number, by: 1 | -1): void {
    const own = this.#owned.get(owner) ?? this.#limits.map(() => 0);
    this.#owned.set(owner, own);
    own[listener] = (own[listener] ?? 0) + by;
    this.#open[listener] = (this.#open[listener] ?? 0) + by;
  }
}
