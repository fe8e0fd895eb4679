import type { Address } from "../../address/address.js";
import type { Delivery, DomainRule, Grant, Grantee, Membership, Target } from "../grants.js";
import type { Sight } from "./scopes.js";

/** A login or a group, by number. */
export type Principal = number;

/** One way to a target: a grant, or a delivery to a login. */
export interface Edge {
  readonly who: Principal;
  readonly statement: Grant | Delivery;
  /** `nothing` is a delivery whose receiver may not send: it only names the address. */
  readonly gives: "send-as" | "send-on-behalf" | "nothing";
  readonly receives: boolean;
  readonly scope: number;
  /** Infinity for never. */
  readonly expires: number;
}

/** A delivery to another address. */
export interface Forward {
  readonly to: Address;
  readonly statement: Delivery;
  readonly scope: number;
  readonly expires: number;
}

/** One target, and all ways to it. */
export interface Node {
  readonly target: Target;
  /** Of a target that is one address, else undefined. */
  readonly address: Address | undefined;
  /** Of that address, else empty. */
  readonly localPart: string;
  edges: readonly Edge[];
  /** Whether any edge is a group's. */
  hasGroups: boolean;
  forwards: readonly Forward[];
  /** The edges by principal, where there are many. */
  byPrincipal?: Map<Principal, Edge[]>;
}

/** One membership, by number of its two ends. */
export interface Step {
  readonly member: Principal;
  readonly group: Principal;
  readonly statement: Membership;
  readonly scope: number;
  readonly expires: number;
}

/** A {@link DomainRule} with its numbers. */
export interface Rule {
  readonly statement: DomainRule;
  readonly scope: number;
  readonly expires: number;
}

/** All that statements say of one domain. */
export interface DomainNodes {
  readonly domain: string;
  /** By {@link coarse} local part: one node, or those that some rule may tell apart. */
  readonly addresses: Map<string, Node | Node[]>;
  all?: Node;
  below?: Node;
  catchAll?: Node;
  readonly rules: Rule[];
  /** Domains with a rule that makes them an alias of this one. */
  readonly aliases: string[];
  /** What was read last of this domain as seen from itself. */
  glance?: Glance;
}

/** One of the domains that are the same, and what reaches it. */
interface Part {
  readonly nodes: DomainNodes | undefined;
  /** Wildcards of the domains above. */
  readonly below: readonly Node[];
  /** The rules that make the domain that was asked for this one. */
  readonly via: readonly DomainRule[];
}

/** A domain as its rules read it. */
export interface View {
  /** How local parts are read: the rule of the domain at the end of the aliases. */
  readonly rule: DomainRule | undefined;
  readonly parts: readonly Part[];
  /** The addresses, where they are all that there is. */
  readonly only: DomainNodes["addresses"] | undefined;
  /** Every wildcard that reaches it. */
  readonly wide: readonly Node[];
  readonly catchAlls: readonly Node[];
}

/** A domain as seen from itself. */
export interface Glance {
  readonly sight: Sight;
  readonly view: View;
  /** The season in which it holds. */
  readonly season: number;
}

/** The statements, indexed: nothing here depends on a login, a domain that is asked for, or the time. */
export interface Model {
  readonly domains: ReadonlyMap<string, DomainNodes>;
  readonly logins: ReadonlyMap<string, Principal>;
  readonly groups: ReadonlyMap<string, Principal>;
  /** By number of the principal. */
  readonly principals: readonly Grantee[];
  /** Memberships of each principal. */
  readonly up: ReadonlyMap<Principal, readonly Step[]>;
  /** Members of each group. */
  readonly down: ReadonlyMap<Principal, readonly Step[]>;
  readonly nodes: readonly Node[];
  readonly hasBelow: boolean;
  readonly hasAliases: boolean;
  /** When memberships, deliveries or domain rules expire. */
  readonly turns: ReadonlySet<number>;
  /** Whether any statement expires. */
  readonly expires: boolean;
}
