import type { Decision, Facts } from "@fromguard/core";
import type { Refusal } from "@fromguard/node";
import type { FaultCode } from "../codec/request-reader.js";

/**
 * What a policy server tells its operator. `peer` is `HOST:PORT`, or `local` behind a unix socket. Strings from the network are as they came: escape them before printing.
 */
export type PolicyEvent =
  | { readonly kind: "decided"; readonly peer: string; readonly decision: Decision; readonly facts: Partial<Facts> }
  /** The engine threw: the request was deferred, the connection stays. */
  | { readonly kind: "engine-error"; readonly peer: string; readonly cause: unknown }
  /** The server closed the connection. */
  | { readonly kind: "closed"; readonly peer: string; readonly reason: CloseReason }
  /** A connection was not served. */
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** Why a server closes a connection: octets that are no request, the client's end inside one, or a deadline. */
export type CloseReason = FaultCode | "request-truncated" | "request-timeout" | "idle-timeout";
