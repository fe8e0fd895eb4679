import type { Address } from "../address/address.js";

/** Where a statement stands: what `who`, `may` and refusals show for it. */
export interface Origin {
  /** `grants:/etc/fromguard/grants.yaml`, `virtual_alias_maps`. */
  readonly source: string;
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
}

/** What every statement may carry. */
export interface Statement {
  /**
   * The domains that this statement may reach, each with its subdomains where written `*.domain`; default all. A path from a
   * login to an address holds only where the scopes of all its statements cover the domain of the address.
   */
  readonly scope?: readonly string[];
  /** Milliseconds since 1970 from which the statement no longer holds; default never. */
  readonly expires?: number;
  /** Why it was made, for the reader. */
  readonly reason?: string;
  readonly origin?: Origin;
}

/** Who is given something. */
export type Grantee =
  | { readonly kind: "login"; readonly login: string }
  | { readonly kind: "group"; readonly group: string };

/** What is given. Domains are A-labels in small letters. */
export type Target =
  | { readonly kind: "address"; readonly address: Address }
  /** Every address at the domain. */
  | { readonly kind: "domain"; readonly domain: string }
  /** Every address at the domains below this one, not at itself. */
  | { readonly kind: "subdomains"; readonly domain: string }
  /** Every address at the domain that no {@link Delivery} names: what the owner of a catch-all receives. */
  | { readonly kind: "catch-all"; readonly domain: string };

/** Sends as the target; on behalf of it only beside exactly one own Sender. */
export type Right = "send-as" | "send-on-behalf";

/** The grantee may send as the target. */
export interface Grant extends Statement {
  readonly grantee: Grantee;
  readonly right: Right;
  readonly target: Target;
}

/** A login or a group is in a group. Groups may stand in groups; a cycle adds nothing. */
export interface Membership extends Statement {
  readonly member: Grantee;
  readonly group: string;
}

/**
 * Who receives what comes to an address: a login, or what another address receives ("receives as").
 *
 * It lets the receiver send as the address only where `maySend` is set: on each delivery from the address to the login.
 */
export interface Delivery extends Statement {
  readonly target: Extract<Target, { readonly kind: "address" | "catch-all" }>;
  readonly to:
    | { readonly kind: "login"; readonly login: string }
    | { readonly kind: "address"; readonly address: Address };
  readonly maySend: boolean;
}

/** How the addresses at a domain are read. Of two rules for one domain the first counts. */
export interface DomainRule extends Statement {
  readonly domain: string;
  /**
   * Addresses here are those at this other domain: who may use one may use the other, and the rule of the domain at the end of
   * the aliases is that of all (in a circle of aliases, of the first by name).
   */
  readonly aliasOf?: string;
  /** Characters of which the first starts a subaddress; who owns the address owns its subaddresses. Default none. */
  readonly subaddress?: string;
  /** How local parts are compared: as written, A to Z case-blind (the default), or with full Unicode case folding. */
  readonly localPartCase?: "exact" | "ascii" | "fold";
  /** Whether dots in local parts do not count, as at some hosts. Default false. */
  readonly ignoreDots?: boolean;
}

/** What the graph of ownership is made of, in no order but that of {@link DomainRule}. */
export interface Grants {
  readonly grants?: readonly Grant[];
  readonly memberships?: readonly Membership[];
  readonly deliveries?: readonly Delivery[];
  readonly domains?: readonly DomainRule[];
}
