import { FromguardError } from "@fromguard/core";

/** What a decoder answers: a value, or what is wrong with the frame. */
export type Decoded<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: string };

/** A frame that reads as a value. */
export function decoded<T>(value: T): Decoded<T> {
  return { ok: true, value };
}

/** A frame that breaks the protocol. */
export function broken(fault: string): { readonly ok: false; readonly fault: string } {
  return { ok: false, fault };
}

/** The strings of data that is nothing but strings, each ended by a NUL; undefined where the last NUL is missing. */
export function readStrings(data: Buffer): string[] | undefined {
  if (data.length === 0) return [];
  if (data[data.length - 1] !== 0) return undefined;
  return splitAtNuls(data.toString("latin1", 0, data.length - 1));
}

/** `text.split("\0")`, without its detour through the runtime: there are few strings in a frame. */
export function splitAtNuls(text: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let nul = text.indexOf("\0"); nul >= 0; nul = text.indexOf("\0", from)) {
    parts.push(text.slice(from, nul));
    from = nul + 1;
  }
  parts.push(text.slice(from));
  return parts;
}

/** A 4 octet unsigned number, big-endian. */
export function u32(value: number): Buffer {
  const octets = Buffer.allocUnsafe(4);
  octets.writeUInt32BE(value, 0);
  return octets;
}

/** A string and its NUL. */
export function terminated(text: string): string {
  return `${text}\0`;
}

/** Refuses to build a frame: the caller's mistake. */
export function refuse(what: string): never {
  throw new FromguardError("FG_PROTOCOL", `a frame that breaks the milter protocol: ${what}`);
}

/** Whether text is octets as latin1, without a NUL: what a string on the wire can hold. */
export function isWireText(text: string): boolean {
  return !/[^\x01-\xff]/.test(text);
}
