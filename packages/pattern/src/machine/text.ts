import { otherCases } from "./case-folding.js";

/** An octet with an ASCII capital made small. */
export function lowerByte(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte;
}

/** A character of UTF-8, which must be well formed, and where the next begins. */
export function readChar(subject: string, at: number): { readonly char: number; readonly end: number } {
  const lead = subject.charCodeAt(at);
  if (lead < 0x80) return { char: lead, end: at + 1 };
  const more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  let char = lead & (0x3f >> more);
  for (let i = 1; i <= more; i += 1) char = (char << 6) | (subject.charCodeAt(at + i) & 0x3f);
  return { char, end: at + more + 1 };
}

/** Whether a code point is in ranges given as low and high by turns, in order. */
export function hasRange(ranges: Int32Array, char: number): boolean {
  let low = 0;
  let high = ranges.length >> 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[2 * middle + 1]! < char) low = middle + 1;
    else high = middle;
  }
  return low < ranges.length >> 1 && ranges[2 * low]! <= char;
}

/** Whether two code points are one letter in either case. */
export function sameLetter(a: number, b: number): boolean {
  return a === b || otherCases(a).includes(b);
}
