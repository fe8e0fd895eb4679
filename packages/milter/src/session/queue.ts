import type { Frame } from "../codec/frame.js";

const ABORT = 0x41;
const QUIT_NC = 0x4b;

/** What a queued frame costs beside its data, in octets. */
const FRAME_COST = 64;

/** Whether the messages in front of a frame are over, answered or not: ABORT and QUIT_NC. */
export function endsMessages({ octet }: Frame): boolean {
  return octet === ABORT || octet === QUIT_NC;
}

/** Frames that came while an event was in progress. Bounded by who reads the socket, which looks at `backlog`. */
export class FrameQueue {
  #frames: Frame[] = [];
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
  get last(): Frame | undefined {
    return this.isEmpty ? undefined : this.#frames.at(-1);
  }

  push(frame: Frame): void {
    this.#frames.push(frame);
    this.#backlog += frame.data.length + FRAME_COST;
    if (endsMessages(frame)) this.#ends++;
  }

  /** Takes the frame that has waited longest. */
  shift(): Frame | undefined {
    const frame = this.#frames[this.#taken];
    if (frame === undefined) return undefined;
    this.#taken++;
    this.#backlog -= frame.data.length + FRAME_COST;
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
