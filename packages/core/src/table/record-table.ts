import { textOf } from "@fromguard/pattern";
import { octetsOf } from "./octets.js";
import { NOT_FOUND, type Table } from "./table.js";
import { type Entry, entryTable } from "./table-of.js";

/** A key and its value as a database file holds them. */
export type DatabaseRecord = readonly [key: Uint8Array, value: Uint8Array];

/**
 * Makes a table of the records of a database that postmap built: lmdb, cdb. The zero octet that ends keys and values on most
 * platforms is left out. The first of two records with one key wins; a value that is not UTF-8 is the error `result-not-utf8`.
 *
 * Of lmdb, an empty key is an error until a key was found, then it is not found: Postfix asks for keys with and without a zero
 * octet until it has seen which the file has, and LMDB takes no key of no octets.
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
  const { type, file } = options;
  const table = entryTable(`${type}:${file}`, entries, options);
  if (type !== "lmdb") return table;
  let hasFound = false;
  return {
    ...table,
    lookup(key) {
      if (key === "" && hasFound) return NOT_FOUND;
      const answer = table.lookup(key);
      hasFound ||= answer.kind === "found";
      return answer;
    },
  };
}
