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
}

/** A fault in a table's text that leaves the table usable, in the words that Postfix would log. */
export interface TableWarning {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** The answer of every table that lacks a key. */
export const NOT_FOUND: Lookup = { kind: "not-found" };
