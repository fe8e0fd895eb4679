import type { Domain } from "../domain/domain.js";
import { parseDomain } from "../domain/domain.js";
import { FromguardError } from "../verdict/error.js";

/** Whether a domain is one of a list. */
export type DomainSet = (domain: Domain) => boolean;

/**
 * Reads a list of domains (or `[address]` literals) for comparison in canonical form. Subdomains are not included.
 *
 * @throws FromguardError `FG_POLICY_INVALID` naming an entry that is no domain.
 */
export function domainSet(option: string, domains: readonly string[]): DomainSet {
  const known = new Set<string>();
  for (const text of domains) {
    const domain = parseDomain(text);
    if (domain.kind !== "name" && domain.kind !== "literal") {
      throw new FromguardError("FG_POLICY_INVALID", `${JSON.stringify(text)} is no domain`, { place: { key: option } });
    }
    known.add(domain.ascii);
  }
  return ({ kind, ascii }) => (kind === "name" || kind === "literal") && known.has(ascii);
}
