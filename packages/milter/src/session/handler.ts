import type { MilterEdit, PlainVerdict } from "../codec/answer.js";
import type {
  BodyCommand,
  ConnectCommand,
  HeloCommand,
  MailCommand,
  RcptCommand,
  UnknownCommand,
} from "../codec/command.js";
import type { HeaderCommand } from "../codec/placed-header.js";

/** What the MTA offered. */
export interface MilterOffer {
  readonly version: number;
  readonly actions: number;
  readonly steps: number;
}

/** What a filter asks for; the session keeps of it what was offered. */
export interface MilterRequest {
  /** The highest version to speak. Default 6. */
  readonly version?: number;
  /** Bits of `ACTIONS`. */
  readonly actions: number;
  /** Bits of `STEPS`. */
  readonly steps: number;
  /** Macro lists by the number of their stage; sent only where `setMacroLists` was agreed. */
  readonly macros?: readonly (readonly [stage: number, names: string])[];
}

/** What was agreed. */
export interface Negotiated {
  readonly version: number;
  readonly actions: number;
  readonly steps: number;
}

/** The answer to an event. `reply` is the text of an own reply: `553 5.7.1 text`, every `%` doubled. */
export type MilterVerdict = PlainVerdict | { readonly reply: string };

/**
 * The answer to the end of a message: the edits, sent in this order, and the verdict. A body longer than 65,535 octets goes out in
 * several frames; other edits stand before or behind all of it.
 */
export interface MilterOutcome {
  readonly verdict: MilterVerdict;
  readonly edits?: readonly (MilterEdit | { readonly kind: "progress" })[];
}

/** What a handler can ask about the event that it handles. */
export interface MilterContext {
  readonly negotiated: Negotiated;
  /**
   * The value of a macro, octets as latin1; the name without braces. Looked up in the set of the present event's stage and the
   * stages before it; with `stage`, a command octet as one character, in that set alone.
   */
  macro(name: string, stage?: string): string | undefined;
  /** Aborted when the message is; what comes later is dropped. */
  readonly signal: AbortSignal;
  /** Tells the MTA that the answer it waits for is on its way; nothing where none is due. */
  progress(): void;
}

/** An answer, or a promise of one. */
export type Answered<T> = T | Promise<T>;

/**
 * What a filter does with the events of one connection. Absent methods continue.
 *
 * Events come one at a time: the next waits until the promise of the last is settled. Where no answer is due, a refusal is
 * kept and answers the next event that is owed one. What throws, or breaks the protocol, becomes a temporary failure.
 */
export interface MilterHandler {
  /** Octets that are kept of the message that is open, for limits that connections share. Default 0. */
  readonly held?: number;
  /** Chooses what to ask for; undefined closes. Default: every action offered, no steps. */
  negotiate?(offer: MilterOffer): MilterRequest | undefined;
  connect?(event: ConnectCommand, context: MilterContext): Answered<MilterVerdict>;
  helo?(event: HeloCommand, context: MilterContext): Answered<MilterVerdict>;
  mail?(event: MailCommand, context: MilterContext): Answered<MilterVerdict>;
  rcpt?(event: RcptCommand, context: MilterContext): Answered<MilterVerdict>;
  data?(context: MilterContext): Answered<MilterVerdict>;
  unknown?(event: UnknownCommand, context: MilterContext): Answered<MilterVerdict>;
  header?(event: HeaderCommand, context: MilterContext): Answered<MilterVerdict>;
  eoh?(context: MilterContext): Answered<MilterVerdict>;
  body?(event: BodyCommand, context: MilterContext): Answered<MilterVerdict>;
  /** The end of the message; its `chunk` may hold the last octets of the body. */
  eom?(event: BodyCommand, context: MilterContext): Answered<MilterVerdict | MilterOutcome>;
  /** The message is over without an end: forget it. */
  abort?(): void;
  /** The next event is of another SMTP client: forget this one. */
  reset?(): void;
}

/** Makes the handler of one connection. */
export type HandlerFactory = () => MilterHandler;
