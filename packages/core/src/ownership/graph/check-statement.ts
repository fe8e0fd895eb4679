import type { Address } from "../../address/address.js";
import { parseDomain } from "../../domain/domain.js";
import { FromguardError } from "../../verdict/error.js";
import type { Delivery, DomainRule, Grant, Grantee, Membership, Statement, Target } from "../grants.js";

/** @throws FromguardError `FG_POLICY_INVALID` with the place of the statement, or its number where it has none. */
export type Check<S extends Statement> = (statement: S, list: string, index: number) => void;

/** A fault of one statement. */
export function faultOf(statement: Statement, list: string, index: number, what: string): FromguardError {
  const { file, line, column } = statement.origin ?? {};
  return new FromguardError("FG_POLICY_INVALID", what, {
    place: {
      ...(file === undefined ? { key: `${list}[${index}]` } : { file }),
      ...(line === undefined ? {} : { line }),
      ...(column === undefined ? {} : { column }),
    },
  });
}

/** Checks statements of one graph; remembers the domains that were good, since most statements share theirs. */
export class StatementCheck {
  readonly #good = new Set<string>();
  readonly #goodScopes = new Set<readonly string[]>();

  readonly grant: Check<Grant> = (grant, list, index) => {
    const what = this.#common(grant) ?? this.#grantee(grant.grantee) ?? this.#target(grant.target);
    if (what !== undefined) throw faultOf(grant, list, index, what);
  };

  readonly membership: Check<Membership> = (membership, list, index) => {
    const what =
      this.#common(membership) ??
      this.#grantee(membership.member) ??
      (membership.group === "" ? "the name of a group is empty" : undefined);
    if (what !== undefined) throw faultOf(membership, list, index, what);
  };

  readonly delivery: Check<Delivery> = (delivery, list, index) => {
    const { to } = delivery;
    const what =
      this.#common(delivery) ??
      this.#target(delivery.target) ??
      (to.kind === "login" ? this.#grantee(to) : this.#address(to.address));
    if (what !== undefined) throw faultOf(delivery, list, index, what);
  };

  readonly domain: Check<DomainRule> = (rule, list, index) => {
    const { domain, aliasOf, subaddress } = rule;
    const what =
      this.#common(rule) ??
      this.#domain(domain) ??
      (aliasOf === undefined ? undefined : this.#domain(aliasOf)) ??
      (subaddress !== undefined && /[@\s\p{C}]/u.test(subaddress)
        ? `${JSON.stringify(subaddress)} cannot start a subaddress`
        : undefined);
    if (what !== undefined) throw faultOf(rule, list, index, what);
  };

  #common({ scope, expires }: Statement): string | undefined {
    if (expires !== undefined && Number.isNaN(expires)) return "the time of expiry is none";
    if (scope === undefined || this.#goodScopes.has(scope)) return undefined;
    for (const part of scope) {
      const fault = this.#domain(part.startsWith("*.") ? part.slice(2) : part);
      if (fault !== undefined) return `in the scope, ${fault}`;
    }
    this.#goodScopes.add(scope);
    return undefined;
  }

  #grantee(grantee: Grantee): string | undefined {
    if (grantee.kind === "login") return grantee.login === "" ? "a login is empty: nobody could use it" : undefined;
    return grantee.group === "" ? "the name of a group is empty" : undefined;
  }

  #target(target: Target): string | undefined {
    return target.kind === "address" ? this.#address(target.address) : this.#domain(target.domain);
  }

  #address({ localPart, domain }: Address): string | undefined {
    if (localPart === "") return `an address at ${JSON.stringify(domain.text)} has no local part`;
    if (domain.kind === "none") return `${JSON.stringify(localPart)} has no domain`;
    return domain.kind === "invalid" ? `${JSON.stringify(domain.text)} is no domain` : this.#domain(domain.ascii);
  }

  #domain(domain: string): string | undefined {
    if (this.#good.has(domain)) return undefined;
    const { kind, ascii } = parseDomain(domain);
    if (kind === "none" || kind === "invalid") return `${JSON.stringify(domain)} is no domain`;
    if (ascii !== domain) return `${JSON.stringify(domain)} must be written ${ascii}`;
    this.#good.add(domain);
    return undefined;
  }
}
