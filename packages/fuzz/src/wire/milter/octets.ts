import { STEPS } from "@fromguard/milter";

/** One frame as it is on the wire, without the length. Octets as latin1 in every string. */
export interface RawFrame {
  readonly command: string;
  readonly data: Buffer;
}

/** What is agreed on, as the other side sees it. */
export interface Terms {
  readonly version: number;
  readonly actions: number;
  readonly steps: number;
}

const HEAD = 5;
const CEILING = 0x100000;
const MACRO_CEILING = 0x10000;

/** The events, by their command octets. */
const EVENTS = "CHMRTULNBE";

/** The events that belong to a message. */
export const MESSAGE_EVENTS = "MRTLNBE";

/** The bit with which an event gets no answer. @see spec of the milter protocol, SMFIP_NR_* */
const NO_REPLY: Readonly<Record<string, number>> = {
  C: STEPS.noReplyConnect,
  H: STEPS.noReplyHelo,
  M: STEPS.noReplyMail,
  R: STEPS.noReplyRcpt,
  T: STEPS.noReplyData,
  U: STEPS.noReplyUnknown,
  L: STEPS.noReplyHeader,
  N: STEPS.noReplyEndOfHeader,
  B: STEPS.noReplyBody,
};

/** Whether an event is owed an answer. */
export function isOwed(command: string, steps: number): boolean {
  return EVENTS.includes(command) && (steps & (NO_REPLY[command] ?? 0)) === 0;
}

/** The most octets of body in a frame. */
function bodyCeiling(steps: number): number {
  if (steps & 0x20000000) return 0x100000;
  return steps & 0x10000000 ? 0x40000 : 0x10000;
}

/** Makes a frame. */
export function frameOf(command: string, ...parts: readonly (string | Buffer)[]): Buffer {
  const data = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part)));
  const head = Buffer.alloc(HEAD);
  head.writeUInt32BE(data.length + 1);
  head.write(command, 4, "latin1");
  return Buffer.concat([head, data]);
}

/** Takes a stream apart, simply: all that is not yet a frame is kept. */
export class Splitter {
  #rest: Buffer = Buffer.alloc(0);
  isBroken = false;

  get isMidFrame(): boolean {
    return this.#rest.length > 0;
  }

  /** Hands out each whole frame; `ceiling` tells how long one may be at that time, by its command. */
  push(octets: Buffer, take: (frame: RawFrame) => void, ceiling: (command: string) => number = () => CEILING): void {
    this.#rest = Buffer.concat([this.#rest, octets]);
    while (!this.isBroken && this.#rest.length >= 4) {
      const length = this.#rest.readUInt32BE(0);
      if (length === 0 || length > CEILING) this.isBroken = true;
      if (this.isBroken || this.#rest.length < HEAD) return;
      const command = this.#rest.toString("latin1", 4, HEAD);
      if (length > ceiling(command)) this.isBroken = true;
      if (this.isBroken || this.#rest.length < 4 + length) return;
      const data = this.#rest.subarray(HEAD, 4 + length);
      this.#rest = this.#rest.subarray(4 + length);
      take({ command, data });
    }
  }
}

/** The longest frame of an MTA, by its command; 0 for a command that there is not. */
export function ceilingOf(command: string, steps: number): number {
  if (command === "B" || command === "E") return bodyCeiling(steps);
  if (command === "D") return MACRO_CEILING;
  return "OCHMRTULNAQK".includes(command) ? CEILING : 0;
}

/** The strings of data, each ended by NUL; undefined where the last has none. */
export function stringsOf(data: Buffer): readonly string[] | undefined {
  if (data.length === 0) return [];
  return data.at(-1) === 0 ? data.toString("latin1", 0, data.length - 1).split("\0") : undefined;
}

/** Whether the data of a command has the form that it must have. */
export function isWellFormed({ command, data }: RawFrame): boolean {
  switch (command) {
    case "O":
      return data.length >= 12;
    case "D":
      return data.length > 0;
    case "C":
      return isConnect(data);
    case "H":
    case "U":
      return stringsOf(data)?.length === 1;
    case "M":
    case "R":
      return (stringsOf(data)?.length ?? 0) > 0;
    case "L": {
      const strings = stringsOf(data);
      return strings?.length === 2 && strings[0] !== "";
    }
    case "B":
    case "E":
      return true;
    default:
      return data.length === 0;
  }
}

function isConnect(data: Buffer): boolean {
  const at = data.indexOf(0) + 1;
  if (at === 0) return false;
  const family = data.toString("latin1", at, at + 1);
  if (family === "U") return data.length === at + 1;
  return family !== "" && "46L".includes(family) && stringsOf(data.subarray(at + 3))?.length === 1;
}

/** The value of a macro in the data of a macro frame: the first of that name, with braces or without. */
export function macroIn(data: Buffer, name: string): string | undefined {
  const end = data.lastIndexOf(0);
  const texts = end < 1 ? [] : data.toString("latin1", 1, end).split("\0");
  for (let at = 0; at + 1 < texts.length; at += 2) {
    if (texts[at] === name || texts[at] === `{${name}}`) return texts[at + 1];
  }
  return undefined;
}
