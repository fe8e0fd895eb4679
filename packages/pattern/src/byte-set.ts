/** Octets as sorted, disjoint, non-adjacent ranges, both ends included. */
export type ByteSet = readonly (readonly [low: number, high: number])[];

/** Every octet. */
export const ANY_BYTE: ByteSet = [[0, 255]];

/** The set of these ranges, in any order, overlapping or not. */
export function byteSet(...ranges: readonly (readonly [number, number])[]): ByteSet {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [low, high] of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else merged.push([low, high]);
  }
  return merged;
}

/** The set of the octets of a latin1 string. */
function bytesIn(text: string): ByteSet {
  return byteSet(...Array.from(text, (char): [number, number] => [char.charCodeAt(0), char.charCodeAt(0)]));
}

/** What is in one of the sets. */
export function union(...sets: readonly ByteSet[]): ByteSet {
  return byteSet(...sets.flat());
}

/** The last code point of Unicode. */
export const LAST_CHAR = 0x10ffff;

/** Every octet that is not in the set; or every code point, where that is the last. */
export function complement(set: ByteSet, last = 255): ByteSet {
  const rest: [number, number][] = [];
  let next = 0;
  for (const [low, high] of set) {
    if (low > next) rest.push([next, low - 1]);
    next = high + 1;
  }
  if (next <= last) rest.push([next, last]);
  return rest;
}

/** What is in both sets. */
export function intersection(a: ByteSet, b: ByteSet): ByteSet {
  const both: [number, number][] = [];
  for (const [low, high] of a) {
    for (const [otherLow, otherHigh] of b) {
      if (low <= otherHigh && otherLow <= high) both.push([Math.max(low, otherLow), Math.min(high, otherHigh)]);
    }
  }
  return both;
}

/** Whether an octet is in the set. */
export function hasByte(set: ByteSet, byte: number): boolean {
  return set.some(([low, high]) => low <= byte && byte <= high);
}

/** The set with the other case of each ASCII letter in it: what PCRE2 folds without UTF, in the C locale. */
export function foldCase(set: ByteSet): ByteSet {
  const others: [number, number][] = [];
  for (const [low, high] of set) {
    if (low <= 0x5a && high >= 0x41) others.push([Math.max(low, 0x41) + 32, Math.min(high, 0x5a) + 32]);
    if (low <= 0x7a && high >= 0x61) others.push([Math.max(low, 0x61) - 32, Math.min(high, 0x7a) - 32]);
  }
  return others.length === 0 ? set : byteSet(...set, ...others);
}

const DIGIT: ByteSet = [[0x30, 0x39]];
const UPPER: ByteSet = [[0x41, 0x5a]];
const LOWER: ByteSet = [[0x61, 0x7a]];
const ALPHA: ByteSet = union(UPPER, LOWER);
const ALNUM: ByteSet = union(ALPHA, DIGIT);
const WORD: ByteSet = union(ALNUM, bytesIn("_"));
const SPACE: ByteSet = byteSet([9, 13], [32, 32]);

/** `\d \w \s \h \v` by their letter; the capital is the complement. Octets, C locale, no UTF. */
export const ESCAPE_SETS: Readonly<Record<string, ByteSet>> = {
  d: DIGIT,
  w: WORD,
  s: SPACE,
  h: bytesIn("\t \xa0"),
  v: byteSet([10, 13], [0x85, 0x85]),
};

/** What `\h` and `\v` are in UTF-8, beyond ASCII. */
export const WIDE_SETS: Readonly<Record<string, ByteSet>> = {
  h: byteSet(
    [9, 9],
    [32, 32],
    [0xa0, 0xa0],
    [0x1680, 0x1680],
    [0x180e, 0x180e],
    [0x2000, 0x200a],
    [0x202f, 0x202f],
    [0x205f, 0x205f],
    [0x3000, 0x3000],
  ),
  v: byteSet([10, 13], [0x85, 0x85], [0x2028, 0x2029]),
};

/** POSIX class names inside brackets, in the C locale. */
export const POSIX_SETS: Readonly<Record<string, ByteSet>> = {
  alpha: ALPHA,
  lower: LOWER,
  upper: UPPER,
  alnum: ALNUM,
  ascii: [[0, 127]],
  blank: bytesIn("\t "),
  cntrl: byteSet([0, 31], [127, 127]),
  digit: DIGIT,
  graph: [[33, 126]],
  print: [[32, 126]],
  punct: byteSet([33, 47], [58, 64], [91, 96], [123, 126]),
  space: SPACE,
  word: WORD,
  xdigit: byteSet([0x30, 0x39], [0x41, 0x46], [0x61, 0x66]),
};
