import type { Lookup, Table } from "../table/table.js";
import type { KeyStep } from "./login-map-keys.js";

/** Which table answered which key. */
export interface Hit {
  readonly table: Table;
  readonly key: string;
  readonly lookup: Exclude<Lookup, { readonly kind: "not-found" }>;
}

/** Handed on to the tables as it is: a signal that nobody reads need not be made. */
export type LookupOptions = { readonly signal?: AbortSignal } | undefined;

/**
 * Asks every table for the key of one step before the next, pattern tables for whole addresses only. The first answer
 * ends the search, an error too. Without a promise where every table that was asked answers at once.
 *
 * @see Postfix maps_find, mail_addr_find(3)
 */
export function searchTables(
  tables: readonly Table[],
  steps: readonly KeyStep[],
  options?: LookupOptions,
): Hit | undefined | Promise<Hit | undefined> {
  return searchFrom(tables, steps, 0, options);
}

/** Leaves out the first probes, which were made. A probe is a key asked of a table. */
function searchFrom(
  tables: readonly Table[],
  steps: readonly KeyStep[],
  made: number,
  options: LookupOptions,
): Hit | undefined | Promise<Hit | undefined> {
  let probe = 0;
  for (const { keys, whole } of steps) {
    for (const key of keys) {
      for (const table of tables) {
        if ((!whole && table.keys !== "parts") || probe++ < made) continue;
        const lookup = lookupSafely(table, key, options);
        if (lookup instanceof Promise) return searchOn(tables, steps, probe, options, lookup, table, key);
        if (lookup.kind !== "not-found") return { table, key, lookup };
      }
    }
  }
  return undefined;
}

/** Waits for the answer to a probe, and goes on behind it. */
async function searchOn(
  tables: readonly Table[],
  steps: readonly KeyStep[],
  made: number,
  options: LookupOptions,
  late: Promise<Lookup>,
  table: Table,
  key: string,
): Promise<Hit | undefined> {
  const lookup = await late;
  return lookup.kind === "not-found" ? searchFrom(tables, steps, made, options) : { table, key, lookup };
}

/** A table that breaks its promise and throws could not answer. */
function lookupSafely(table: Table, key: string, options: LookupOptions): Lookup | Promise<Lookup> {
  try {
    const lookup = table.lookup(key, options);
    return "then" in lookup ? settledSafely(lookup, table, key) : lookup;
  } catch (error) {
    return failed(table, key, error);
  }
}

async function settledSafely(lookup: Promise<Lookup>, table: Table, key: string): Promise<Lookup> {
  try {
    return await lookup;
  } catch (error) {
    return failed(table, key, error);
  }
}

function failed(table: Table, key: string, error: unknown): Lookup {
  return {
    kind: "error",
    code: "table-failed",
    cause: error instanceof Error ? error.message : String(error),
    evidence: () => ({ source: table.name, key }),
  };
}
