import { parseIpAddress } from "../domain/ip-address.js";
import { type Predicate, predicate } from "../rule/rule.js";
import { FromguardError } from "../verdict/error.js";

interface Network {
  readonly octets: readonly number[];
  readonly bits: number;
}

/**
 * Holds where the client's address is in one of the networks, each `address` or `address/bits`: `10.0.0.0/8`, `::1`.
 *
 * An IPv4-mapped IPv6 address is the IPv4 address within. Mail without a client is in no network. A trusted network is
 * not a login: it owns no address.
 *
 * @throws FromguardError `FG_POLICY_INVALID` naming a network that is none, or that has bits set behind its prefix.
 * @see cidr_table(5)
 */
export function clientIn(networks: readonly string[]): Predicate<"client"> {
  const parsed = networks.map(parseNetwork);
  return predicate("client-in", ["client"], ({ client }) => {
    const octets = client === null ? undefined : parseIpAddress(client.address);
    return octets !== undefined && parsed.some((network) => contains(network, octets));
  });
}

function contains({ octets, bits }: Network, client: readonly number[]): boolean {
  if (octets.length !== client.length) return false;
  return client.every((octet, at) => (octet & maskOf(bits, at)) === octets[at]);
}

/** The part of a prefix of that many bits that lies in one octet. */
function maskOf(bits: number, at: number): number {
  const inOctet = Math.min(8, Math.max(0, bits - 8 * at));
  return (0xff << (8 - inOctet)) & 0xff;
}

function parseNetwork(text: string): Network {
  const invalid = (why: string) => new FromguardError("FG_POLICY_INVALID", `clientIn: ${JSON.stringify(text)} ${why}`);
  const [, address = "", prefix] = /^([^/]*)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const octets = parseIpAddress(address);
  if (octets === undefined) throw invalid("is no network");
  const width = address.includes(":") ? 128 : 32;
  const given = prefix === undefined ? width : Number(prefix);
  // An IPv4-mapped network has its first 96 bits in the mapping.
  const bits = given - (width - 8 * octets.length);
  if (given > width || bits < 0) throw invalid("is no network");
  if (octets.some((octet, at) => (octet & ~maskOf(bits, at)) !== 0)) throw invalid("has bits set behind its prefix");
  return { octets, bits };
}
