import { parseIpAddress } from "@fromguard/core";

/** How often one caller may ask. */
export interface RateLimit {
  /** Requests a second that may go on for ever. */
  readonly perSecond: number;
  /** Requests that may come at once after a pause. Default: those of one second, at least 1. */
  readonly burst?: number;
}

/** Callers that are told apart; of more, those that asked longest ago are forgotten, and begin anew. */
export const MAX_CALLERS = 10_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Takes a request off what a caller has left: undefined, or the seconds after which it may ask again. */
export type Take = (caller: string) => number | undefined;

/**
 * Limits callers by a bucket each that fills again evenly. Memory is bounded by {@link MAX_CALLERS}.
 *
 * @param now milliseconds, from any beginning
 */
export function rateLimiter({ perSecond, burst }: RateLimit, now: () => number): Take {
  const capacity = burst ?? Math.max(1, Math.ceil(perSecond));
  const buckets = new Map<string, Bucket>();
  return (caller) => {
    const atMs = now();
    const known = buckets.get(caller);
    const tokens = known === undefined ? capacity : filled(known, atMs, perSecond, capacity);
    // Behind all others: a map keeps the order in which keys came.
    buckets.delete(caller);
    if (buckets.size >= MAX_CALLERS) buckets.delete(buckets.keys().next().value as string);
    const isAllowed = tokens >= 1;
    buckets.set(caller, { tokens: isAllowed ? tokens - 1 : tokens, atMs });
    return isAllowed ? undefined : Math.ceil((1 - tokens) / perSecond);
  };
}

function filled({ tokens, atMs }: Bucket, nowMs: number, perSecond: number, capacity: number): number {
  return Math.min(capacity, tokens + (Math.max(0, nowMs - atMs) / 1000) * perSecond);
}

/** The caller at an address. Of IPv6 the network of 64 bits: one client has all of it. */
export function callerAt(address: string | undefined): string {
  if (address === undefined) return "unknown address";
  const octets = parseIpAddress(address);
  return octets?.length === 16 ? `${octets.slice(0, 8).join(".")}/64` : (octets?.join(".") ?? address.slice(0, 64));
}
