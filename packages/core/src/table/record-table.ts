import { textOf } from "@fromguard/pattern";
import { octetsOf } from "./octets.js";
import type { Table } from "./table.js";
import { type Entry, entryTable } from "./table-of.js";

/** A key and its value as a database file holds them. */
export type DatabaseRecord = readonly [key: Uint8Array, value: Uint8Array];

/**
 * Makes a table of the records of a database that postmap built: lmdb, cdb. The zero octet that ends keys and values on most
 * platforms is left out. The first of two records with one key wins; a value that is not UTF-8 is the error `result-not-utf8`.
 *
 * @param options `type` and `file` make the name: `lmdb:/etc/postfix/senders`
 * @see Postfix dict_lmdb_lookup, dict_cdb_lookup
 */
export function recordTable(
  records: Iterable<DatabaseRecord>,
  options: { readonly type: string; readonly file: string; readonly maxKeyBytes?: number },
): Table {
  const entries = new Map<string, Entry>();
  for (const record of records) {
    const [key = "", value = ""] = record.map((bytes) => octetsOf(bytes, options.file));
    const name = textOf(key.endsWith("\0") ? key.slice(0, -1) : key);
    // Postfix reads a value as a C string.
    if (name !== undefined && !entries.has(name)) entries.set(name, { value: textOf(value.split("\0", 1)[0] ?? "") });
  }
  return entryTable(`${options.type}:${options.file}`, entries, options);
}
