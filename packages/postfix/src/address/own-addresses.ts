import { parseIpAddress } from "@fromguard/core";
import type { MainCf } from "../main-cf/main-cf.js";

/** Which addresses are this host's, for a main.cf. */
export interface OwnAddresses {
  /** Whether the host takes mail on an address, by `inet_interfaces` and `inet_protocols`. */
  isInterface(address: string): boolean;
  /** Whether a proxy or address translator before the host does, by `proxy_interfaces`. */
  isProxy(address: string): boolean;
}

const LOOPBACK = /^127\.|^(?:0\.){15}1$/;

/**
 * Reads `inet_interfaces` and `proxy_interfaces`: addresses, in brackets or not; `all` or `loopback-only` alone; `localhost`.
 *
 * Other names are not resolved: in `inet_interfaces` one stands for all addresses of the host, of which Postfix requires it to be
 * some; in `proxy_interfaces` for none.
 *
 * @param hostAddresses every address of the host
 * @see Postfix own_inet_addr(3), inet_addr_host(3)
 */
export function ownAddresses(config: MainCf, hostAddresses: readonly string[]): OwnAddresses {
  const protocols = config.list("inet_protocols").map((word) => word.toLowerCase());
  const has = (family: string) => protocols.includes("all") || protocols.includes(family);
  const families = { ipv4: has("ipv4"), ipv6: has("ipv6") };
  const keysOf = (addresses: readonly string[]) => addresses.flatMap((address) => keyOf(address, families) ?? []);
  const all = keysOf(hostAddresses);
  const loopback = all.filter((key) => LOOPBACK.test(key));

  const named = config.list("inet_interfaces");
  const isOnly = (word: string) => named.length === 1 && named[0] === word;
  const interfaces = isOnly("loopback-only")
    ? loopback
    : named.flatMap((host) => {
        if (parseIpAddress(bare(host)) !== undefined) return keysOf([host]);
        return host.toLowerCase() === "localhost" ? loopback : all;
      });
  const within = (keys: readonly string[]) => {
    const set = new Set(keys);
    return (address: string): boolean => {
      const key = keyOf(address, families);
      return key !== undefined && set.has(key);
    };
  };
  return { isInterface: within(interfaces), isProxy: within(keysOf(config.list("proxy_interfaces"))) };
}

const bare = (host: string): string => host.replace(/^\[(.*)\]$/, "$1");

/**
 * Equal for equal addresses; undefined for those of a family that Postfix does not use. Without IPv6 an IPv4 address mapped into
 * IPv6 is the IPv4 address, as getaddrinfo(3) reads it; with IPv6 it is an IPv6 address that no socket of this host has.
 */
function keyOf(host: string, { ipv4, ipv6 }: { readonly ipv4: boolean; readonly ipv6: boolean }): string | undefined {
  const text = bare(host);
  const octets = parseIpAddress(text);
  if (octets === undefined) return undefined;
  const isIpv6 = ipv6 ? text.includes(":") : octets.length === 16;
  const isMapped = isIpv6 && octets.length === 4;
  return isMapped || !(isIpv6 ? ipv6 : ipv4) ? undefined : octets.join(".");
}
