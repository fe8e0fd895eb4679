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

/** An ownership that can be read in both directions. Neither call throws or rejects. */
export interface Directory extends Ownership {
  /** Who may send as this address. */
  owners(address: Address, options?: { readonly signal?: AbortSignal }): Listing | Promise<Listing>;
  /** As what may this login send. */
  addresses(login: string, options?: { readonly signal?: AbortSignal }): Listing | Promise<Listing>;
}
