import { isHostName } from "@fromguard/core";
import { toALabels } from "./a-labels.js";

/** Of a name in ASCII; one that is converted has at most 253. */
const MAX_NAME_OCTETS = 255;
const ASCII = /^[\x00-\x7f]*$/;

/** Whether text has no character beyond ASCII. */
export function isAscii(text: string): boolean {
  return ASCII.test(text);
}

/**
 * Whether a domain is the name of a host: in ASCII, or with `utf8` one whose A-labels are.
 *
 * @see Postfix valid_utf8_hostname(3), valid_hostname(3)
 */
export function isMailHostName(name: string, { utf8 }: { readonly utf8: boolean }): boolean {
  return isAscii(name) ? isHostName(name, MAX_NAME_OCTETS) : utf8 && toALabels(name) !== undefined;
}

/**
 * The address within an address literal such as `[192.0.2.1]` or `[IPv6:2001:db8::1]`; undefined where it is none.
 *
 * @see Postfix valid_mailhost_literal(3)
 */
export function addressOfLiteral(literal: string): string | undefined {
  const [, prefix, address = ""] = /^\[(ipv6:)?([^\]]*)\]$/i.exec(literal) ?? [];
  const isValid = prefix === undefined ? isIpv4(address) : isIpv6(address);
  return isValid ? address : undefined;
}

/** Whether text is an address without brackets, IPv6 without prefix. */
export function isHostAddress(text: string): boolean {
  return text.includes(":") ? isIpv6(text) : isIpv4(text);
}

/** Four decimals up to 255, leading zeros allowed; the first is 0 only in all zeros. */
function isIpv4(text: string): boolean {
  const parts = text.split(".", 5);
  if (parts.length !== 4 || !parts.every((part) => /^\d+$/.test(part) && Number(part) <= 255)) return false;
  return Number(parts[0]) !== 0 || !/[1-9]/.test(text);
}

/** Fields of up to four hexadecimal digits, at most eight, `::` once; the last two may be an IPv4 address. */
function isIpv6(text: string): boolean {
  let colons = 0;
  let nullField = 0;
  let digits = 0;
  for (let at = 0; ; ) {
    const char = text[at];
    if (char === undefined) return colons >= 2 && (digits > 0 || nullField === colons - 1);
    if (char === ".") return colons >= 2 && colons <= 6 && isIpv4(text.slice(at - digits));
    if (char === ":") {
      if (at === 0 && /^[A-Za-z0-9]/.test(text.slice(1, 2))) return false;
      colons++;
      at++;
      digits = 0;
      if (colons > 7) return false;
      if (text[at] === ":") {
        if (nullField > 0) return false;
        nullField = colons;
      }
      continue;
    }
    digits = /^[0-9A-Fa-f]*/.exec(text.slice(at, at + 5))?.[0].length ?? 0;
    if (digits === 0 || digits > 4) return false;
    at += digits;
  }
}
