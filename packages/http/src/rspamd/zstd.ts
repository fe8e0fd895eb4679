import { Decompress } from "fzstd";
import { join } from "../fetch.js";

/** A decompressed body, or what is wrong with it. */
export type Decompressed =
  | { readonly ok: true; readonly octets: Uint8Array }
  | { readonly ok: false; readonly fault: "malformed" | "over-limit" };

/** Octets that a frame may look back: every encoder's default stays within (RFC 8878 section 3.1.1.1.2). */
export const MAX_WINDOW_BYTES = 8 * 1024 * 1024;

const MAGIC = 0xfd2fb528;

/** What is wrong with a frame; never leaves this file. */
class Fault extends Error {
  constructor(readonly fault: "malformed" | "over-limit") {
    super(fault);
  }
}

/**
 * Decompresses zstd frames into at most `maxBytes`.
 *
 * Frames are walked before they are decompressed: they must be whole, name no dictionary, and look back no further than
 * {@link MAX_WINDOW_BYTES}, so that what is allocated is bounded whatever a frame announces.
 *
 * @see RFC 8878 section 3.1
 */
export function decompress(octets: Uint8Array, maxBytes: number): Decompressed {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const stream = new Decompress((chunk) => {
    length += chunk.length;
    if (length > maxBytes) throw new Fault("over-limit");
    chunks.push(chunk.slice());
  });
  try {
    walk(octets, maxBytes);
    stream.push(octets, true);
  } catch (error) {
    return { ok: false, fault: error instanceof Fault ? error.fault : "malformed" };
  }
  return { ok: true, octets: join(chunks, length) };
}

/** @throws Fault where there is anything but whole frames; RangeError where one is cut off. */
function walk(octets: Uint8Array, maxBytes: number): void {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  let at = 0;
  do at = frameEnd(view, at, maxBytes);
  while (at < octets.length);
  if (at > octets.length) throw new Fault("malformed");
}

function frameEnd(view: DataView, start: number, maxBytes: number): number {
  const descriptor = view.getUint8(start + 4);
  const hasDictionary = (descriptor & 0x03) !== 0;
  const hasReserved = (descriptor & 0x08) !== 0;
  if (view.getUint32(start, true) !== MAGIC || hasDictionary || hasReserved) throw new Fault("malformed");
  const isSingleSegment = (descriptor & 0x20) !== 0;
  let at = start + 5;
  if (!isSingleSegment && windowOf(view.getUint8(at++)) > MAX_WINDOW_BYTES) throw new Fault("over-limit");
  const sizeOctets = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  if (sizeOctets > 0 && contentSize(view, at, sizeOctets) > maxBytes) throw new Fault("over-limit");
  at += sizeOctets;
  for (let isLast = false; !isLast; ) {
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    isLast = (header & 1) !== 0;
    // A block of one repeated octet has that alone.
    at += 3 + ((header & 6) === 2 ? 1 : header >> 3);
  }
  return (descriptor & 0x04) === 0 ? at : at + 4;
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function contentSize(view: DataView, at: number, octets: number): number {
  if (octets === 1) return view.getUint8(at);
  if (octets === 2) return view.getUint16(at, true) + 256;
  return octets === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}
