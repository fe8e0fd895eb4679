import { parseIpOctets } from "./ip-address.js";

/** A network, or all addresses outside of it. */
export interface IpNetwork {
  readonly octets: readonly number[];
  readonly bits: number;
  readonly isNegated: boolean;
}

/**
 * Reads `address`, `address/length`, `[address]/length` or `[address/length]`; text, in Postfix's words, where it has a fault.
 *
 * @see Postfix cidr_match(3)
 */
export function parseIpNetwork(pattern: string, isNegated: boolean): IpNetwork | string {
  let address = pattern;
  let mask: string | undefined;
  if (pattern.startsWith("[")) {
    const close = pattern.indexOf("]");
    if (close < 0) return `missing ']' character after "${pattern}"`;
    const behind = pattern.slice(close + 1);
    if (behind !== "" && !behind.startsWith("/")) return `garbage after "${pattern.slice(0, close + 1)}"`;
    address = pattern.slice(1, close);
    if (behind !== "") mask = behind.slice(1);
  }
  const slash = address.indexOf("/");
  if (mask === undefined && slash >= 0) {
    mask = address.slice(slash + 1);
    address = address.slice(0, slash);
  }
  const bitCount = address.includes(":") ? 128 : 32;
  const octets = parseIpOctets(address);
  if (mask === undefined)
    return octets === undefined ? `bad address pattern: "${address}"` : { octets, bits: bitCount, isNegated };
  const fault = (what: string) => `${what} in "${address}/${mask}"`;
  if (!/^[0-9]+$/.test(mask)) return fault("bad mask value");
  const bits = maskBits(mask);
  if (bits > bitCount) return fault("bad mask length");
  if (octets === undefined) return fault("bad network value");
  const network = octets.map((octet, index) => octet & maskOctet(bits, index));
  if (network.some((octet, index) => octet !== octets[index])) {
    return `${fault("non-null host address bits")}, perhaps you should use "${formatIpAddress(network)}/${bits}" instead`;
  }
  return { octets, bits, isNegated };
}

/** Postfix keeps the length in one octet of what atoi(3) reads: 264 is 8. */
function maskBits(digits: string): number {
  const [significant = ""] = /[1-9].*|$/.exec(digits) ?? [];
  return significant.length > 18 ? MAX_OCTET : Number(BigInt(significant) & BigInt(MAX_OCTET));
}

const MAX_OCTET = 0xff;

const maskOctet = (bits: number, index: number): number =>
  (0xff00 >> Math.min(8, Math.max(0, bits - index * 8))) & 0xff;

/** Whether a network holds an address of 4 or 16 octets; a negated one holds those of its own family that are outside. */
export function holds({ octets, bits, isNegated }: IpNetwork, address: readonly number[]): boolean {
  if (octets.length !== address.length) return false;
  const inside = octets.every(
    (octet, index) => (octet & maskOctet(bits, index)) === ((address[index] ?? 0) & maskOctet(bits, index)),
  );
  return inside !== isNegated;
}

/** An address of 4 or 16 octets as inet_ntop(3) prints it. */
export function formatIpAddress(octets: readonly number[]): string {
  if (octets.length === 4) return octets.join(".");
  const groups = Array.from(
    { length: 8 },
    (_, index) => ((octets[2 * index] ?? 0) << 8) | (octets[2 * index + 1] ?? 0),
  );
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (mapped || (groups.slice(0, 6).every((group) => group === 0) && groups[6] !== 0)) {
    return `::${mapped ? "ffff:" : ""}${octets.slice(12).join(".")}`;
  }
  const text = groups.map((group) => group.toString(16)).join(":");
  const zeros = text.match(/(?<![0-9a-f])0(?::0)+(?![0-9a-f])/g) ?? [];
  const [longest] = [...zeros].sort((a, b) => b.length - a.length);
  if (longest === undefined) return text;
  return `:${text}:`
    .replace(`:${longest}:`, "::")
    .replace(/^:(?!:)/, "")
    .replace(/(?<!:):$/, "");
}
