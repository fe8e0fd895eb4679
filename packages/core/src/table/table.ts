import type { Evidence } from "../verdict/evidence.js";

/** What a table answers to one key. "Not found" is an answer; `error` means that it could not answer. */
export type Lookup =
  | { readonly kind: "found"; readonly value: string; readonly evidence: () => Evidence }
  | { readonly kind: "not-found" }
  | { readonly kind: "error"; readonly code: string; readonly cause: string; readonly evidence: () => Evidence };

/** A lookup table: key to value, in memory or elsewhere. */
export interface Table {
  /** `type:source`, as configured and as shown in evidence. */
  readonly name: string;
  /**
   * `full` where the table is asked only for whole addresses (pcre, regexp, cidr), `parts` where Postfix also asks it for
   * `user@dom`, `user` and `@dom`.
   */
  readonly keys: "full" | "parts";
  /** Looks a key up. Never throws; a promise only where the table is not in memory. */
  lookup(key: string, options?: { readonly signal?: AbortSignal }): Lookup | Promise<Lookup>;
  /** What it holds, in its order; undefined, or absent, where that cannot be listed. Never throws. */
  entries?(): Iterable<TableEntry> | undefined;
}

/** One entry of a table, as it is listed: what answers is told by a lookup alone. */
export type TableEntry =
  | {
      readonly kind: "key";
      /** As lookups compare it: folded. */
      readonly key: string;
      /** What it gives; absent where only a lookup tells. */
      readonly value?: string;
      readonly file?: string;
      /** From 1. */
      readonly line?: number;
    }
  | {
      /** Keys that match; a `network` matches IP addresses only. */
      readonly kind: "pattern" | "network";
      /** As written, with the conditions around it: `if /@example/ /^a/i`. */
      readonly pattern: string;
      /** Text, and the numbers of the groups of the pattern that stand there. */
      readonly result: readonly (string | number)[];
      readonly file?: string;
      /** From 1. */
      readonly line?: number;
    };

/** A fault in a table's text that leaves the table usable. */
export interface TableWarning {
  /** `postfix`: Postfix logs this too; `advice`: what Postfix does not see, such as a pattern that matches too much. */
  readonly kind: "postfix" | "advice";
  readonly file: string;
  /** From 1; 0 where it is of the file as a whole. */
  readonly line: number;
  /** The whole message, with the file and line: in the words that Postfix would log, or `FILE:LINE: what`. */
  readonly text: string;
}

/** A table that was made from text, with what was wrong in it. */
export interface LoadedTable {
  readonly table: Table;
  readonly warnings: readonly TableWarning[];
}

/** Where a table's text is from, and its limits. */
export interface TableTextOptions {
  /** The file, as shown in evidence, warnings and the table's name. */
  readonly file: string;
  /** Octets of a key, beyond which the answer is the error `key-too-long`. Default 4096. */
  readonly maxKeyBytes?: number;
}

/** The default of {@link TableTextOptions.maxKeyBytes}. */
export const MAX_KEY_BYTES = 4096;

/** The answer of every table that lacks a key. */
export const NOT_FOUND: Lookup = { kind: "not-found" };

/** The answer of a table that cannot give one. */
export function lookupError(code: string, cause: string, evidence: Evidence): Lookup {
  return { kind: "error", code, cause, evidence: () => evidence };
}
