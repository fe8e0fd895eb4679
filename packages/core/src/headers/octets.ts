/** Octets that the header grammar names. */
export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
const SPACE = 0x20;
export const DOT = 0x2e;
export const COLON = 0x3a;

/** Whether an octet is a blank: space or tab, nothing else. */
export function isBlank(octet: number | undefined): boolean {
  return octet === SPACE || octet === TAB;
}

/** Octets from `start` to `end` as text, one character each. */
export function latin1(octets: Uint8Array, start = 0, end = octets.length): string {
  const stop = Math.min(end, octets.length);
  let text = "";
  for (let at = start; at < stop; at++) text += String.fromCharCode(octets[at]!);
  return text;
}

/** Whether text is one octet a character in UTF-8, the same as in latin1. */
export function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) >= 0x80) return false;
  return true;
}

const encoder = new TextEncoder();

/**
 * Text as UTF-8. What is no text stays none: U+DC80 to U+DCFF alone are the octets that they stand for (the form in which
 * Python hands on bad octets), another lone surrogate becomes an octet that no UTF-8 holds.
 */
export function utf8(text: string): Uint8Array {
  const ascii = asciiOctets(text);
  if (ascii !== undefined) return ascii;
  if (!/\p{Surrogate}/u.test(text)) return encoder.encode(text);
  const octets: number[] = [];
  for (const char of text) {
    const point = char.codePointAt(0)!;
    if (point >= 0xdc80 && point <= 0xdcff) octets.push(point - 0xdc00);
    else if (point >= 0xd800 && point <= 0xdfff) octets.push(0xff);
    else octets.push(...encoder.encode(char));
  }
  return Uint8Array.from(octets);
}

function asciiOctets(text: string): Uint8Array | undefined {
  const octets = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0x80) return undefined;
    octets[at] = unit;
  }
  return octets;
}
