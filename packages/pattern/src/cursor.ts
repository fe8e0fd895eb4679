import { textOf } from "./bytes.js";
import { type ErrorNumber, Fault } from "./messages.js";

/** A place in a pattern, and the reading of numbers and names from it. */
export class Cursor {
  position = 0;
  /** Whether names may have letters of UTF-8. */
  utf = false;

  constructor(readonly text: string) {}

  get atEnd(): boolean {
    return this.position >= this.text.length;
  }

  /** The octet here, or further on; an empty string behind the end. */
  peek(ahead = 0): string {
    return this.text[this.position + ahead] ?? "";
  }

  /** The octet here, which is then behind. */
  next(): string {
    return this.text[this.position++] ?? "";
  }

  /** Whether this text stands here; if so, it is then behind. */
  take(expected: string): boolean {
    if (!this.text.startsWith(expected, this.position)) return false;
    this.position += expected.length;
    return true;
  }

  /** What matches here (a sticky expression), which is then behind. */
  takeMatch(expression: RegExp): string {
    expression.lastIndex = this.position;
    const found = expression.exec(this.text)?.[0] ?? "";
    this.position += found.length;
    return found;
  }

  /** A PCRE2 error at an offset: here, unless another is given. */
  fail(number: ErrorNumber, offset = this.position): never {
    throw new Fault(number, Math.min(offset, this.text.length));
  }
}

const DIGITS = /[0-9]*/y;
const NAME = /[A-Za-z0-9_]*/y;
const WIDE_NAME = /[A-Za-z0-9_\x80-\xff]*/y;
const MAX_NAME = 32;

/** Digits as a number up to a limit, beyond which it is this error; undefined where there is no digit. */
export function readNumber(cursor: Cursor, limit: number, tooBig: ErrorNumber): number | undefined {
  const start = cursor.position;
  const digits = cursor.takeMatch(DIGITS);
  if (digits === "") return undefined;
  let value = 0;
  for (let i = 0; i < digits.length; i += 1) {
    value = value * 10 + Number(digits[i]);
    if (value > limit) cursor.fail(tooBig, start + i + 1);
  }
  return value;
}

/** A group name up to its terminator, which is read too. */
export function readName(cursor: Cursor, terminator: string): string {
  const start = cursor.position;
  if (/[0-9]/.test(cursor.peek())) cursor.fail(44);
  const name = cursor.takeMatch(cursor.utf ? WIDE_NAME : NAME);
  const text = cursor.utf ? textOf(name) : name;
  if (text === undefined || /[^\p{L}\p{Nd}_]/u.test(text)) cursor.fail(42);
  if (/^\p{Nd}/u.test(text)) cursor.fail(44, start);
  if (name === "") cursor.fail(62);
  if (name.length > MAX_NAME) cursor.fail(48, start + MAX_NAME + 1);
  if (!cursor.take(terminator)) cursor.fail(42);
  return name;
}
