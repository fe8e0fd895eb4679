import type { Pattern } from "../syntax.js";
import { Closures } from "./closures.js";
import { PieceBuilder } from "./pieces.js";
import { type State, States, TooManyStates } from "./states.js";

/** An automaton with the states, and the order of states, that glibc gives a pattern. */
export interface Nfa {
  readonly states: readonly State[];
  readonly first: number;
  /** For each state, what is reached from it without taking an octet, itself included. */
  readonly closures: readonly (readonly number[])[];
  /** For each group: the one around it that has the same bounds and stands for it, else itself. */
  readonly sameAs: readonly number[];
  readonly captureCount: number;
}

/**
 * Builds the automaton of a pattern, or nothing where it has more than {@link MAX_STATES}, or where too many are reached from one another.
 *
 * Captures, and what constraints do in repeats, follow from the states and their order: so both are glibc's.
 *
 * @param groups groups to keep; others are matched without a trace
 */
export function buildNfa(pattern: Pattern, groups: "all" | "referenced"): Nfa | undefined {
  try {
    const states = new States();
    const pieces = new PieceBuilder(states, pattern, groups);
    const first = pieces.build();
    const closures = new Closures(states).all();
    return { states: states.all, first, closures, sameAs: pieces.sameAs, captureCount: pattern.captureCount };
  } catch (error) {
    if (error instanceof TooManyStates) return undefined;
    throw error;
  }
}
