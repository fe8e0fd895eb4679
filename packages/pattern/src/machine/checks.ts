import { newlineAt, newlineBefore } from "./newline.js";
import { groupSlot, Op, SLOT_KEEP, WIDTH } from "./program.js";
import { FAIL, firstSet, state, store, symbolAt } from "./state.js";
import { hasRange, lowerByte, readChar, sameLetter } from "./text.js";

// Instructions that look at the subject or the slots and go on: assertions, steps back, references, characters, counts.

/** `Op.Dollar`. */
export function dollar(pc: number): number {
  const { pos, length } = state;
  if (pos === length) return pc + WIDTH;
  const width = newline(pos);
  return width > 0 && pos + width === length ? pc + WIDTH : FAIL;
}

function newline(at: number): number {
  const { newline: kind, utf } = state.program;
  return newlineAt(kind, state.subject, at, utf);
}

/** `Op.LineStart`: no line begins behind a final newline. */
export function lineStart(pc: number): number {
  const { pos, length, subject } = state;
  const { newline: kind, utf } = state.program;
  return pos === 0 || (pos < length && newlineBefore(kind, subject, pos, utf)) ? pc + WIDTH : FAIL;
}

/** `Op.LineEnd`. */
export function lineEnd(pc: number): number {
  const { pos, length } = state;
  return pos === length || newline(pos) > 0 ? pc + WIDTH : FAIL;
}

/** `Op.WordBoundary` and `Op.NoWordBoundary`. */
export function wordBoundary(pc: number): number {
  const { pos, subject } = state;
  const differ = (pos > 0 && isWord(subject.charCodeAt(pos - 1))) !== isWord(symbolAt(subject, pos));
  return differ === (state.program.code[pc] === Op.WordBoundary) ? pc + WIDTH : FAIL;
}

function isWord(symbol: number): boolean {
  const letter = symbol | 0x20;
  return (letter >= 0x61 && letter <= 0x7a) || (symbol >= 0x30 && symbol <= 0x39) || symbol === 0x5f;
}

/** `Op.Back`. */
export function back(pc: number): number {
  const { subject, program, pos } = state;
  let count = program.code[pc + 1]!;
  let at = pos - (program.utf ? 0 : count);
  if (program.utf) {
    for (; count > 0 && at > 0; count -= 1) {
      at -= 1;
      while (at > 0 && (subject.charCodeAt(at) & 0xc0) === 0x80) at -= 1;
    }
    state.fuel -= pos - at;
    if (count > 0) return FAIL;
  }
  if (at < 0) return FAIL;
  state.pos = at;
  return pc + WIDTH;
}

/** `Op.Chars`. */
export function chars(pc: number): number {
  const { pos, length, subject, program } = state;
  if (pos >= length) return FAIL;
  const { char, end } = readChar(subject, pos);
  if (!hasRange(program.ranges[program.code[pc + 1]!]!, char)) return FAIL;
  state.pos = end;
  return pc + WIDTH;
}

/** `Op.Reference`. */
export function reference(pc: number): number {
  const { slots } = state;
  const { code, lists } = state.program;
  const group = firstSet(lists[code[pc + 1]!]!);
  if (group === 0) return FAIL;
  const from = slots[groupSlot(group)]!;
  const to = slots[groupSlot(group) + 1]!;
  const end = code[pc + 2] === 2 ? sameChars(from, to) : sameOctets(from, to, code[pc + 2] === 1);
  state.fuel -= to - from;
  if (end < 0) return FAIL;
  state.pos = end;
  return pc + WIDTH;
}

/** Where a text ends that stands here again, in any case of its letters; -1 where it does not. */
function sameChars(from: number, to: number): number {
  const { subject, length } = state;
  let at = state.pos;
  for (let i = from; i < to; ) {
    if (at >= length) return -1;
    const wanted = readChar(subject, i);
    const found = readChar(subject, at);
    if (!sameLetter(wanted.char, found.char)) return -1;
    i = wanted.end;
    at = found.end;
  }
  return at;
}

function sameOctets(from: number, to: number, caseless: boolean): number {
  const { subject, pos, length } = state;
  if (pos + to - from > length) return -1;
  for (let i = from, at = pos; i < to; i += 1, at += 1) {
    const wanted = subject.charCodeAt(i);
    const found = subject.charCodeAt(at);
    if (wanted !== found && !(caseless && lowerByte(wanted) === lowerByte(found))) return -1;
  }
  return pos + to - from;
}

/** `Op.Copy`. */
export function copy(pc: number): number {
  const { code } = state.program;
  store(code[pc + 1]!, state.slots[code[pc + 2]!]!);
  return pc + WIDTH;
}

/** `Op.Restore`. */
export function restore(pc: number): number {
  state.pos = state.slots[state.program.code[pc + 1]!]!;
  return pc + WIDTH;
}

/** `Op.IfEmpty`. */
export function ifEmpty(pc: number): number {
  const { code } = state.program;
  return state.slots[code[pc + 1]!] === state.pos ? code[pc + 2]! : pc + WIDTH;
}

/** `Op.Store`. */
export function storeCount(pc: number): number {
  const { code } = state.program;
  store(code[pc + 1]!, code[pc + 2]!);
  return pc + WIDTH;
}

/** `Op.Keep`. */
export function keep(pc: number): number {
  store(SLOT_KEEP, state.pos);
  return pc + WIDTH;
}

/** `Op.Any`. */
export function any(pc: number): number {
  if (state.pos >= state.length) return FAIL;
  state.pos += 1;
  return pc + WIDTH;
}

/** `Op.IfGroup`. */
export function ifGroup(pc: number): number {
  const { code, lists } = state.program;
  return firstSet(lists[code[pc + 1]!]!) > 0 ? pc + WIDTH : code[pc + 2]!;
}

/** `Op.CountTo`. */
export function countTo(pc: number): number {
  const { code } = state.program;
  const count = state.slots[code[pc + 1]!]! + 1;
  store(code[pc + 1]!, count);
  return count < code[pc + 2]! ? code[pc + 3]! : pc + WIDTH;
}

/** `Op.IfCount`. */
export function ifCount(pc: number): number {
  const { code } = state.program;
  return state.slots[code[pc + 1]!]! >= code[pc + 2]! ? code[pc + 3]! : pc + WIDTH;
}
