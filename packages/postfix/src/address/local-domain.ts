import { andThen, parseIpAddress } from "@fromguard/core";
import type { Membership } from "../lists/match-list.js";
import type { Settings } from "../smtpd/settings.js";
import { addressOfLiteral } from "./mail-host.js";

const NOT_LISTED: Membership = { kind: "not-listed" };

/**
 * Whether mail to a domain is delivered here: it is on `mydestination`, or is the literal of an address on which this host, or
 * the proxy before it, takes mail. One trailing dot does not matter.
 *
 * @param ownAddresses what `inet_interfaces` stands for where it is no list of addresses
 * @see Postfix resolve_local(3), own_inet_addr(3)
 */
export function localDomains(
  settings: Settings,
  ownAddresses: readonly string[],
): (domain: string) => Membership | Promise<Membership> {
  const { config } = settings;
  const destinations = settings.domains("mydestination");
  const protocols = config.list("inet_protocols");
  const hasIpv6 = protocols.includes("all") || protocols.includes("ipv6");
  const keysOf = (addresses: readonly string[]): readonly string[] =>
    addresses.flatMap((address) => addressKey(address, hasIpv6) ?? []);
  const interfaces = config.list("inet_interfaces");
  const named = keysOf(interfaces);
  const own = new Set([
    ...named,
    ...(named.length < interfaces.length ? keysOf(ownAddresses) : []),
    ...keysOf(config.list("proxy_interfaces")),
  ]);
  return (domain) => {
    const name = domain.endsWith(".") ? domain.slice(0, -1) : domain;
    if (name === "" || name.endsWith(".")) return NOT_LISTED;
    const listed = destinations.has(name);
    if (!name.startsWith("[")) return listed;
    return andThen(listed, (membership) => {
      if (membership.kind !== "not-listed") return membership;
      const key = addressKey(addressOfLiteral(name) ?? "", hasIpv6);
      return key !== undefined && own.has(key) ? { kind: "listed", entry: name } : membership;
    });
  };
}

/**
 * Equal for equal addresses. Without IPv6 an IPv4 address mapped into IPv6 is the IPv4 address, as getaddrinfo(3) reads it, and
 * every other IPv6 address is none; with IPv6 it is an IPv6 address that no socket of this host has.
 */
function addressKey(text: string, hasIpv6: boolean): string | undefined {
  const octets = parseIpAddress(text.replace(/^\[(?:ipv6:)?(.*)\]$/i, "$1"));
  if (octets === undefined) return undefined;
  const fits = hasIpv6 ? text.includes(":") === (octets.length === 16) : octets.length === 4;
  return fits ? octets.join(".") : undefined;
}
