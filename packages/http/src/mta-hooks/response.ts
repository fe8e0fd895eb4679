import { absurd, type Decision, type Facts, printable, type Reply, TRY_LATER } from "@fromguard/core";
import { type Modification, modificationsOf } from "./modifications.js";
import type { HookStage } from "./request.js";

/** What Stalwart parses, of it what is ever answered: no `discard`, and no `quarantine`, which discards too. */
export interface HookResponse {
  readonly action: "accept" | "reject";
  /** Stalwart takes status and message only together, and not with accept. */
  readonly response?: { readonly status: number; readonly enhanced_status: string; readonly message: string };
  readonly modifications?: readonly Modification[];
  /** For who reads the log: Stalwart passes over it. Absent where everything could be seen. */
  readonly blindTo?: readonly string[];
}

/** A decision as Stalwart is told it. `unmade`: it has edits that cannot be made, so that it became a deferral. */
export interface Told {
  readonly response: HookResponse;
  readonly unmade: boolean;
}

/** The deferral for whatever could not be read or decided. */
export const TEMPFAIL: HookResponse = refusal(TRY_LATER);

/**
 * What a decision is in the words of Stalwart, which has no deferral but a rejection of class 4.
 *
 * It makes modifications only at the stage data; edits that are due earlier come again there.
 */
export function hookResponse(decision: Decision, stage: HookStage, { headers }: Partial<Facts>): Told {
  const blind = (headers?.blindTo.length ?? 0) > 0 ? { blindTo: headers!.blindTo } : {};
  const told = (response: HookResponse, unmade = false): Told => ({ response: { ...response, ...blind }, unmade });
  switch (decision.action) {
    case "reject":
    case "defer":
      return told(refusal(decision.reply ?? TRY_LATER));
    case "accept": {
      if (stage !== "data" || decision.edits.length === 0) return told({ action: "accept" });
      const modifications = modificationsOf(decision.edits, headers);
      return modifications === undefined ? told(TEMPFAIL, true) : told({ action: "accept", modifications });
    }
    default:
      return absurd(decision.action);
  }
}

function refusal({ code, enhanced, text }: Reply): HookResponse {
  return { action: "reject", response: { status: code, enhanced_status: enhanced, message: printable(text) } };
}
