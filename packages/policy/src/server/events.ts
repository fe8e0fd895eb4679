import type { Decision, Edit, Facts } from "@fromguard/core";
import type { Refusal } from "@fromguard/node";
import type { FaultCode } from "../codec/request-reader.js";

/**
 * What a policy server tells its operator. `peer` is `HOST:PORT`, or `local` behind a unix socket. Strings from the network are as they came: escape them before printing.
 */
export type PolicyEvent =
  /** Once for a decision that several recipients of a message share. */
  | { readonly kind: "decided"; readonly peer: string; readonly decision: Decision; readonly facts: Partial<Facts> }
  /** The engine threw: the request was deferred, the connection stays. */
  | { readonly kind: "engine-error"; readonly peer: string; readonly cause: unknown }
  /** A request named a `policy_context` for which there is no policy, and was deferred. */
  | { readonly kind: "unknown-context"; readonly peer: string; readonly context: string }
  /** The protocol cannot make these edits: the request was deferred, so that the message does not pass without them. */
  | { readonly kind: "edits-unmade"; readonly peer: string; readonly edits: readonly Edit[] }
  /** The server closed the connection. */
  | { readonly kind: "closed"; readonly peer: string; readonly reason: CloseReason }
  /** A connection was not served. */
  | { readonly kind: "refused"; readonly refusal: Refusal };

/**
 * Why a server closes a connection: octets that are no request, the client's end inside one, a deadline, a shared limit, or the end of
 * the grace of `close`, a request in flight or not.
 */
export type CloseReason =
  | FaultCode
  | "request-truncated"
  | "request-timeout"
  | "answer-timeout"
  | "idle-timeout"
  | "buffers-full"
  | "shutdown";
