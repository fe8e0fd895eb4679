/** One logical line of a Postfix table file. */
export interface LogicalLine {
  /** The line, continuations joined, line ends removed. */
  readonly text: string;
  /** The physical line on which it begins, from 1. */
  readonly line: number;
}

/** Logical lines, and what stood where none can begin. */
export interface LogicalLines {
  readonly lines: readonly LogicalLine[];
  /** Lines that begin with white space and continue nothing: dropped, each with what Postfix logs of it. */
  readonly stray: readonly { readonly line: number; readonly text: string }[];
}

const SHOWN = 30;
const BLANK = /^[\t-\r ]*$/;
const COMMENT = /^[\t-\r ]*#/;

/**
 * Splits a table file into logical lines: one that begins with white space continues the last, and empty lines,
 * comment lines and lines of white space are dropped, also between a line and its continuation.
 *
 * Carriage returns stay: each format trims what it trims. Text or octets alike.
 *
 * @see Postfix readllines(3); pcre_table(5), "TABLE FORMAT"
 */
export function logicalLines(text: string): LogicalLines {
  const reader = new LogicalLineReader();
  const lines = reader.read(text);
  lines.push(...reader.end());
  return { lines, stray: reader.stray };
}

/** {@link logicalLines} of a text that comes in parts. */
export class LogicalLineReader {
  readonly stray: { readonly line: number; readonly text: string }[] = [];
  /** Physical lines that were read. */
  #count = 0;
  /** The logical line that may go on, and the physical one on which it began. */
  #text: string | undefined;
  #line = 0;

  /** The logical lines that are whole by now. Each part but the last ends with a line feed. */
  read(text: string): LogicalLine[] {
    const lines: LogicalLine[] = [];
    for (let at = 0; at < text.length; ) {
      const found = text.indexOf("\n", at);
      const end = found < 0 ? text.length : found;
      this.#count++;
      this.#add(text.slice(at, end), lines);
      at = end + 1;
    }
    return lines;
  }

  /** The last logical line, where there is one. */
  end(): LogicalLine[] {
    const lines: LogicalLine[] = [];
    this.#finish(lines);
    return lines;
  }

  #add(physical: string, into: LogicalLine[]): void {
    const first = physical.charCodeAt(0);
    const continues = isBlank(first);
    // Most lines begin with a key.
    if (!(first > HASH) && (BLANK.test(physical) || COMMENT.test(physical))) return;
    if (continues && this.#text !== undefined) this.#text += physical;
    else {
      this.#finish(into);
      this.#text = physical;
      this.#line = this.#count;
    }
  }

  #finish(into: LogicalLine[]): void {
    const text = this.#text;
    if (text === undefined) return;
    if (isBlank(text.charCodeAt(0))) this.stray.push({ line: this.#line, text: strayText(text) });
    else into.push({ text, line: this.#line });
    this.#text = undefined;
  }
}

const HASH = 0x23;

/** @see C isspace(3) */
function isBlank(unit: number): boolean {
  return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
}

function strayText(text: string): string {
  return `logical line must not start with whitespace: "${text.slice(0, SHOWN)}${text.length > SHOWN ? "..." : ""}"`;
}
