import type { ByteSet } from "./byte-set.js";
import { complement, ESCAPE_SETS, LAST_CHAR, WIDE_SETS } from "./byte-set.js";
import { type Cursor, readCounts } from "./cursor.js";
import { readChar } from "./machine/text.js";

/** What stands behind a backslash. */
export type Escape =
  /** An octet, or in UTF-8 a character. */
  | { readonly kind: "byte"; readonly byte: number }
  | { readonly kind: "set"; readonly set: ByteSet }
  | { readonly kind: "reference"; readonly number: number }
  /** A letter that means something only in its place: `b`, `A`, `R`, `k`, and `p`, whose name is not read yet. */
  | { readonly kind: "letter"; readonly letter: string };

const CONTROL: Readonly<Record<string, number>> = { a: 7, e: 27, f: 12, n: 10, r: 13, t: 9 };
const HEX_PAIR = /[0-9A-Fa-f]{0,2}/y;
const HEX = /[0-9A-Fa-f]*/y;
const OCTAL = /[0-7]*/y;
const OCTAL_TAIL = /[0-7]{0,2}/y;
const DIGITS = /[0-9]+/y;
/** The largest number that PCRE2 reads as one of a group, and the largest that it allows. */
const MAX_READ = 214_748_363;
const MAX_REFERENCE = 65_535;

/**
 * Reads what follows a backslash, which is behind the cursor.
 *
 * @param groups capture groups that were opened so far: `\11` is the eleventh of them, or octal.
 */
export function readEscape(cursor: Cursor, groups: number, inClass: boolean, utf: boolean): Escape {
  if (cursor.atEnd) cursor.fail(1);
  const start = cursor.position;
  const char = cursor.next();
  const control = CONTROL[char];
  if (control !== undefined) return byte(control);
  const small = char.toLowerCase();
  const set = (utf ? WIDE_SETS[small] : undefined) ?? ESCAPE_SETS[small];
  if (set !== undefined && /[a-zA-Z]/.test(char)) {
    return { kind: "set", set: char === small ? set : complement(set, utf ? LAST_CHAR : 255) };
  }
  switch (char) {
    case "c":
      return readControl(cursor);
    case "x":
      return readHex(cursor, utf);
    case "o":
      return readBracedOctal(cursor, utf);
    case "0":
      return byte(Number.parseInt(`0${cursor.takeMatch(OCTAL_TAIL)}`, 8));
    case "N":
      return readNotNewline(cursor, utf);
    case "F":
    case "L":
    case "l":
    case "U":
    case "u":
      return cursor.fail(37);
    case "g":
      return inClass ? byte(0x67) : { kind: "letter", letter: char };
  }
  if (/[1-9]/.test(char)) return readDigits(cursor, start, groups, inClass, utf);
  if (/[ABCDEGHKPQRXZbkpz]/.test(char)) return { kind: "letter", letter: char };
  if (/[A-Za-z]/.test(char)) return cursor.fail(3, start);
  if (!utf) return byte(char.charCodeAt(0));
  const read = readChar(cursor.text, start);
  cursor.position = read.end;
  return byte(read.char);
}

function byte(value: number): Escape {
  return { kind: "byte", byte: value };
}

function readControl(cursor: Cursor): Escape {
  if (cursor.atEnd) cursor.fail(2);
  const code = cursor.peek().toUpperCase().charCodeAt(0);
  if (code < 32 || code > 126 || cursor.peek().charCodeAt(0) > 126) cursor.fail(68);
  cursor.next();
  return byte(code ^ 0x40);
}

function readHex(cursor: Cursor, utf: boolean): Escape {
  if (!cursor.take("{")) return byte(Number.parseInt(`0${cursor.takeMatch(HEX_PAIR)}`, 16));
  return readBracedHex(cursor, utf);
}

function readBracedHex(cursor: Cursor, utf: boolean): Escape {
  cursor.skipBlanks();
  if (cursor.atEnd || cursor.peek() === "}") cursor.fail(78);
  const digits = cursor.takeMatch(HEX);
  return closeBraced(cursor, Number.parseInt(digits || "0", 16), 67, utf);
}

function readBracedOctal(cursor: Cursor, utf: boolean): Escape {
  if (!cursor.take("{")) cursor.fail(55, cursor.atEnd ? cursor.position - 1 : cursor.position);
  cursor.skipBlanks();
  if (cursor.atEnd || cursor.peek() === "}") cursor.fail(78);
  const digits = cursor.takeMatch(OCTAL);
  return closeBraced(cursor, Number.parseInt(digits || "0", 8), 64, utf);
}

function closeBraced(cursor: Cursor, value: number, unclosed: 64 | 67, utf: boolean): Escape {
  if (value > (utf ? LAST_CHAR : 255)) cursor.fail(34);
  if (value >= 0xd800 && value <= 0xdfff) cursor.fail(73);
  cursor.skipBlanks();
  if (cursor.peek() !== "}") cursor.fail(unclosed, cursor.atEnd ? cursor.position - 1 : cursor.position);
  cursor.next();
  return byte(value);
}

function readDigits(cursor: Cursor, start: number, groups: number, inClass: boolean, utf: boolean): Escape {
  cursor.position = start;
  if (!inClass) {
    const number = Number(cursor.takeMatch(DIGITS));
    if (number < 10 || cursor.text[start]! >= "8" || number <= groups) {
      if (number > MAX_REFERENCE && number <= MAX_READ) cursor.fail(61);
      if (number <= MAX_REFERENCE) return { kind: "reference", number };
    }
    cursor.position = start;
  }
  const first = cursor.next();
  if (first >= "8") return byte(first.charCodeAt(0));
  const value = Number.parseInt(first + cursor.takeMatch(OCTAL_TAIL), 8);
  if (value > 255 && !utf) cursor.fail(51);
  return byte(value);
}

function readNotNewline(cursor: Cursor, utf: boolean): Escape {
  const start = cursor.position;
  if (cursor.take("{")) {
    if (cursor.take("U+")) {
      if (!utf) cursor.fail(93, start);
      return readBracedHex(cursor, utf);
    }
    if (readCounts(cursor, start) === undefined) cursor.fail(37, start);
    cursor.position = start;
  }
  return { kind: "letter", letter: "N" };
}
