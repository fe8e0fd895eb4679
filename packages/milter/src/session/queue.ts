import type { FramePlace } from "../codec/frame-cutter.js";

const ABORT = 0x41;
const QUIT_NC = 0x4b;

/** What a queued frame costs beside its data, in octets. */
const FRAME_COST = 64;

/** Whether the messages in front of a frame are over, answered or not: ABORT and QUIT_NC. */
export function endsMessages({ octets, at }: FramePlace): boolean {
  const octet = octets[at];
  return octet === ABORT || octet === QUIT_NC;
}

/** Frames that came while an event was in progress. Bounded by who reads the socket, which looks at `backlog`. */
export class FrameQueue {
  #frames: FramePlace[] = [];
  #taken = 0;
  #backlog = 0;
  #ends = 0;

  /** Octets of memory that wait. */
  get backlog(): number {
    return this.#backlog;
  }

  get isEmpty(): boolean {
    return this.#taken === this.#frames.length;
  }

  /** Whether an ABORT or a QUIT_NC waits: message events in front of it have lost their reader. */
  get holdsEnd(): boolean {
    return this.#ends > 0;
  }

  /** The frame that came last, of those that wait. */
  get last(): FramePlace | undefined {
    return this.isEmpty ? undefined : this.#frames.at(-1);
  }

  push({ octets, at, end }: FramePlace): void {
    const frame = { octets, at, end };
    this.#frames.push(frame);
    this.#backlog += costOf(frame);
    if (endsMessages(frame)) this.#ends++;
  }

  /** Takes the frame that has waited longest. */
  shift(): FramePlace | undefined {
    const frame = this.#frames[this.#taken];
    if (frame === undefined) return undefined;
    this.#taken++;
    this.#backlog -= costOf(frame);
    if (endsMessages(frame)) this.#ends--;
    return frame;
  }

  /** Gives back the memory of what was taken. */
  compact(): void {
    if (this.#taken === 0) return;
    this.#frames = this.#frames.slice(this.#taken);
    this.#taken = 0;
  }

  clear(): void {
    this.#frames = [];
    this.#taken = 0;
    this.#backlog = 0;
    this.#ends = 0;
  }
}

function costOf({ at, end }: FramePlace): number {
  return end - at - 1 + FRAME_COST;
}
