import { decodePunycode, encodePunycode, isHostName, urlHost } from "@fromguard/core";

/** UTF-16 units beyond which no name is converted; addresses are not as long. */
const MAX_TEXT = 8192;
/** Code points of a label that can have 63 octets, all beyond ASCII and equal. */
const MAX_LABEL = 63;
/** Hyphens at the ends and as third and fourth character, a combining mark at the begin. */
const BAD_LABEL = /^-|-$|^..--|^\p{M}/su;

/**
 * The A-labels of a name that has characters beyond ASCII, in small letters; undefined where it is the name of no host.
 *
 * UTS #46, non-transitional, as Postfix has it from ICU: direction of text and joiners are not checked, so more names are taken
 * than by core's `parseDomain`, for which the platform converts whole labels. Here it maps one character at a time.
 *
 * @see Postfix midna_domain(3), UTS #46 section 4
 */
export function toALabels(name: string): string | undefined {
  if (name.length > MAX_TEXT) return undefined;
  const mapped = mapText(name);
  if (mapped === undefined) return undefined;
  const labels: string[] = [];
  for (const label of mapped.split(".")) {
    const ascii = labelOf(label);
    if (ascii === undefined) return undefined;
    labels.push(ascii);
  }
  const ascii = labels.join(".");
  return isHostName(ascii) ? ascii : undefined;
}

/** A label that was mapped, as A-label; one that is an A-label must stand for what maps to itself. */
function labelOf(label: string): string | undefined {
  const isEncoded = label.startsWith("xn--");
  const shown = isEncoded ? decodePunycode(label.slice(4)) : label;
  if (shown === undefined || BAD_LABEL.test(shown) || (isEncoded && mapText(shown) !== shown)) return undefined;
  if (isEncoded || !/[^\x00-\x7f]/.test(shown)) return label;
  return Array.from(shown).length > MAX_LABEL ? undefined : `xn--${encodePunycode(shown)}`;
}

/** Undefined where a character is not allowed in names. */
function mapText(text: string): string | undefined {
  const mappings = new Map<string, string | undefined>();
  let mapped = "";
  for (const char of text) {
    if (!mappings.has(char)) mappings.set(char, mapChar(char));
    const mapping = mappings.get(char);
    if (mapping === undefined) return undefined;
    mapped += mapping;
  }
  return mapped.normalize("NFC");
}

/**
 * A letter written from left to right, and one from right to left, that compose with nothing: each character is allowed between
 * two of the one or the other.
 */
const NEIGHBOURS = ["q", "\u07ca"];
const JOINER = /[\u200c\u200d]/;

function mapChar(char: string): string | undefined {
  if (char < "\x80") return char.toLowerCase();
  if (JOINER.test(char)) return char;
  for (const neighbour of NEIGHBOURS) {
    const host = urlHost(`${neighbour}${char}${neighbour}`);
    if (host !== undefined) return host.split(".").map(shownAs).join(".").slice(1, -1);
  }
  return undefined;
}

function shownAs(label: string): string | undefined {
  return label.startsWith("xn--") ? decodePunycode(label.slice(4)) : label;
}
