import { type FrameCheck, FrameCutter, type FramePlace, HEAD } from "./frame-cutter.js";

/** One frame: a command octet and its data. */
export interface Frame {
  /** The command octet. */
  readonly octet: number;
  /** What follows it; a view of the octets received, valid as long as it is kept. */
  readonly data: Buffer;
}

/** The most octets of body in one frame, as long as nothing larger is agreed; a filter's own frames never hold more. */
export const MAX_BODY_CHUNK = 0xffff;

/** Hands out the frames of a stream of octets, in whatever pieces they come: `FrameCutter` with a value for each frame. */
export class FrameReader {
  readonly #cutter: FrameCutter;

  constructor(check?: FrameCheck) {
    this.#cutter = new FrameCutter(check);
  }

  /** Whether a frame has begun and is not yet whole. */
  get isMidFrame(): boolean {
    return this.#cutter.isMidFrame;
  }

  /** Takes octets and hands out each frame that is whole; answers what is wrong with the stream, or undefined. */
  push(octets: Uint8Array, onFrame: (frame: Frame) => void): string | undefined {
    const cutter = this.#cutter;
    cutter.push(octets);
    while (cutter.next()) onFrame(frameAt(cutter));
    return cutter.fault;
  }
}

/** The frame that stands in a place. */
export function frameAt({ octets, at, end }: FramePlace): Frame {
  return { octet: octets[at] as number, data: end === at + 1 ? NO_DATA : octets.subarray(at + 1, end) };
}

const NO_DATA = Buffer.alloc(0);

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
