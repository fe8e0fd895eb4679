import { bytesOf, textOf } from "./bytes.js";
import { type ErrorNumber, Fault } from "./messages.js";
import type { PcreVersion, VersionDependence } from "./syntax.js";

/** A place in a pattern, and the reading of numbers and names from it. */
export class Cursor {
  position = 0;
  /** Whether names may have letters of UTF-8. */
  utf = false;
  /** The first that means something else in another version. */
  versionDependent: VersionDependence | undefined;

  constructor(
    readonly text: string,
    readonly version: PcreVersion,
  ) {}

  /** Notes that what stands at an octet means something else in another version. */
  noteVersion(at: number, what: string): void {
    this.versionDependent ??= { at, what };
  }

  /** Blanks beside braces, which are allowed from 10.43 on. */
  skipBlanks(): void {
    const at = this.position;
    if (this.version !== "10.42" && this.takeMatch(/[ \t]+/y) !== "") this.noteVersion(at, "a blank in braces");
  }

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
const MAX_REPEAT = 65_535;
const COUNTS = /[0-9]+(?:,[0-9]*)?\}/y;
/** From 10.43 on. */
const NEWER_COUNTS = /[ \t]*(?:[0-9]+[ \t]*(?:,[ \t]*[0-9]*)?|,[ \t]*[0-9]+)[ \t]*\}/y;

/** Digits as a number up to a limit, beyond which it is this error; undefined where there is no digit. */
export function readNumber(cursor: Cursor, limit: number, tooBig: ErrorNumber, faultAt?: number): number | undefined {
  const start = cursor.position;
  const digits = cursor.takeMatch(DIGITS);
  if (digits === "") return undefined;
  let value = 0;
  for (let i = 0; i < digits.length; i += 1) {
    value = value * 10 + Number(digits[i]);
    if (value > limit) cursor.fail(tooBig, faultAt ?? start + i + 1);
  }
  return value;
}

/** Counts in braces, the opening one being behind; undefined, and nothing read, where what stands here is none. */
export function readCounts(
  cursor: Cursor,
  faultAt?: number,
): { readonly min: number; readonly max: number } | undefined {
  const start = cursor.position;
  const isOld = cursor.takeMatch(COUNTS) !== "";
  const isNew = isOld || cursor.takeMatch(NEWER_COUNTS) !== "";
  if (isNew && !isOld) cursor.noteVersion(start - 1, "{,n} or a blank in braces");
  cursor.position = start;
  if (!(isOld || (isNew && cursor.version !== "10.42"))) return undefined;
  const next = (): number | undefined => {
    cursor.skipBlanks();
    const number = readNumber(cursor, MAX_REPEAT, 5, faultAt);
    cursor.skipBlanks();
    return number;
  };
  const min = next() ?? 0;
  let max = min;
  if (cursor.take(",")) {
    max = next() ?? Number.POSITIVE_INFINITY;
    if (max < min) cursor.fail(4, faultAt);
  }
  cursor.next();
  return { min, max };
}

/** A group name up to its terminator, which is read too. */
export function readName(cursor: Cursor, terminator: string): string {
  const start = cursor.position;
  if (/[0-9]/.test(cursor.peek())) cursor.fail(44);
  let name = cursor.takeMatch(cursor.utf ? WIDE_NAME : NAME);
  if (cursor.utf) {
    const text = textOf(name) ?? "";
    if (/^\p{Nd}/u.test(text)) cursor.fail(44, start);
    name = bytesOf(/^[\p{L}\p{Nd}_]*/u.exec(text)?.[0] ?? "") ?? "";
    cursor.position = start + name.length;
  }
  if (name === "") cursor.fail(62);
  if (name.length > MAX_NAME) cursor.fail(48);
  if (terminator === "}") cursor.skipBlanks();
  if (!cursor.take(terminator)) cursor.fail(42);
  return name;
}
