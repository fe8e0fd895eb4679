import { MARK, push, state } from "./state.js";

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

/** The place of a choice and a position: loops around it that have taken nothing make it another. */
export function placeOf(ordinal: number, at: number): number {
  let place = ordinal;
  const loops = state.program.memoSlots[ordinal]!;
  for (let i = 0; i < loops.length; i += 1) if (state.slots[loops[i]!] === at) place += 1 << i;
  return plainPlaceOf(place, at);
}

/** The place of a choice and a position behind the begin of every loop. */
export function plainPlaceOf(ordinal: number, at: number): number {
  return ordinal * (state.length + 1) + at;
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
  if (hasFailed(place)) return false;
  push(MARK, place, 0);
  return true;
}
