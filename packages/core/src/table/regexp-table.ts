import { compilePosix, parsePosix } from "@fromguard/pattern/posix";
import { compileLiteral } from "./index/literal-matcher.js";
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
    const options = { extended: flags.has("x"), caseless: flags.has("i"), newlineSensitive: flags.has("m"), groups };
    const parsed = parsePosix(source, options);
    if (!parsed.ok) return parsed.code === "syntax" ? { fault: parsed.message } : { refusal: parsed };
    const compiled = compileLiteral(parsed.pattern) ?? compilePosix(parsed.pattern, options);
    if (!("ok" in compiled) || compiled.ok) return compiled;
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
