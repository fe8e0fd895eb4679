import { fold } from "../address/fold.js";
import type { Evidence } from "../verdict/evidence.js";
import { isOverlong } from "./keys.js";
import { type Lookup, lookupError, MAX_KEY_BYTES, NOT_FOUND, type Table, type TableEntry } from "./table.js";

/** A value, and the line of the file that gave it. */
export interface Entry {
  /** Undefined where it is not UTF-8: an error for who asks. */
  readonly value: string | undefined;
  readonly line?: number;
}

/**
 * A table in memory, for embedding and tests. Keys are folded, as those of Postfix's own fixed tables.
 *
 * A list as value is the comma-separated owners of a login map. The first of two keys that fold to one wins.
 *
 * @param options `name` is shown in evidence. Default `inline:`
 */
export function tableOf(
  entries: Readonly<Record<string, string | readonly string[]>>,
  options: { readonly name?: string; readonly maxKeyBytes?: number } = {},
): Table {
  const folded = new Map<string, Entry>();
  for (const [key, value] of Object.entries(entries)) {
    const name = fold(key);
    if (!folded.has(name)) folded.set(name, { value: typeof value === "string" ? value : value.join(", ") });
  }
  return entryTable(options.name ?? "inline:", folded, options);
}

/** A table that answers at once. */
interface TableInMemory extends Table {
  lookup(key: string): Lookup;
}

/**
 * A table over folded keys. A key over the limit is the error `key-too-long`; an empty key is the error `key-syntax` where the
 * type is lmdb, which has none.
 */
export function entryTable(
  name: string,
  entries: ReadonlyMap<string, Entry>,
  options: { readonly file?: string; readonly maxKeyBytes?: number },
): TableInMemory {
  const { maxKeyBytes = MAX_KEY_BYTES } = options;
  const source: Evidence = options.file === undefined ? { source: name } : { source: name, file: options.file };
  return {
    name,
    keys: "parts",
    lookup(key) {
      if (isOverlong(key, maxKeyBytes)) {
        const cause = `the key is longer than ${maxKeyBytes} octets`;
        return lookupError("key-too-long", cause, source);
      }
      if (key === "" && name.startsWith("lmdb:")) return lookupError("key-syntax", "LMDB has no empty key", source);
      const folded = fold(key);
      const entry = entries.get(folded);
      if (entry === undefined) return NOT_FOUND;
      const { value, line } = entry;
      const place = () => (line === undefined ? { ...source, key: folded } : { ...source, line, key: folded });
      if (value === undefined) return lookupError("result-not-utf8", "the result is not UTF-8", place());
      return { kind: "found", value, evidence: () => ({ ...place(), result: value }) };
    },
    *entries(): Iterable<TableEntry> {
      const { file } = options;
      for (const [key, { value, line }] of entries) {
        yield {
          kind: "key",
          key,
          ...(value === undefined ? {} : { value }),
          ...(file === undefined ? {} : { file }),
          ...(line === undefined ? {} : { line }),
        };
      }
    },
  };
}
