import type { Directory, Guard, MessageLimits } from "@fromguard/core";
import type { Token } from "./limits/access.js";
import type { RateLimit } from "./limits/rate-limit.js";
import type { Exposition, HttpEvent } from "./service.js";

/** Options of `createHandler` and `createExchange`. */
export interface HandlerOptions {
  readonly guard: Guard;
  /** Octets of a request body, and of a line of a batch. Default {@link MAX_BODY_BYTES}; a message in base64 takes four octets for three. */
  readonly maxBodyBytes?: number;
  /** Within which messages are read. Default `MESSAGE_LIMITS` of core. */
  readonly readLimits?: Partial<MessageLimits>;
  /**
   * The bearer tokens that are valid now, read at each request, so that they can be rotated. Without this option everybody who
   * reaches the handler may ask for decisions and metrics, and nobody for evidence or who may send as whom.
   */
  readonly tokens?: () => readonly Token[];
  /** How often one token, or without one one client address, may ask. Default: no limit. */
  readonly rate?: RateLimit;
  /** What `/v1/who` and `/v1/may` list. Default: 404. */
  readonly directory?: Directory;
  /** What `/readyz` answers: false is 503. Default: always true. */
  readonly isReady?: () => boolean;
  /** What `/metrics` answers. Default: 404. */
  readonly metrics?: Exposition;
  /** Told of each request, as it is answered. What it throws is ignored. */
  readonly onEvent?: (event: HttpEvent) => void;
  /** Milliseconds, from any beginning, for the rate. Default `Date.now`. */
  readonly now?: () => number;
}

/** The default of {@link HandlerOptions.maxBodyBytes}: 64 MiB. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024;
