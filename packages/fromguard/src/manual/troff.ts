/** Text in the man macros: what roff would read as a request or an escape stands as itself. */
export function escaped(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^([.'])/gm, "\\&$1");
}

/** What stands at the edges of a page. */
export interface Edition {
  readonly version: string;
  /** `2026-11-30`. */
  readonly date: string;
}

/** The first line of a page. */
export function titleLine(name: string, number: number, { version, date }: Edition): string {
  return `.TH ${name.toUpperCase()} ${number} "${date}" "fromguard ${version}" "fromguard"\n`;
}

/** A section with what stands below it: its first paragraph begins by itself. */
export function section(heading: string, body: string): string {
  return `.SH ${heading.toUpperCase()}\n${body.replace(/^\.PP\n/, "")}`;
}

/** A paragraph; lines that begin with a blank are kept as they are, those before and behind them are filled. */
export function paragraph(text: string): string {
  const [first = "", ...kept] = text.split("\n");
  return `.PP\n${escaped(first)}\n${kept.length === 0 ? "" : literal(kept)}`;
}

/** Lines as they are. */
export function literal(lines: readonly string[]): string {
  return `.PP\n.nf\n.RS 4\n${lines.map((line) => `${escaped(line)}\n`).join("")}.RE\n.fi\n`;
}

/** A term, and what it means. */
export function definition(term: string, meaning: string): string {
  return `.TP\n.B ${escaped(term)}\n${escaped(meaning)}\n`;
}
