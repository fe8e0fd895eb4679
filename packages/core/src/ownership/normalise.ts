import type { Address } from "../address/address.js";
import { fold, lowerAscii } from "../address/fold.js";
import { type Domain, parseDomain } from "../domain/domain.js";
import type { DomainRule } from "./grants.js";
import { lookupDomains, splitExtension } from "./login-map-keys.js";

/** How the local parts at a domain are compared. */
export type LocalPartRule = Pick<DomainRule, "localPartCase" | "ignoreDots">;

/**
 * A local part in the form in which it is compared: as written (`exact`), A to Z in small letters (`ascii`, the default), or
 * with full Unicode case folding (`fold`); without its dots where they do not count. Quotes are gone before: the quoted and
 * the plain spelling are one address. Nothing is composed: two Unicode spellings of one letter stay two addresses.
 *
 * @see RFC 5321 section 2.4 (only the host of the mailbox may read its local part)
 */
export function normaliseLocalPart(localPart: string, rule: LocalPartRule = {}): string {
  const { localPartCase = "ascii", ignoreDots = false } = rule;
  const text = ignoreDots ? localPart.replaceAll(".", "") : localPart;
  switch (localPartCase) {
    case "exact":
      return text;
    case "ascii":
      return lowerAscii(text);
    case "fold":
      return fold(text);
  }
}

/**
 * The domains that an address names to its readers: its `idna` form and, where readers that fold case before they look take it
 * for another (`straße.test` against `strasse.test`), that one too. An address is owned only where it is owned in all of them.
 * Empty for an address without a valid domain, and where one of the readers would find none.
 */
export function canonicalDomains(address: Address): readonly Domain[] {
  const { domain } = address;
  if (domain.kind !== "name" && domain.kind !== "literal") return [];
  if (domain.text === domain.ascii) return [domain];
  const others = lookupDomains(address)
    .filter((text) => text !== domain.ascii)
    .map(parseDomain)
    .filter(({ kind, ascii }) => kind === "invalid" || ascii !== domain.ascii);
  return others.some(({ kind }) => kind === "invalid" || kind === "none") ? [] : [domain, ...others];
}

/**
 * The local part of the address that this one is a subaddress of; undefined where it is none. The first delimiter counts, and what
 * Postfix never splits is not split: `postmaster`, and with `-` among the delimiters `owner-sales` and `sales-request`.
 *
 * @see postconf(5) recipient_delimiter
 */
export function withoutSubaddress(localPart: string, delimiters: string | undefined): string | undefined {
  if (delimiters === undefined) return undefined;
  for (const delimiter of delimiters) {
    if (localPart.includes(delimiter)) return splitExtension(localPart, { recipientDelimiter: delimiters });
  }
  return undefined;
}
