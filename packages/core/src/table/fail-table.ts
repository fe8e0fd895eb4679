import { isUtf8 } from "./keys.js";
import { lookupError, NOT_FOUND, type Table } from "./table.js";

/**
 * A table in which every lookup is an error: `fail:reason`, to test what happens then.
 *
 * @see Postfix DATABASE_README, "fail"
 */
export function failTable(source: string): Table {
  return brokenTable(`fail:${source}`, "table-fails", "it fails always");
}

/** What Postfix makes of a table that it cannot open: every lookup is an error, and it is asked for whole addresses only. */
export function brokenTable(name: string, code: string, cause: string): Table {
  return {
    name,
    keys: "full",
    lookup: (key) => (isUtf8(key) ? lookupError(code, cause, { source: name, key }) : NOT_FOUND),
  };
}
