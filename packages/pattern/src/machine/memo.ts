import { MARK, RECORD, state } from "./state.js";

/** Bits of the memo; a subject that needs more runs without. */
const MAX_BITS = 1 << 26;
/** Words kept from one match to the next. */
const KEPT = 65_536;

/** A bit for each choice and position: set where what follows is known to fail. */
let marks = new Int32Array(256);

/** Starts anew to remember what failed. False where nothing can be, or the subject is too long for it. */
export function clearMemo(): boolean {
  const words = Math.ceil((state.program.memoWidth * (state.length + 1)) / 32);
  if (words === 0 || words * 32 > MAX_BITS) return false;
  if (marks.length < words || marks.length > Math.max(words, KEPT)) marks = new Int32Array(words);
  else marks.fill(0, 0, words);
  return true;
}

// These are called at nearly every step of a long match, much of it before V8 has compiled them: so they call little.

/** The place of a choice and a position: loops around it that have taken nothing make it another. */
export function placeOf(ordinal: number, at: number): number {
  const { slots, program, length } = state;
  const loops = program.memoSlots[ordinal]!;
  let place = ordinal;
  for (let i = 0; i < loops.length; i += 1) if (slots[loops[i]!] === at) place += 1 << i;
  return place * (length + 1) + at;
}

export function hasFailed(place: number): boolean {
  return ((marks[place >> 5]! >>> (place & 31)) & 1) !== 0;
}

export function setFailed(place: number): void {
  marks[place >> 5]! |= 1 << (place & 31);
}

/** Comes to a choice: false where it is known to fail; else it will be known, once all its ways have failed. */
export function enterChoice(ordinal: number, at: number): boolean {
  const place = placeOf(ordinal, at);
  if (((marks[place >> 5]! >>> (place & 31)) & 1) !== 0) return false;
  const { stack, sp } = state;
  stack[sp] = MARK;
  stack[sp + 1] = place;
  state.sp = sp + RECORD;
  return true;
}
