import { compilePosix } from "@fromguard/pattern/posix";
import { type PatternDialect, patternTable } from "./pattern-table.js";
import type { LoadedTable, TableTextOptions } from "./table.js";

const REGEXP: PatternDialect = {
  type: "regexp",
  defaults: "ix",
  flags: "imx",
  obsolete: "",
  flagsEnd: "!",
  twoPatterns: true,
  unclosed: "skipping",
  outOfRange: "out-of-range",
  compile({ source, flags }, groups) {
    const compiled = compilePosix(source, {
      extended: flags.has("x"),
      caseless: flags.has("i"),
      newlineSensitive: flags.has("m"),
      groups,
    });
    if (compiled.ok) return compiled;
    return compiled.code === "syntax" ? { fault: compiled.message } : { refusal: compiled };
  },
};

/**
 * Makes a table from the text of a Postfix regexp table, with the answers that Postfix gives with glibc in the C locale:
 * octets, not characters.
 *
 * Lines that Postfix drops are dropped, with its warnings. A pattern that glibc takes but this package cannot match as it
 * does refuses the whole table. A lookup that takes too many steps, which only back references can, is the error
 * `match-limit`; the other errors are those of {@link pcreTable}.
 *
 * @param source the text, or its octets where they may not be UTF-8
 * @throws FromguardError FG_TABLE_INVALID with the file and line
 * @see Postfix regexp_table(5)
 */
export function regexpTable(source: string | Uint8Array, options: TableTextOptions): LoadedTable {
  return patternTable(source, REGEXP, options);
}
