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
  for (let i = 0; i < source.length; i += CHUNK) parts.push(String.fromCharCode(...source.subarray(i, i + CHUNK)));
  return parts.join("");
}

/** Octets as Postfix logs them: UTF-8 as it is, anything else and controls as question marks. */
export function shownOctets(octets: string): string {
  const text = new TextDecoder().decode(Uint8Array.from(octets, (char) => char.charCodeAt(0)));
  return text.replace(/[\x00-\x1f\x7f\ufffd]/g, "?");
}

const CHUNK = 8192;
