/** Octets, or the place of the first character that is not base64. */
export type DecodedBase64 =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly offset: number };

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const NOT_BASE64 = 0xff;
const VALUES = new Uint8Array(128).fill(NOT_BASE64);
for (let value = 0; value < ALPHABET.length; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

/**
 * Decodes base64 of the standard alphabet, strictly: padding is due, blanks and line ends are refused, and so are bits
 * behind the last octet, so that each octet string has one encoding.
 *
 * @see RFC 4648 section 3.5, section 4
 */
export function decodeBase64(text: string): DecodedBase64 {
  const bytes = decodeNatively(text);
  return bytes === undefined ? decodeStrictly(text) : { ok: true, bytes };
}

interface HostBuffer extends Uint8Array {
  toString(encoding?: "base64"): string;
}

/** What Node, Deno and Bun have, and others need not. */
const { Buffer: host } = globalThis as {
  readonly Buffer?: { from(text: string, encoding: "base64"): HostBuffer };
};

/** A host's decoder passes over what is not base64: only text that it writes the same way is taken from it. */
function decodeNatively(text: string): Uint8Array | undefined {
  const bytes = host?.from(text, "base64");
  return bytes?.toString("base64") === text ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length) : undefined;
}

/** {@link decodeBase64} on any host; tells where the fault is. */
export function decodeStrictly(text: string): DecodedBase64 {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const digits = text.length - padding;
  const bytes = new Uint8Array(Math.floor((digits * 3) / 4));
  const whole = decodeWhole(text, digits, bytes);
  let group = 0;
  let to = (whole / 4) * 3;
  for (let at = whole; at < digits; at++) {
    const value = VALUES[text.charCodeAt(at)] ?? NOT_BASE64;
    if (value === NOT_BASE64) return { ok: false, offset: at };
    group = ((group << 6) | value) & 0xffffff;
    const held = at & 3;
    if (held > 0) bytes[to++] = group >> (6 - 2 * held);
  }
  if (text.length % 4 !== 0) return { ok: false, offset: text.length };
  const leftover = padding === 2 ? group & 0x0f : padding === 1 ? group & 0x03 : 0;
  return leftover === 0 ? { ok: true, bytes } : { ok: false, offset: digits - 1 };
}

/** Decodes groups of four digits, up to the first that is not whole: nearly all of a message. Returns the digits decoded. */
function decodeWhole(text: string, digits: number, bytes: Uint8Array): number {
  let at = 0;
  for (let to = 0; at + 4 <= digits; at += 4) {
    const a = text.charCodeAt(at);
    const b = text.charCodeAt(at + 1);
    const c = text.charCodeAt(at + 2);
    const d = text.charCodeAt(at + 3);
    if ((a | b | c | d) > 0x7f) break;
    const group = (VALUES[a]! << 18) | (VALUES[b]! << 12) | (VALUES[c]! << 6) | VALUES[d]!;
    if ((VALUES[a]! | VALUES[b]! | VALUES[c]! | VALUES[d]!) === NOT_BASE64) break;
    bytes[to++] = group >> 16;
    bytes[to++] = group >> 8;
    bytes[to++] = group;
  }
  return at;
}
