import { encodeAnswer } from "../codec/answer.js";
import type { NegotiateCommand } from "../codec/command.js";
import { ACTIONS, ALL_ACTIONS, ALL_STEPS, MAX_VERSION, MIN_VERSION, STEPS } from "../codec/flags.js";
import type { MilterHandler, MilterRequest, Negotiated } from "./handler.js";

const EVERYTHING: MilterRequest = { actions: ALL_ACTIONS, steps: 0 };

/** What was agreed, and the frame that says so; or why nothing can be. */
export type Agreement = { readonly negotiated: Negotiated; readonly answer: Buffer } | { readonly fault: string };

/**
 * Agrees on no more than was offered and asked for. A version below 2, and an offer that is not enough for the handler, cannot be agreed on.
 *
 * Throws what the handler throws, and FromguardError `FG_PROTOCOL` for a request that no frame can hold.
 */
export function agree(offer: NegotiateCommand, handler: MilterHandler): Agreement {
  if (offer.version < MIN_VERSION) return { fault: `version ${offer.version} is not spoken` };
  const request = handler.negotiate === undefined ? EVERYTHING : handler.negotiate(offer);
  if (request === undefined) return { fault: "what the MTA offers is not enough" };
  const version = Math.min(offer.version, MAX_VERSION, request.version ?? MAX_VERSION);
  const actions = offer.actions & request.actions & ALL_ACTIONS;
  const steps = oneSize(offer.steps & request.steps & ALL_STEPS);
  const macros = actions & ACTIONS.setMacroLists ? (request.macros ?? []) : [];
  const answer = encodeAnswer({ kind: "negotiate", version, actions, steps, macros });
  return { negotiated: { version, actions, steps }, answer };
}

/** Of the two sizes of body chunks only the larger is agreed on. */
function oneSize(steps: number): number {
  return steps & STEPS.bodyChunks1M ? steps & ~STEPS.bodyChunks256K : steps;
}
