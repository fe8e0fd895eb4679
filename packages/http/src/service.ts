import type { Decision, Facts, Guard, MessageLimits } from "@fromguard/core";
import type { Problem } from "./problem-details.js";

/** What a handler tells the log. */
export type HttpEvent =
  /** A transaction was decided. */
  | { readonly kind: "decided"; readonly decision: Decision; readonly facts: Partial<Facts> }
  /** A request was refused, the fault being the client's. */
  | { readonly kind: "refused"; readonly problem: Problem }
  /** A request failed, the fault being ours; it was answered 503. */
  | { readonly kind: "failed"; readonly cause: unknown };

/** What every route has at hand. */
export interface Service {
  /** The policy, which may come to need any fact: a route whose protocol lacks some makes its own by `within`. */
  readonly guard: Guard;
  /** Octets of a request body. */
  readonly maxBodyBytes: number;
  /** Within which messages are read. */
  readonly readLimits: Partial<MessageLimits>;
  /** Tells the log of a decision; a refused request is told by the frame. Never throws. */
  decided(decision: Decision, facts: Partial<Facts>): void;
}
