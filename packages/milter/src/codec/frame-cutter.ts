/** The ceiling of every frame, in octets of its announced length: 1 MiB. Header fields of Postfix stay below 102,400. */
export const MAX_FRAME = 0x100000;

/** What a frame of this command octet and announced length is at fault for; undefined where it may be read. */
export type FrameCheck = (octet: number, length: number) => string | undefined;

/** A whole frame in the octets that it came in, which are valid as long as they are kept. */
export interface FramePlace {
  readonly octets: Buffer;
  /** Where its command octet stands. */
  readonly at: number;
  /** Where its data ends, which begins behind the command octet. */
  readonly end: number;
}

/** Octets of the announced length. */
const LENGTH = 4;
/** Octets in front of the data: the length and the command octet. */
export const HEAD = LENGTH + 1;
const EMPTY = Buffer.alloc(0);
const FIRST_CAPACITY = 512;

/**
 * Cuts a stream of octets into frames, in whatever pieces they come. It is itself the place of the present one: no value is made of it.
 *
 * The announced length is checked as soon as it is there, before anything is kept, and memory grows with the octets
 * received, never with the length announced. A length of 0 or over {@link MAX_FRAME} is a fault; behind a fault nothing is read.
 */
export class FrameCutter implements FramePlace {
  octets: Buffer = EMPTY;
  at = 0;
  end = 0;
  /** What is wrong with the stream, or undefined. */
  fault: string | undefined;
  readonly #check: FrameCheck | undefined;
  #chunk: Buffer = EMPTY;
  #next = 0;
  #partial: Buffer = EMPTY;
  #used = 0;

  constructor(check?: FrameCheck) {
    this.#check = check;
  }

  /** Whether a frame has begun and is not yet whole. */
  get isMidFrame(): boolean {
    return this.#used > 0;
  }

  /** Octets of memory for the frame that has begun. */
  get buffered(): number {
    return this.#partial.length;
  }

  /** Takes octets, when {@link next} has said of the last that there is no more frame. */
  push(octets: Uint8Array): void {
    this.#chunk = Buffer.isBuffer(octets) ? octets : Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
    this.#next = 0;
  }

  /** Goes on to the next frame that is whole; false where there is none, and then holds nothing but the beginning of one. */
  next(): boolean {
    while (this.fault === undefined && this.#next < this.#chunk.length) {
      if (this.#used === 0 ? this.#nextWhole() : this.#complete()) return true;
    }
    this.#chunk = EMPTY;
    this.octets = EMPTY;
    return false;
  }

  /** Finds a frame that stands in the chunk whole; keeps the beginning of one. */
  #nextWhole(): boolean {
    const chunk = this.#chunk;
    const start = this.#next;
    if (chunk.length - start >= HEAD) {
      const length = chunk.readUInt32BE(start);
      const at = start + LENGTH;
      if (!this.#accepts(chunk[at], length)) return false;
      if (at + length <= chunk.length) return this.#found(chunk, at, length);
    }
    this.#keep(chunk.length);
    if (this.#used >= LENGTH) this.#accepts(undefined, this.#partial.readUInt32BE(0));
    return false;
  }

  /** Keeps what completes the length, the head or the frame; true where the frame is whole. */
  #complete(): boolean {
    const wanted = this.#used < LENGTH ? LENGTH : this.#used < HEAD ? HEAD : LENGTH + this.#partial.readUInt32BE(0);
    this.#keep(Math.min(this.#chunk.length, this.#next + wanted - this.#used));
    if (this.#used < wanted) return false;
    const length = this.#partial.readUInt32BE(0);
    const octet = this.#used >= HEAD ? this.#partial[LENGTH] : undefined;
    if (wanted <= HEAD && !this.#accepts(octet, length)) return false;
    if (octet === undefined || this.#used < LENGTH + length) return false;
    const frame = this.#partial;
    this.#partial = EMPTY;
    this.#used = 0;
    return this.#found(frame, LENGTH, length, this.#next);
  }

  #found(octets: Buffer, at: number, length: number, next = at + length): true {
    this.octets = octets;
    this.at = at;
    this.end = at + length;
    this.#next = next;
    return true;
  }

  /** The octet is unknown while only the length is there. */
  #accepts(octet: number | undefined, length: number): boolean {
    if (length === 0) this.fault = "a frame of length 0";
    else if (length > MAX_FRAME) this.fault = `a frame of ${length} octets, over the ceiling of ${MAX_FRAME}`;
    else if (octet !== undefined) this.fault = this.#check?.(octet, length);
    return this.fault === undefined;
  }

  /** Keeps the octets of the chunk up to `end`. */
  #keep(end: number): void {
    const needed = this.#used + end - this.#next;
    if (needed > this.#partial.length) {
      const grown = Buffer.allocUnsafe(Math.max(FIRST_CAPACITY, needed, this.#partial.length * 2));
      this.#partial.copy(grown, 0, 0, this.#used);
      this.#partial = grown;
    }
    this.#chunk.copy(this.#partial, this.#used, this.#next, end);
    this.#used = needed;
    this.#next = end;
  }
}
