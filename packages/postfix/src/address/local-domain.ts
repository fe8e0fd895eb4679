import { andThen, parseIpAddress } from "@fromguard/core";
import type { Membership } from "../lists/match-list.js";
import type { Settings } from "../smtpd/settings.js";
import { addressOfLiteral } from "./mail-host.js";

const NOT_LISTED: Membership = { kind: "not-listed" };

/**
 * Whether mail to a domain is delivered here: it is on `mydestination`, or is the literal of an address on which this host, or
 * the proxy before it, takes mail. One trailing dot does not matter.
 *
 * @param ownAddresses the addresses that `inet_interfaces` stands for where it does not give them itself
 * @see Postfix resolve_local(3)
 */
export function localDomains(
  settings: Settings,
  ownAddresses: readonly string[],
): (domain: string) => Membership | Promise<Membership> {
  const destinations = settings.domains("mydestination");
  const own = new Set(
    [...settings.config.list("inet_interfaces"), ...settings.config.list("proxy_interfaces"), ...ownAddresses].flatMap(
      (address) => addressKey(address) ?? [],
    ),
  );
  return (domain) => {
    const name = domain.endsWith(".") ? domain.slice(0, -1) : domain;
    if (name === "" || name.endsWith(".")) return NOT_LISTED;
    const listed = destinations.has(name);
    if (!name.startsWith("[")) return listed;
    return andThen(listed, (membership) => {
      if (membership.kind !== "not-listed") return membership;
      const key = addressKey(addressOfLiteral(name) ?? "");
      return key !== undefined && own.has(key) ? { kind: "listed", entry: name } : membership;
    });
  };
}

/** Equal for equal addresses. An IPv4 address mapped into IPv6 equals no other: sockets of this host have none. */
function addressKey(text: string): string | undefined {
  const octets = parseIpAddress(text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text);
  return octets === undefined || text.includes(":") !== (octets.length === 16) ? undefined : octets.join(".");
}
