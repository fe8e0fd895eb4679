import { type ByteSet, byteSet, complement, foldCase, LAST_CHAR, POSIX_SETS, union } from "./byte-set.js";
import type { Cursor } from "./cursor.js";
import { readEscape } from "./escape.js";
import { casesIn } from "./machine/case-folding.js";
import { readChar } from "./machine/text.js";
import { readProperty } from "./properties.js";

/** A bracketed class: its octets, or the Unicode property in it that has none here. */
export type Bracket =
  | { readonly set: ByteSet /** Whether a CR or LF stands in it. */; readonly namesLineEnd: boolean }
  | { readonly property: string };

/** How a class is read: both cases, and (`xx`) blanks skipped. */
export interface BracketOptions {
  readonly caseless: boolean;
  readonly skipBlanks: boolean;
  /** Characters instead of octets. */
  readonly utf: boolean;
}

/**
 * Reads a class whose `[` is behind the cursor, up to and with its `]`.
 *
 * @see pcre2pattern(3), "SQUARE BRACKETS AND CHARACTER CLASSES" and "POSIX CHARACTER CLASSES"
 */
export function readBracket(cursor: Cursor, options: BracketOptions): Bracket {
  return new BracketReader(cursor, options).read();
}

/** The name of a POSIX item that stands at `[`, such as `[:alpha:]`, with where it ends; or nothing. */
export function posixItem(text: string, start: number): { readonly kind: string; readonly end: number } | undefined {
  const kind = text[start + 1] ?? "";
  if (text[start] !== "[" || !/[:.=]/.test(kind)) return undefined;
  for (let i = start + 2; i + 1 < text.length; i += 1) {
    const char = text[i];
    if (char === "\\" && (text[i + 1] === "]" || text[i + 1] === "\\")) i += 1;
    else if (char === "]" || (char === "[" && text[i + 1] === kind)) return undefined;
    else if (char === kind && text[i + 1] === "]") return { kind, end: i + 2 };
  }
  return undefined;
}

class BracketReader {
  private readonly sets: ByteSet[] = [];
  private property: string | undefined;
  /** The octet that a `-` would make the start of a range. */
  private rangeStart: number | undefined;
  private inRange = false;
  private quoted = false;
  private namesLineEnd = false;

  constructor(
    private readonly cursor: Cursor,
    private readonly options: BracketOptions,
  ) {}

  read(): Bracket {
    const { cursor } = this;
    this.skipEmptyQuotes();
    const negated = cursor.take("^");
    if (negated) this.skipEmptyQuotes();
    let first = true;
    for (;;) {
      if (cursor.atEnd) cursor.fail(6);
      if (!this.quoted && !first && cursor.peek() === "]") break;
      if (this.readItem()) first = false;
    }
    cursor.next();
    if (this.inRange) this.add(0x2d);
    if (this.property !== undefined) return { property: this.property };
    const set = union(...this.sets);
    // PCRE2 makes `[^\n]` an item of its own, and forgets that it names a line end.
    const namesLineEnd = this.namesLineEnd && !(negated && this.sets.length === 1);
    return { set: negated ? this.complement(set) : set, namesLineEnd };
  }

  private complement(set: ByteSet): ByteSet {
    return complement(set, this.options.utf ? LAST_CHAR : 255);
  }

  /** The character here, which is then behind. */
  private next(): number {
    const { cursor } = this;
    if (!this.options.utf) return cursor.next().charCodeAt(0);
    const { char, end } = readChar(cursor.text, cursor.position);
    cursor.position = end;
    return char;
  }

  /** Before the first item `\E` and `\Q\E` mean nothing; a `]` behind them is still literal. */
  private skipEmptyQuotes(): void {
    const { cursor } = this;
    const nothing = this.options.skipBlanks ? /\\E|\\Q\\E|[ \t]+/y : /\\E|\\Q\\E/y;
    let last = "";
    for (let text = cursor.takeMatch(nothing); text !== ""; text = cursor.takeMatch(nothing)) last = text;
    if (cursor.atEnd && last.endsWith("E")) cursor.fail(1);
  }

  /** Reads one item; false where it was only a quote mark or a blank. */
  private readItem(): boolean {
    const { cursor } = this;
    if (this.quoted) {
      if (cursor.take("\\E")) {
        this.quoted = false;
        return false;
      }
      this.addByte(this.next());
      return true;
    }
    if (this.options.skipBlanks && /[ \t]/.test(cursor.peek())) {
      cursor.next();
      return false;
    }
    const posix = posixItem(cursor.text, cursor.position);
    if (posix !== undefined) this.addPosix(posix);
    else if (cursor.peek() === "-" && this.rangeStart !== undefined && !this.inRange) {
      cursor.next();
      this.inRange = true;
    } else if (cursor.take("\\")) return this.readEscaped();
    else this.addByte(this.next());
    return true;
  }

  private readEscaped(): boolean {
    const { cursor } = this;
    if (cursor.take("Q")) {
      this.quoted = true;
      return false;
    }
    if (cursor.take("E")) return false;
    const start = cursor.position;
    const escaped = readEscape(cursor, 0, true, this.options.utf);
    if (escaped.kind === "byte") this.addByte(escaped.byte);
    else if (escaped.kind === "letter" && escaped.letter === "b") this.addByte(8);
    else {
      if (escaped.kind === "letter" && /[BRX]/.test(escaped.letter)) cursor.fail(7, start);
      if (this.inRange) cursor.fail(50);
      if (escaped.kind === "letter" && escaped.letter === "N") cursor.fail(71);
      if (escaped.kind === "set") this.sets.push(escaped.set);
      else if (escaped.kind === "letter" && /[Pp]/.test(escaped.letter)) this.addProperty(escaped.letter);
      else cursor.fail(7, start);
      this.endItem();
    }
    return true;
  }

  private addProperty(letter: string): void {
    const { set, text } = readProperty(this.cursor, letter, this.options.utf);
    if (set === undefined) this.property ??= text;
    else this.sets.push(set);
  }

  private addPosix({ kind, end }: { readonly kind: string; readonly end: number }): void {
    const { cursor } = this;
    if (this.inRange) cursor.fail(50, cursor.position + 1);
    if (kind !== ":") cursor.fail(13);
    const start = cursor.position + 2;
    const negated = cursor.text[start] === "^";
    const nameStart = negated ? start + 1 : start;
    const name = cursor.text.slice(nameStart, end - 2);
    const plain = (Object.hasOwn(POSIX_SETS, name) ? POSIX_SETS[name] : undefined) ?? cursor.fail(30, nameStart);
    const eitherCase = this.options.caseless && (name === "upper" || name === "lower");
    const set = eitherCase ? (POSIX_SETS.alpha ?? plain) : plain;
    this.sets.push(negated ? this.complement(set) : set);
    cursor.position = end;
    this.endItem();
  }

  /** Behind a set a hyphen is literal only before the `]`. */
  private endItem(): void {
    const { cursor } = this;
    this.rangeStart = undefined;
    if (cursor.peek() === "-" && cursor.peek(1) !== "]" && cursor.peek(1) !== "") cursor.fail(50);
  }

  private addByte(byte: number): void {
    this.namesLineEnd ||= byte === 10 || byte === 13;
    if (this.inRange && this.rangeStart !== undefined) {
      if (byte < this.rangeStart) this.cursor.fail(8, this.cursor.position - 1);
      this.add(this.rangeStart, byte);
      this.rangeStart = undefined;
      this.inRange = false;
    } else {
      this.add(byte);
      this.rangeStart = byte;
    }
  }

  private add(low: number, high = low): void {
    const set = byteSet([low, high]);
    if (!this.options.caseless) this.sets.push(set);
    else if (!this.options.utf) this.sets.push(foldCase(set));
    else this.sets.push(set, byteSet(...casesIn(set).map((char): [number, number] => [char, char])));
  }
}
