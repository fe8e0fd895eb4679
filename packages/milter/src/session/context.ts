import { type EventKind, OCTETS } from "./events.js";
import type { MilterContext, Negotiated } from "./handler.js";
import { MacroSets } from "./macros.js";

/** What a handler can ask about the event in progress: one of a connection, for all of its events. */
export class EventContext implements MilterContext {
  readonly negotiated: Negotiated;
  readonly macros: MacroSets;
  /** The event whose answer the handler has not made yet. */
  inProgress: EventKind | undefined;
  readonly #progress: () => void;
  /** Made when a handler reads its signal, which few do. */
  #abort: AbortController | undefined;

  /** @param onConflict told of a macro with two values in a set that is read */
  constructor(negotiated: Negotiated, progress: () => void, onConflict: (stage: string, name: string) => void) {
    this.negotiated = negotiated;
    this.#progress = progress;
    this.macros = new MacroSets(onConflict);
  }

  macro(name: string, stage?: string): string | undefined {
    if (stage !== undefined) return this.macros.at(stage, name);
    return this.macros.upTo(this.inProgress === undefined ? "C" : OCTETS[this.inProgress], name);
  }

  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    return this.#abort.signal;
  }

  progress(): void {
    this.#progress();
  }

  /** The event in progress has lost its reader. */
  abort(): void {
    this.inProgress = undefined;
    this.#abort?.abort("aborted");
    this.#abort = undefined;
  }

  /** Another message: it has a signal of its own. */
  renew(): void {
    this.#abort = undefined;
  }
}
