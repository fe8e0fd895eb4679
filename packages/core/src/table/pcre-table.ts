import { compilePattern, type PcreVersion, parsePattern } from "@fromguard/pattern";
import { compileLiteral } from "./index/literal-matcher.js";
import type { WrittenPattern } from "./pattern-rules.js";
import { isTooLarge } from "./pattern-size.js";
import { type PatternDialect, patternTable } from "./pattern-table.js";
import type { LoadedTable, TableTextOptions } from "./table.js";

/** How the text of a pcre table is read. */
export interface PcreTableOptions extends TableTextOptions {
  /** The PCRE2 whose grammar it is: 10.42, or 10.43 and later. Default `10.42`. Lines on which they differ get an advice. */
  readonly pcreVersion?: PcreVersion;
}

const PCRE: Omit<PatternDialect, "compile"> = {
  type: "pcre",
  defaults: "is",
  flags: "imsxAEU",
  obsolete: "X",
  flagsEnd: "",
  twoPatterns: false,
  unclosed: "ignoring",
  outOfRange: "out of range",
};

function compile({ source, flags }: WrittenPattern, version: PcreVersion): ReturnType<PatternDialect["compile"]> {
  const parsed = parsePattern(source, {
    caseless: flags.has("i"),
    multiline: flags.has("m"),
    dotAll: flags.has("s"),
    extended: flags.has("x"),
    anchored: flags.has("A"),
    dollarEndOnly: flags.has("E"),
    ungreedy: flags.has("U"),
    version,
  });
  if (!parsed.ok) return { fault: `error in regex at offset ${parsed.offset}: ${parsed.message}` };
  const { pattern } = parsed;
  if (isTooLarge(pattern.root, source.length)) {
    return { fault: `error in regex at offset ${source.length}: regular expression is too large` };
  }
  const literal = compileLiteral(pattern);
  if (literal !== undefined) return literal;
  const compiled = compilePattern(pattern);
  return compiled.ok ? compiled : { refusal: compiled };
}

/**
 * Makes a table from the text of a Postfix pcre table, with the answers that Postfix gives.
 *
 * Lines that Postfix drops are dropped, with its warnings. A pattern that PCRE2 takes but this package cannot match exactly
 * and in bounded time refuses the whole table: a line that is silently missing would change who owns what. A result that
 * is not UTF-8, as when a group cuts a character, is the error `result-not-utf8`; an octet of zero in a key is the error
 * `key-syntax`.
 *
 * @param source the text, or its octets where they may not be UTF-8
 * @throws FromguardError FG_TABLE_INVALID with the file and line
 * @see Postfix pcre_table(5)
 */
export function pcreTable(source: string | Uint8Array, options: PcreTableOptions): LoadedTable {
  const { pcreVersion = "10.42" } = options;
  return patternTable(source, { ...PCRE, compile: (written) => compile(written, pcreVersion) }, options);
}
