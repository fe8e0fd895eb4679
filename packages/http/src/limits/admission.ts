import { FromguardError } from "@fromguard/core";
import type { Incoming } from "../exchange.js";
import type { Problem } from "../problem-details.js";
import type { Call, Right } from "../route.js";
import { callerOf, keyOf, refusalOf, type Token } from "./access.js";
import { type RateLimit, rateLimiter } from "./rate-limit.js";

/** A caller who may ask, or why it may not. */
export type Admitted =
  | ({ readonly ok: true } & Pick<Call, "rights" | "another">)
  | { readonly ok: false; readonly problem: Problem };

/** What {@link admission} goes by. */
export interface AdmissionOptions {
  readonly tokens?: () => readonly Token[];
  readonly rate?: RateLimit;
  /** Milliseconds, from any beginning. */
  readonly now: () => number;
}

const EVERYBODY: Pick<Call, "rights" | "another"> = { rights: new Set<Right>(), another: () => undefined };

/**
 * Lets callers ask for what they have a right to, and no oftener than they may. Who is refused counts too, so that secrets cannot be
 * tried at will.
 *
 * @throws FromguardError `FG_POLICY_INVALID` for a rate that is none
 */
export function admission({ tokens, rate, now }: AdmissionOptions) {
  if (rate !== undefined) checkRate(rate);
  const take = rate === undefined ? undefined : rateLimiter(rate, now);
  return (incoming: Incoming, needs: Right | undefined): Admitted => {
    if (needs === undefined) return { ok: true, ...EVERYBODY };
    const caller = callerOf(incoming, tokens?.());
    const another = take === undefined ? EVERYBODY.another : () => tooMany(take(keyOf(caller, incoming)));
    const problem = another() ?? refusalOf(caller, needs);
    return problem === undefined ? { ok: true, rights: caller.rights, another } : { ok: false, problem };
  };
}

function tooMany(retryAfter: number | undefined): Problem | undefined {
  return retryAfter === undefined ? undefined : { status: 429, detail: "too many requests", retryAfter };
}

function checkRate({ perSecond, burst = 1 }: RateLimit): void {
  const place = (key: string) => ({ place: { key } });
  if (!(perSecond > 0 && Number.isFinite(perSecond)))
    throw new FromguardError("FG_POLICY_INVALID", "must be a number over 0", place("rate.perSecond"));
  if (!(Number.isSafeInteger(burst) && burst >= 1))
    throw new FromguardError("FG_POLICY_INVALID", "must be a whole number from 1", place("rate.burst"));
}
