import type { Decision } from "@fromguard/core";
import type { SessionEvent } from "../session/event.js";

/** What a guard decided on one message. */
export interface DecisionEvent {
  readonly kind: "decision";
  /** Where it was decided: a refusal at MAIL, or all that is known at the end of the header. */
  readonly stage: "mail" | "header";
  readonly decision: Decision;
  /** True where a local submission was held instead of refused. */
  readonly quarantined: boolean;
  readonly login: string | null;
  /** The client's address; null where it is unknown. */
  readonly client: string | null;
  /** As received: octets as latin1, not escaped. */
  readonly envelopeFrom: string;
  /** The MTA's queue id, where it has one yet. */
  readonly queueId: string | undefined;
}

/** What an operator wants to know of a milter server. */
export type MilterEvent =
  | SessionEvent
  | DecisionEvent
  /** A connection that was not served. */
  | { readonly kind: "refused"; readonly refusal: string }
  /** A connection that was given up: what it waited for. */
  | { readonly kind: "timeout"; readonly what: string };
