import type { EventCommand } from "../codec/command.js";
import { STEPS } from "../codec/flags.js";

/** An event that a handler judges. */
export type EventKind = EventCommand["kind"];

/** The command octet of each event. */
export const OCTETS: Readonly<Record<EventKind, string>> = {
  connect: "C",
  helo: "H",
  mail: "M",
  rcpt: "R",
  data: "T",
  unknown: "U",
  header: "L",
  eoh: "N",
  body: "B",
  eom: "E",
};

/** The step bit with which an event gets no answer. */
const NO_REPLY: Readonly<Record<EventKind, number>> = {
  connect: STEPS.noReplyConnect,
  helo: STEPS.noReplyHelo,
  mail: STEPS.noReplyMail,
  rcpt: STEPS.noReplyRcpt,
  data: STEPS.noReplyData,
  unknown: STEPS.noReplyUnknown,
  header: STEPS.noReplyHeader,
  eoh: STEPS.noReplyEndOfHeader,
  body: STEPS.noReplyBody,
  eom: 0,
};

/** The order of a message's events. DATA can be refused and followed by more recipients, so both have one rank. */
const RANK: Readonly<Partial<Record<EventKind, number>>> = {
  mail: 0,
  rcpt: 1,
  data: 1,
  header: 2,
  eoh: 3,
  body: 4,
  eom: 5,
};

const KINDS = new Map<number, EventKind>(
  Object.entries(OCTETS).map(([kind, octet]) => [octet.charCodeAt(0), kind as EventKind]),
);

/** The event of a command octet; undefined where the command is no event. */
export function kindOf(octet: number): EventKind | undefined {
  return KINDS.get(octet);
}

/** Whether the MTA waits for an answer to an event. */
export function isOwedAnswer(kind: EventKind, steps: number): boolean {
  return (steps & NO_REPLY[kind]) === 0;
}

/** Whether an event belongs to a message, not to the connection. */
export function isMessageEvent(kind: EventKind): boolean {
  return RANK[kind] !== undefined;
}

/**
 * Where a message stands: `none`: before MAIL; `open`: its events may come; `over`: answered for good, only ABORT or another
 * MAIL may come.
 */
export class MessageOrder {
  state: "none" | "open" | "over" = "none";
  #rank = 0;

  /**
   * Takes an event of a message; what is wrong with its place, or undefined. A header behind the end of the header, or a
   * recipient behind the header, would never be judged.
   */
  take(kind: EventKind): string | undefined {
    const rank = RANK[kind];
    if (rank === undefined) return undefined;
    if (kind === "mail") {
      this.state = "open";
      this.#rank = 0;
      return undefined;
    }
    if (this.state !== "open") return `${OCTETS[kind]} without a message`;
    if (rank < this.#rank || (rank === this.#rank && kind === "eoh")) return `${OCTETS[kind]} out of order`;
    this.#rank = rank;
    return undefined;
  }
}
