import type { Table } from "../table/table.js";
import { NOT_FOUND } from "../table/table.js";

/** Options of {@link memoryTable}. */
export interface MemoryTableOptions {
  /** Default `memory`. */
  readonly name?: string;
  /** Default `parts`. */
  readonly keys?: "full" | "parts";
  /** Answers with promises, as a table behind a network does. Default false. */
  readonly late?: boolean;
}

/** A {@link Table} of entries that remembers the keys it was asked for. */
export interface MemoryTable extends Table {
  readonly asked: readonly string[];
}

/** Makes a table of key and value pairs, compared as they are. */
export function memoryTable(entries: Readonly<Record<string, string>>, options: MemoryTableOptions = {}): MemoryTable {
  const { name = "memory", keys = "parts", late = false } = options;
  const values = new Map(Object.entries(entries));
  const asked: string[] = [];
  const answer = (key: string) => {
    asked.push(key);
    const value = values.get(key);
    if (value === undefined) return NOT_FOUND;
    return { kind: "found", value, evidence: () => ({ source: name, key, result: value }) } as const;
  };
  return { name, keys, asked, lookup: (key) => (late ? Promise.resolve().then(() => answer(key)) : answer(key)) };
}

/** A table that can answer nothing; with `throws` it also breaks its promise not to throw. */
export function failingTable(
  options: { readonly name?: string; readonly late?: boolean; readonly throws?: boolean } = {},
): Table {
  const { name = "failing", late = false, throws = false } = options;
  const answer = (key: string) => {
    if (throws) throw new Error("the table is down");
    return {
      kind: "error",
      code: "table-down",
      cause: "the table is down",
      evidence: () => ({ source: name, key }),
    } as const;
  };
  return { name, keys: "parts", lookup: (key) => (late ? Promise.resolve().then(() => answer(key)) : answer(key)) };
}
