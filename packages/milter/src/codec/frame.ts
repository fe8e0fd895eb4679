/** One frame: a command octet and its data. */
export interface Frame {
  /** The command octet. */
  readonly octet: number;
  /** What follows it; a view of the octets received, valid as long as it is kept. */
  readonly data: Buffer;
}

/** The ceiling of every frame, in octets of its announced length: 1 MiB. Header fields of Postfix stay below 102,400. */
export const MAX_FRAME = 0x100000;

/** The most octets of body in one frame, as long as nothing larger is agreed; a filter's own frames never hold more. */
export const MAX_BODY_CHUNK = 0xffff;

/** Octets in front of the data: the length and the command octet. */
const HEAD = 5;
const EMPTY = Buffer.alloc(0);
const FIRST_CAPACITY = 512;

/** What a frame of this command octet and announced length is at fault for; undefined where it may be read. */
export type FrameCheck = (octet: number, length: number) => string | undefined;

/**
 * Cuts a stream of octets into frames, in whatever pieces they come.
 *
 * The announced length is checked as soon as it is there, before anything is kept, and memory grows with the octets
 * received, never with the length announced. A length of 0 or over {@link MAX_FRAME} is a fault; behind a fault nothing is read.
 */
export class FrameReader {
  readonly #check: FrameCheck | undefined;
  #partial: Buffer = EMPTY;
  #used = 0;
  #fault: string | undefined;

  constructor(check?: FrameCheck) {
    this.#check = check;
  }

  /** Whether a frame has begun and is not yet whole. */
  get isMidFrame(): boolean {
    return this.#used > 0;
  }

  /** Takes octets and hands out each frame that is whole; answers what is wrong with the stream, or undefined. */
  push(octets: Uint8Array, onFrame: (frame: Frame) => void): string | undefined {
    const chunk = Buffer.isBuffer(octets) ? octets : Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
    let at = 0;
    while (at < chunk.length && this.#fault === undefined) {
      at = this.#used === 0 ? this.#readWhole(chunk, at, onFrame) : this.#readPartial(chunk, at, onFrame);
    }
    return this.#fault;
  }

  #readWhole(chunk: Buffer, start: number, onFrame: (frame: Frame) => void): number {
    let at = start;
    while (chunk.length - at >= HEAD) {
      const length = chunk.readUInt32BE(at);
      const octet = chunk[at + 4] as number;
      if (!this.#accepts(octet, length)) return chunk.length;
      const end = at + 4 + length;
      if (end > chunk.length) break;
      onFrame({ octet, data: chunk.subarray(at + HEAD, end) });
      at = end;
    }
    if (at === chunk.length) return at;
    this.#keep(chunk.subarray(at));
    if (this.#used >= 4) this.#accepts(undefined, this.#partial.readUInt32BE(0));
    return chunk.length;
  }

  #readPartial(chunk: Buffer, start: number, onFrame: (frame: Frame) => void): number {
    const length = this.#used >= 4 ? this.#partial.readUInt32BE(0) : undefined;
    const wanted = this.#used < 4 ? 4 : this.#used < HEAD ? HEAD : 4 + (length as number);
    const end = Math.min(chunk.length, start + wanted - this.#used);
    this.#keep(chunk.subarray(start, end));
    if (this.#used < wanted) return end;
    const whole = this.#partial.readUInt32BE(0);
    const octet = this.#used >= HEAD ? this.#partial[4] : undefined;
    if (wanted <= HEAD && !this.#accepts(octet, whole)) return end;
    if (octet !== undefined && this.#used === 4 + whole) {
      const data = this.#partial.subarray(HEAD, this.#used);
      this.#partial = EMPTY;
      this.#used = 0;
      onFrame({ octet, data });
    }
    return end;
  }

  /** The octet is unknown while only the length is there. */
  #accepts(octet: number | undefined, length: number): boolean {
    if (length === 0) this.#fault = "a frame of length 0";
    else if (length > MAX_FRAME) this.#fault = `a frame of ${length} octets, over the ceiling of ${MAX_FRAME}`;
    else if (octet !== undefined) this.#fault = this.#check?.(octet, length);
    return this.#fault === undefined;
  }

  #keep(octets: Buffer): void {
    const needed = this.#used + octets.length;
    if (needed > this.#partial.length) {
      const grown = Buffer.allocUnsafe(Math.max(FIRST_CAPACITY, needed, this.#partial.length * 2));
      this.#partial.copy(grown, 0, 0, this.#used);
      this.#partial = grown;
    }
    octets.copy(this.#partial, this.#used);
    this.#used = needed;
  }
}

/** Makes a frame of a command octet, given as one character, and its data; strings are octets as latin1. */
export function encodeFrame(octet: string, ...parts: readonly (string | Uint8Array)[]): Buffer {
  let length = 1;
  for (const part of parts) length += part.length;
  const frame = Buffer.allocUnsafe(4 + length);
  frame.writeUInt32BE(length, 0);
  frame.write(octet, 4, "latin1");
  let at = HEAD;
  for (const part of parts) {
    if (typeof part === "string") frame.write(part, at, "latin1");
    else frame.set(part, at);
    at += part.length;
  }
  return frame;
}
