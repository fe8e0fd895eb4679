const ZERO = 0x30;
const GROUP = /^[0-9A-Fa-f]{1,4}$/;

/**
 * Reads an IPv4 or IPv6 address as text into its 4 or 16 octets; undefined where it is none.
 *
 * No brackets, `IPv6:` prefix, zone or leading zeros in a decimal. An IPv4-mapped IPv6 address (`::ffff:192.0.2.1`)
 * gives the 4 octets within: it is the same client.
 *
 * @see RFC 4291 section 2.2, RFC 6943 section 3.1.1
 */
export function parseIpAddress(text: string): readonly number[] | undefined {
  const octets = parseIpOctets(text);
  if (octets?.length !== 16) return octets;
  const mapped = octets.every((octet, index) => index >= 12 || octet === (index < 10 ? 0 : 0xff));
  return mapped ? octets.slice(12) : octets;
}

/** {@link parseIpAddress}, but an IPv4-mapped IPv6 address stays the 16 octets that it is, as inet_pton(3) reads it. */
export function parseIpOctets(text: string): readonly number[] | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): readonly number[] | undefined {
  const octets: number[] = [];
  let octet: number | undefined;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit >= 0 && digit <= 9) {
      if (octet === 0) return undefined;
      octet = (octet ?? 0) * 10 + digit;
      if (octet > 255) return undefined;
    } else {
      if (text[at] !== "." || octet === undefined) return undefined;
      octets.push(octet);
      octet = undefined;
    }
  }
  if (octet === undefined) return undefined;
  octets.push(octet);
  return octets.length === 4 ? octets : undefined;
}

function parseIpv6(text: string): readonly number[] | undefined {
  if (text.length > 45) return undefined;
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, index) => parseGroups(half, index === halves.length - 1));
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === 16 ? head : undefined;
  if (tail === undefined || head.length + tail.length > 14) return undefined;
  return [...head, ...new Array<number>(16 - head.length - tail.length).fill(0), ...tail];
}

/** Octets of groups joined by single colons; the last may be a dotted IPv4 address where `last` is true. */
function parseGroups(text: string, last: boolean): readonly number[] | undefined {
  if (text === "") return [];
  const octets: number[] = [];
  const groups = text.split(":");
  for (const [index, group] of groups.entries()) {
    const dotted = last && index === groups.length - 1 && group.includes(".") ? parseIpv4(group) : undefined;
    if (dotted !== undefined) octets.push(...dotted);
    else if (GROUP.test(group)) octets.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff);
    else return undefined;
  }
  return octets;
}
