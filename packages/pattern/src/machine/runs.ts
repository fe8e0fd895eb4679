import { enterChoice, hasFailed, placeOf, setFailed } from "./memo.js";
import { END_OF_SUBJECT, Op, WIDTH } from "./program.js";
import { FAIL, has, push, RECORD, RUN, state, symbolAt } from "./state.js";

// Of an unlimited run that remembers, what failed is remembered for each place at which it could have begun: what goes on
// from such a place, or from a later one of the same octets, is known to fail.

// The loops spell out `has`, as V8 runs them long before it compiles them.

/** Where the octets of a set end that begin at a position, at the latest at another. */
function scan(sets: Int32Array, subject: string, set: number, from: number, end: number): number {
  let at = from;
  while (at < end) {
    const byte = subject.charCodeAt(at);
    if (((sets[set + (byte >> 5)]! >>> (byte & 31)) & 1) === 0) break;
    at += 1;
  }
  return at;
}

/** The last position, down to the first, at which what follows can begin; before the first where there is none. */
function giveBack(sets: Int32Array, subject: string, follow: number, from: number, first: number): number {
  if (follow < 0 || (from === subject.length && has(sets, follow, END_OF_SUBJECT))) return from;
  let at = from === subject.length ? from - 1 : from;
  while (at >= first) {
    const byte = subject.charCodeAt(at);
    if (((sets[follow + (byte >> 5)]! >>> (byte & 31)) & 1) !== 0) break;
    at -= 1;
  }
  return at;
}

/** `Op.Run`. */
export function run(pc: number): number {
  const { pos, subject, stack, sp, remembers, program } = state;
  const { code, sets } = program;
  if (remembers && code[pc + 5]! >= 0) return rememberedRun(pc);
  const last = scan(sets, subject, code[pc + 1]!, pos, endOf(pc, pos));
  const at = code[pc + 4] === 1 ? last : giveBack(sets, subject, code[pc + 3]!, last, pos);
  state.fuel -= 2 * last - pos - at;
  if (at < pos) return FAIL;
  if (at > pos && code[pc + 4] !== 1) {
    stack[sp] = RUN - pc;
    stack[sp + 1] = at;
    stack[sp + 2] = pos;
    state.sp = sp + RECORD;
  }
  state.pos = at;
  return pc + WIDTH;
}

function rememberedRun(pc: number): number {
  const { pos, subject } = state;
  const { code, sets } = state.program;
  const ordinal = code[pc + 5]!;
  const plain = ordinal * (state.length + 1);
  const ranged = code[pc + 2]! < 0;
  const end = endOf(pc, pos);
  if (ranged ? hasFailed(placeOf(ordinal, pos)) : !enterChoice(ordinal, pos)) return FAIL;
  let last = pos;
  if (!ranged) last = scan(sets, subject, code[pc + 1]!, pos, end);
  // Runs end in front of the first place that has failed.
  else
    while (last < end && has(sets, code[pc + 1]!, subject.charCodeAt(last)) && !hasFailed(plain + last + 1)) last += 1;
  const at = giveBack(sets, subject, code[pc + 3]!, last, pos);
  state.fuel -= 2 * last - pos - at;
  if (ranged) setRangeFailed(ordinal, last, at, pos);
  if (at < pos) return FAIL;
  push(RUN - pc, at, pos);
  state.pos = at;
  return pc + WIDTH;
}

/** `Op.LazyRun`. */
export function lazyRun(pc: number): number {
  const { pos } = state;
  const ordinal = state.program.code[pc + 5]!;
  if (state.remembers && ordinal >= 0 && !enterChoice(ordinal, pos)) return FAIL;
  push(RUN - pc, pos, pos);
  return pc + WIDTH;
}

/** `Op.PossessiveRun`. */
export function possessiveRun(pc: number): number {
  const { pos, subject } = state;
  const { code, sets } = state.program;
  state.pos = scan(sets, subject, code[pc + 1]!, pos, endOf(pc, pos));
  state.fuel -= state.pos - pos;
  return pc + WIDTH;
}

/** `Op.Times`. */
export function times(pc: number): number {
  const { pos, subject } = state;
  const { code, sets } = state.program;
  const end = pos + code[pc + 2]!;
  if (end > state.length) return FAIL;
  const at = scan(sets, subject, code[pc + 1]!, pos, end);
  state.fuel -= at - pos;
  if (at < end) return FAIL;
  state.pos = end;
  return pc + WIDTH;
}

/** Takes another length of the run whose record was just taken off the stack. */
export function resumeRun(pc: number): number {
  const { sp, stack, subject } = state;
  const { code, sets } = state.program;
  const ranged = state.remembers && code[pc + 5]! >= 0 && code[pc + 2]! < 0;
  const at = stack[sp + 1]!;
  const first = stack[sp + 2]!;
  let next: number;
  if (code[pc] === Op.Run) {
    next = giveBack(sets, subject, code[pc + 3]!, at - 1, first);
    state.fuel -= at - next;
    if (ranged) setRangeFailed(code[pc + 5]!, at, next, first);
  } else next = longer(pc, at, first, ranged ? code[pc + 5]! : -1);
  if (next < first) return FAIL;
  stack[sp + 1] = next;
  state.sp = sp + RECORD;
  state.pos = next;
  return pc + WIDTH;
}

/** The next longer end of a lazy run; -1 where there is none. */
function longer(pc: number, from: number, first: number, ordinal: number): number {
  const { subject } = state;
  const { code, sets } = state.program;
  const follow = code[pc + 3]!;
  const end = endOf(pc, first);
  let at = from;
  let next = -1;
  while (next < 0 && at < end && has(sets, code[pc + 1]!, subject.charCodeAt(at))) {
    at += 1;
    if (ordinal >= 0 && hasFailed(ordinal * (state.length + 1) + at)) break;
    if (follow < 0 || has(sets, follow, symbolAt(subject, at))) next = at;
  }
  state.fuel -= at - from;
  if (next < 0 && ordinal >= 0) setRangeFailed(ordinal, at, first, first);
  return next;
}

/** The latest position at which a run can end that began at this one. */
function endOf(pc: number, first: number): number {
  const most = state.program.code[pc + 2]!;
  return most < 0 ? state.length : Math.min(first + most, state.length);
}

/** Remembers that what follows an unlimited run fails at each position from one down to another, this one not. */
function setRangeFailed(ordinal: number, from: number, down: number, first: number): void {
  // Only at its begin can loops around the run have taken nothing.
  const plain = ordinal * (state.length + 1);
  for (let at = from; at > down; at -= 1) {
    setFailed(at === first ? placeOf(ordinal, at) : plain + at);
  }
}
