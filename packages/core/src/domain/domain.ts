import { parseIpAddress } from "./ip-address.js";
import { decodePunycode } from "./punycode.js";
import { urlHost } from "./url-host.js";

/** A domain name in canonical form: lower-case A-labels. */
export interface DomainName {
  readonly kind: "name";
  /** Lower-case A-labels joined by dots, without a trailing dot: the form in which domains are compared. */
  readonly ascii: string;
  /** As written. */
  readonly text: string;
  /**
   * True where reading it took more than lower-casing and composing: a trailing dot, an ideographic dot,
   * a dropped or width-mapped character. What one reader drops, another shows.
   */
  readonly altered: boolean;
}

/** An address literal, `[192.0.2.1]` or `[IPv6:2001:db8::1]`, kept as written but for case. */
export interface DomainLiteral {
  readonly kind: "literal";
  /** Lower-case, with its brackets. */
  readonly ascii: string;
  readonly text: string;
}

/** No domain: `user`, or `user@`. */
export interface NoDomain {
  readonly kind: "none";
  readonly ascii: "";
  readonly text: "";
}

/** Text that is no domain. It equals no other domain. */
export interface InvalidDomain {
  readonly kind: "invalid";
  /** Only for messages: never compare it. */
  readonly ascii: string;
  readonly text: string;
}

/** What stands behind the at sign of an address. */
export type Domain = DomainName | DomainLiteral | NoDomain | InvalidDomain;

/** The domain of an address that has none. */
export const NO_DOMAIN: NoDomain = { kind: "none", ascii: "", text: "" };

/** UTF-16 units beyond which text is not looked at: no name that is at most 253 octets of A-labels is as long. */
const MAX_TEXT = 1024;
const MAX_NAME = 253;
const MAX_LABEL = 63;
const ASCII_NAME = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?$/;
const ALL_DOTS = /[.\u3002\uff0e\uff61]/u;

/**
 * Reads a domain into its canonical form.
 *
 * Labels are letters, digits, hyphen and underscore, or text that UTS #46 (non-transitional) maps to an A-label.
 * One trailing dot is accepted and marks the domain as altered. An empty label, a label over 63 octets, a name over
 * 253 octets, a label that begins or ends with a hyphen, or a name of digits and dots alone is `invalid`: nothing is repaired.
 *
 * @see RFC 1035 section 2.3.4 (sizes), RFC 5890 section 2.3.2.1 (A-labels), RFC 5321 section 4.1.3 (literals)
 */
export function parseDomain(text: string): Domain {
  if (text === "") return NO_DOMAIN;
  if (isHostName(text)) {
    const ascii = text.toLowerCase();
    if (!ascii.includes("xn--")) return { kind: "name", ascii, text, altered: false };
  }
  return parseUnusual(text);
}

/** What is not plain labels: A-labels that may be none, U-labels, a literal, a trailing dot, and what is no domain. */
function parseUnusual(text: string): Domain {
  const invalid: InvalidDomain = { kind: "invalid", ascii: text, text };
  if (text.length > MAX_TEXT) return invalid;
  if (text.startsWith("[")) return parseLiteral(text);
  const lower = text.toLowerCase();
  let ascii = lower;
  let altered = false;
  if (!ASCII_NAME.test(text) || lower.includes("xn--")) {
    const mapped = mapLabels(text);
    if (mapped === undefined) return invalid;
    ({ ascii, altered } = mapped);
  }
  if (ascii.endsWith(".")) {
    ascii = ascii.slice(0, -1);
    altered = true;
  }
  return isHostName(ascii) ? { kind: "name", ascii, text, altered } : invalid;
}

/**
 * Whether an A-label name is one that a mail host can have.
 *
 * @param maxOctets of the whole name; Postfix's own test allows 255 of a name that it did not convert
 * @see Postfix valid_hostname: labels of 1 to 63 letters, digits, `_`, `-`, no hyphen at an end, not digits alone
 */
export function isHostName(ascii: string, maxOctets = MAX_NAME): boolean {
  if (ascii.length === 0 || ascii.length > maxOctets) return false;
  let onlyDigits = true;
  let start = 0;
  for (let at = 0; at <= ascii.length; at++) {
    const unit = at < ascii.length ? ascii.charCodeAt(at) : 0x2e;
    if (unit === 0x2e) {
      if (at === start || at - start > MAX_LABEL) return false;
      if (ascii.charCodeAt(start) === 0x2d || ascii.charCodeAt(at - 1) === 0x2d) return false;
      start = at + 1;
      continue;
    }
    const digit = unit >= 0x30 && unit <= 0x39;
    if (!digit) onlyDigits = false;
    if (!digit && !(unit >= 0x61 && unit <= 0x7a) && !(unit >= 0x41 && unit <= 0x5a) && unit !== 0x2d && unit !== 0x5f)
      return false;
  }
  return !onlyDigits;
}

/** Whether a domain has at least two labels: `example.com`, not `localhost`. */
export function isFullyQualified(domain: Domain): boolean {
  return domain.kind === "name" && domain.ascii.includes(".");
}

/** Whether two domains are the same: canonical forms equal, neither invalid nor absent. */
export function isSameDomain(a: Domain, b: Domain): boolean {
  return a.kind !== "invalid" && a.kind !== "none" && a.kind === b.kind && a.ascii === b.ascii;
}

/** An IPv4 address whose first octet is 0 is none but `0.0.0.0`, as in Postfix. */
function parseLiteral(text: string): DomainLiteral | InvalidDomain {
  const [, prefix, address = ""] = /^\[(ipv6:)?([^\]]*)\]$/i.exec(text) ?? [];
  const valid =
    parseIpAddress(address) !== undefined &&
    address.includes(":") === (prefix !== undefined) &&
    (!address.startsWith("0.") || address === "0.0.0.0");
  return valid ? { kind: "literal", ascii: text.toLowerCase(), text } : { kind: "invalid", ascii: text, text };
}

function mapLabels(text: string): { ascii: string; altered: boolean } | undefined {
  const labels: string[] = [];
  let altered = false;
  const parts = text.split(ALL_DOTS);
  if (parts.at(-1) === "") {
    parts.pop();
    altered = true;
  }
  if (/[\u3002\uff0e\uff61]/u.test(text)) altered = true;
  for (const part of parts) {
    const label = mapLabel(part);
    if (label === undefined) return undefined;
    labels.push(label.ascii);
    altered ||= label.altered;
  }
  return { ascii: labels.join("."), altered };
}

const PLAIN_LABEL = /^[A-Za-z0-9_-]+$/;

function mapLabel(label: string): { ascii: string; altered: boolean } | undefined {
  const plain = PLAIN_LABEL.test(label);
  if (plain && !/^xn--/i.test(label)) return { ascii: label.toLowerCase(), altered: false };
  // ASCII beside the letters would mean something to the URL parser that it does not mean in a label.
  if (/[\x00-\x7f]/.test(label.replace(/[A-Za-z0-9_-]/g, ""))) return undefined;
  const ascii = labelToAscii(label);
  if (ascii === undefined || !PLAIN_LABEL.test(ascii)) return undefined;
  if (plain) return ascii === label.toLowerCase() ? { ascii, altered: false } : undefined;
  const shown = ascii.startsWith("xn--") ? decodePunycode(ascii.slice(4)) : ascii;
  return { ascii, altered: shown !== composeLower(label) };
}

/** Lower-cased character by character (a word-final sigma must not become another letter) and composed. */
function composeLower(label: string): string {
  return Array.from(label.normalize("NFC"), (char) => char.toLowerCase())
    .join("")
    .normalize("NFC");
}

/** UTS #46 of one label; a name behind it keeps digits from being read as an IPv4 number. */
function labelToAscii(label: string): string | undefined {
  const host = urlHost(`${label}.example`);
  return host?.endsWith(".example") ? host.slice(0, -".example".length) : undefined;
}
