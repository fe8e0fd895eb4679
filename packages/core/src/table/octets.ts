import { bytesOf } from "@fromguard/pattern";
import { FromguardError } from "../verdict/error.js";

/** A table's text as octets, one character each (latin1): what Postfix reads. */
export function octetsOf(source: string | Uint8Array, file: string): string {
  if (typeof source === "string") {
    const octets = bytesOf(source);
    if (octets !== undefined) return octets;
    throw new FromguardError("FG_TABLE_INVALID", "the text has a lone surrogate", { place: { file } });
  }
  const parts: string[] = [];
  for (let at = 0; at < source.length; at += CHUNK) parts.push(charactersOf(source.subarray(at, at + CHUNK)));
  return parts.join("");
}

/** {@link octetsOf} in parts of about 8 kB, each of whole lines. */
export function* lineOctetsOf(source: string | Uint8Array, file: string): Generator<string> {
  if (typeof source === "string") {
    yield octetsOf(source, file);
    return;
  }
  for (let at = 0; at < source.length; ) {
    const end = source.indexOf(LF, at + CHUNK) + 1 || source.length;
    yield octetsOf(source.subarray(at, end), file);
    at = end;
  }
}

function charactersOf(octets: Uint8Array): string {
  // Spread, they would be put in an array one by one.
  return String.fromCharCode.apply(undefined, octets as unknown as number[]);
}

/** Octets as Postfix logs them: UTF-8 as it is, anything else and controls as question marks. */
export function shownOctets(octets: string): string {
  const text = new TextDecoder().decode(Uint8Array.from(octets, (char) => char.charCodeAt(0)));
  return text.replace(/[\x00-\x1f\x7f\ufffd]/g, "?");
}

const CHUNK = 8192;
const LF = 0x0a;
