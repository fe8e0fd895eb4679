import type { Decision, Facts } from "@fromguard/core";
import type { Refusal } from "@fromguard/node";
import type { SessionEvent } from "../session/event.js";
import type { LocalRefusal } from "./local-mail.js";

/** What a guard decided on one message. */
export interface DecisionEvent {
  readonly kind: "decision";
  /** Where it was decided: a refusal at MAIL, or all that is known at the end of the header, or of the body where a rule needs it. */
  readonly stage: "mail" | "header" | "body";
  readonly decision: Decision;
  /** What became of a local submission that would be refused; undefined for other mail. */
  readonly insteadOfRefusal: LocalRefusal | undefined;
  /** As received, not escaped. */
  readonly login: string | null;
  /** The client's address; null where it is unknown. */
  readonly client: string | null;
  /** As received: octets as latin1, not escaped. */
  readonly envelopeFrom: string;
  /** The MTA's queue id, where it has one yet; as received, not escaped. */
  readonly queueId: string | undefined;
  /** What was learned of the message, as its rules were told. */
  readonly facts: Partial<Facts>;
}

/** A connection that was given up, and what did not happen in time. */
export interface TimeoutEvent {
  readonly kind: "timeout";
  readonly what: string;
}

/** A connection whose message in flight was cut: the grace of `close` was over. */
export interface ShutdownEvent {
  readonly kind: "shutdown";
}

/** A connection that was closed, since all of the server together held as many octets as they may. */
export interface BuffersFullEvent {
  readonly kind: "buffers-full";
  /** Octets of this connection. */
  readonly held: number;
}

/** What an operator wants to know of a milter server. `peer` is the MTA: `ADDRESS:PORT`, or `unix`. */
export type MilterEvent =
  | DecisionEvent
  | ((SessionEvent | TimeoutEvent | BuffersFullEvent | ShutdownEvent) & { readonly peer: string })
  /** A connection that was not served. */
  | { readonly kind: "refused"; readonly refusal: Refusal };
