import { SLOT_SCOPE, Verb, WIDTH } from "./program.js";
import { BARRIER, compact, FAIL, NEXT_ATTEMPT, NO_MATCH, push, RECORD, state, store, unwind, VERB } from "./state.js";

// Atomic groups, lookarounds and verbs: what forgets ways back, or goes back over them.

/** `Op.Enter`: the height is the one below what is to undo. */
export function enter(pc: number): number {
  store(state.program.code[pc + 1]!, state.sp);
  return pc + WIDTH;
}

/** `Op.Cut`. */
export function cut(pc: number): number {
  const height = state.slots[state.program.code[pc + 1]!]!;
  compact(height, height);
  return pc + WIDTH;
}

/** `Op.Look`. */
export function look(pc: number): number {
  const { code } = state.program;
  store(code[pc + 1]!, -1);
  state.slots[code[pc + 1]!] = state.sp;
  push(BARRIER, pc, state.pos);
  if ((code[pc + 4]! & 2) !== 0) store(SLOT_SCOPE, state.sp);
  return pc + WIDTH;
}

/** `Op.LookEnd`. */
export function lookEnd(pc: number): number {
  const { code } = state.program;
  const height = state.slots[code[pc + 1]!]!;
  state.pos = state.stack[height + 2]!;
  const target = code[pc + 2 + (code[pc + 4]! & 1)]!;
  // A condition that is not true keeps what its groups took.
  if (target >= 0) compact(height, height + RECORD);
  else {
    state.fuel -= (state.sp - height) / RECORD;
    unwind(height);
  }
  return target;
}

/** Goes back onto a lookaround whose body has not matched. */
export function leaveLook(pc: number, from: number): number {
  const { code } = state.program;
  state.pos = from;
  return code[pc + ((code[pc + 4]! & 1) === 0 ? 3 : 2)]!;
}

/** `Op.Verb`. */
export function verb(pc: number): number {
  push(VERB, pc, state.pos);
  return pc + WIDTH;
}

/** Goes back onto a verb that was come to at a position. */
export function backOntoVerb(pc: number, at: number): number {
  const { slots, program } = state;
  const kind = program.code[pc + 1]!;
  const alternatives = program.code[pc + 2]!;
  const scope = kind === Verb.Then && alternatives >= 0 ? slots[alternatives]! : slots[SLOT_SCOPE]!;
  state.fuel -= state.sp / RECORD;
  unwind(Math.max(scope, 0));
  if (scope >= 0) return FAIL;
  if (kind === Verb.Commit || program.anchored) return NO_MATCH;
  if (kind === Verb.Skip && at > state.start) state.next = at;
  return NEXT_ATTEMPT;
}
