import { type Path, parsePath } from "@fromguard/core";

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Octets in latin1 as the UTF-8 text that they are; undefined where they are none. */
export function utf8Of(octets: string): string | undefined {
  if (!/[\x80-\xff]/.test(octets)) return octets;
  try {
    return strictUtf8.decode(Buffer.from(octets, "latin1"));
  } catch {
    return undefined;
  }
}

/** A path of MAIL or RCPT. One that is not UTF-8 is malformed: read as anything else it could be another's address. */
export function pathOf(octets: string): Path {
  const text = utf8Of(octets);
  return text === undefined
    ? { kind: "malformed", text: octets, offset: octets.search(/[\x80-\xff]/) }
    : parsePath(text);
}
