import type { Lookup, Table } from "../table/table.js";
import type { KeyStep } from "./login-map-keys.js";

/** Which table answered which key. */
export interface Hit {
  readonly table: Table;
  readonly key: string;
  readonly lookup: Exclude<Lookup, { readonly kind: "not-found" }>;
}

interface Probe {
  readonly table: Table;
  readonly key: string;
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
  const probes = steps.flatMap(({ keys, whole }) => {
    const asked = whole ? tables : tables.filter((table) => table.keys === "parts");
    return keys.flatMap((key) => asked.map((table) => ({ table, key })));
  });
  return searchFrom(probes, 0, options);
}

function searchFrom(
  probes: readonly Probe[],
  from: number,
  options: LookupOptions,
): Hit | undefined | Promise<Hit | undefined> {
  for (let index = from; index < probes.length; index++) {
    const { table, key } = probes[index] as Probe;
    const lookup = lookupSafely(table, key, options);
    if (lookup instanceof Promise) {
      return lookup.then((late) =>
        late.kind === "not-found" ? searchFrom(probes, index + 1, options) : { table, key, lookup: late },
      );
    }
    if (lookup.kind !== "not-found") return { table, key, lookup };
  }
  return undefined;
}

/** A table that breaks its promise and throws could not answer. */
function lookupSafely(table: Table, key: string, options: LookupOptions): Lookup | Promise<Lookup> {
  const failed = (error: unknown): Lookup => ({
    kind: "error",
    code: "table-failed",
    cause: error instanceof Error ? error.message : String(error),
    evidence: () => ({ source: table.name, key }),
  });
  try {
    const lookup = table.lookup(key, options);
    return "then" in lookup ? Promise.resolve(lookup).catch(failed) : lookup;
  } catch (error) {
    return failed(error);
  }
}
