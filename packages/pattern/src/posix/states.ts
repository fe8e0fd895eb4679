/** A state of the automaton. Those of kind `set` and `reference` take octets, `end` ends a match, the others take nothing. */
export interface State {
  readonly kind: "set" | "reference" | "end" | "open" | "close" | "fork" | "anchor";
  /** For each octet, whether it is taken. */
  readonly takes: Uint8Array | undefined;
  /** Of `open`, `close` and `reference`. */
  readonly group: number;
  /** Of `close`: whether the group is an optional or repeated one. */
  readonly optional: boolean;
  /** What must hold where the state is. */
  constraint: number;
  /** Whether it is the copy of another, made for a constraint or for a repeat. */
  duplicated: boolean;
  /** For a copy: the state it was made of. */
  readonly origin: number;
  /** Where to go on behind the octets. */
  next: number;
  /** Where to go on without taking any, by preference: ascending, as glibc numbers them. */
  edges: readonly number[];
}

/** States of an automaton. */
export const MAX_STATES = 4000;
/** Thrown inside, and caught where the automaton is built. */
export class TooManyStates extends Error {}

/** The states of an automaton that is being built, by their numbers. */
export class States {
  readonly all: State[] = [];

  /** Adds a state, and gives its number. */
  add(state: Partial<State> & Pick<State, "kind">): number {
    if (this.all.length >= MAX_STATES) throw new TooManyStates();
    return (
      this.all.push({
        takes: undefined,
        group: 0,
        optional: false,
        constraint: 0,
        duplicated: false,
        origin: -1,
        next: -1,
        edges: [],
        ...state,
      }) - 1
    );
  }
}

/** Edges in glibc's order. */
export function ascending(states: readonly number[]): readonly number[] {
  return [...new Set(states)].sort((a, b) => a - b);
}
