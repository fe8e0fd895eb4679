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
const BEGINS_BLANK = /^[\t-\r ]/;

/**
 * Splits a table file into logical lines: one that begins with white space continues the last, and empty lines,
 * comment lines and lines of white space are dropped, also between a line and its continuation.
 *
 * Carriage returns stay: each format trims what it trims. Text or octets alike.
 *
 * @see Postfix readllines(3); pcre_table(5), "TABLE FORMAT"
 */
export function logicalLines(text: string): LogicalLines {
  const lines: LogicalLine[] = [];
  const stray: { line: number; text: string }[] = [];
  let current: { line: number; parts: string[] } | undefined;
  const finish = (): void => {
    if (current === undefined) return;
    const line = { text: current.parts.join(""), line: current.line };
    if (BEGINS_BLANK.test(line.text)) stray.push({ line: line.line, text: strayText(line.text) });
    else lines.push(line);
    current = undefined;
  };
  for (const [i, physical] of text.split("\n").entries()) {
    const continues = BEGINS_BLANK.test(physical);
    if (BLANK.test(physical) || /^[\t-\r ]*#/.test(physical)) continue;
    if (continues && current !== undefined) current.parts.push(physical);
    else {
      finish();
      current = { line: i + 1, parts: [physical] };
    }
  }
  finish();
  return { lines, stray };
}

function strayText(text: string): string {
  return `logical line must not start with whitespace: "${text.slice(0, SHOWN)}${text.length > SHOWN ? "..." : ""}"`;
}
