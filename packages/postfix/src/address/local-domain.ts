import { andThen } from "@fromguard/core";
import type { Membership } from "../lists/match-list.js";
import type { Settings } from "../smtpd/settings.js";
import { addressOfLiteral } from "./mail-host.js";
import type { OwnAddresses } from "./own-addresses.js";

const NOT_LISTED: Membership = { kind: "not-listed" };

/**
 * Whether mail to a domain is delivered here: it is on `mydestination`, or is the literal of an address on which this host, or
 * the proxy before it, takes mail. One trailing dot does not matter.
 *
 * @see Postfix resolve_local(3)
 */
export function localDomains(
  settings: Settings,
  own: OwnAddresses,
): (domain: string) => Membership | Promise<Membership> {
  const destinations = settings.domains("mydestination");
  return (domain) => {
    const name = domain.endsWith(".") ? domain.slice(0, -1) : domain;
    if (name === "" || name.endsWith(".")) return NOT_LISTED;
    const listed = destinations.has(name);
    if (!name.startsWith("[")) return listed;
    return andThen(listed, (membership) => {
      if (membership.kind !== "not-listed") return membership;
      const address = addressOfLiteral(name) ?? "";
      return own.isInterface(address) || own.isProxy(address) ? { kind: "listed", entry: name } : membership;
    });
  };
}
