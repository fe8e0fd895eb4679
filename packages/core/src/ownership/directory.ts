import type { Address } from "../address/address.js";
import type { Evidence } from "../verdict/evidence.js";
import type { Right } from "./grants.js";
import type { Ownership } from "./ownership.js";

/** One login, and one address or pattern of addresses that it may send as. */
export interface Holding {
  readonly login: string;
  /** An address, `@domain` for all at it, `@*.domain` for all below it, or a pattern in the words of its source. */
  readonly address: string;
  readonly right: Right;
  /** The path of statements from the login to the address, and where they stand. */
  readonly evidence: () => Evidence;
}

/** What a source could not tell. */
export interface Gap {
  readonly source: string;
  readonly code: string;
  readonly cause: string;
}

/** What is known, and what could not be asked or listed. */
export interface Listing {
  readonly holdings: readonly Holding[];
  readonly gaps: readonly Gap[];
}

/** What one more statement would let in. */
export interface Reach {
  /** Logins that could newly send as something. */
  readonly logins: number;
  /** Addresses by name that they could newly send as. */
  readonly addresses: number;
  /** Patterns of addresses that they could newly send as: `@example.com`. */
  readonly patterns: readonly string[];
}

/** One change that would let a login send as an address. */
export interface Remedy {
  readonly kind: "grant" | "membership";
  /** To be put in a grants file, under `grants:` or `groups:`. */
  readonly line: string;
  /** What it lets in beside the login and the address that were asked about. */
  readonly others: Reach;
}

/** An ownership that can be read in both directions. No call throws or rejects. */
export interface Directory extends Ownership {
  /** Who may send as this address. */
  owners(address: Address, options?: { readonly signal?: AbortSignal }): Listing | Promise<Listing>;
  /** As what may this login send. */
  addresses(login: string, options?: { readonly signal?: AbortSignal }): Listing | Promise<Listing>;
  /** What would let the login send as the address, the smallest change first; none where it may. Absent where a source cannot tell. */
  remedies?(login: string, address: Address): readonly Remedy[];
}
