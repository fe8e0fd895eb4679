/** One frame: a command octet and its data, without the length. */
export interface Frame {
  /** The command as a character: `O`, `M`, `c`. */
  readonly command: string;
  readonly data: Uint8Array;
  /** The whole frame with its length. */
  readonly octets: Uint8Array;
}

/** What stands in a frame of option negotiation. */
export interface Negotiation {
  readonly version: number;
  readonly actions: number;
  readonly steps: number;
}

const LENGTH_OCTETS = 4;

/** Reads hex as a corpus writes it. */
export function octetsOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

/** Writes octets as a corpus has them. */
export function hexOf(octets: Uint8Array): string {
  return Buffer.from(octets).toString("hex");
}

/** Takes octets apart into whole frames; `rest` are the octets of a frame that is not whole, or of none. */
export function splitFrames(octets: Uint8Array): { readonly frames: readonly Frame[]; readonly rest: Uint8Array } {
  const frames: Frame[] = [];
  let at = 0;
  while (octets.length - at > LENGTH_OCTETS) {
    const length = Buffer.from(octets.buffer, octets.byteOffset + at).readUInt32BE(0);
    const end = at + LENGTH_OCTETS + length;
    if (length === 0 || end > octets.length) break;
    const command = String.fromCharCode(octets[at + LENGTH_OCTETS] ?? 0);
    frames.push({ command, data: octets.subarray(at + LENGTH_OCTETS + 1, end), octets: octets.subarray(at, end) });
    at = end;
  }
  return { frames, rest: octets.subarray(at) };
}

/** The data of a frame of option negotiation; undefined where it is too short. */
export function negotiationOf({ data }: Frame): Negotiation | undefined {
  if (data.length < 12) return undefined;
  const view = Buffer.from(data);
  return { version: view.readUInt32BE(0), actions: view.readUInt32BE(4), steps: view.readUInt32BE(8) };
}

/** The strings of a frame's data, each ended by NUL, as latin1; undefined where the last has no NUL. */
export function stringsOf(data: Uint8Array): readonly string[] | undefined {
  if (data.length === 0 || data[data.length - 1] !== 0) return undefined;
  return Buffer.from(data.subarray(0, -1)).toString("latin1").split("\0");
}
