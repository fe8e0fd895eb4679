import { encodeAnswer, type MilterHandler, type MilterOutcome, type MilterVerdict } from "@fromguard/milter";
import { isAnswered } from "./events.js";
import type { RawScript } from "./recording.js";
import { type Frame, type Negotiation, negotiationOf } from "./wire.js";

const MAX_VERSION = 6;
const SET_MACRO_LISTS = 0x100;
const CONTINUE = encodeAnswer({ kind: "continue" });

/** A handler that asks for what a raw script negotiates, and continues. */
export function continuingHandler({ neg, sym = [] }: RawScript): MilterHandler {
  return {
    negotiate: (offer) => {
      const [version, actions, steps] = neg ?? [MAX_VERSION, offer.actions, 0];
      return { version, actions, steps, macros: sym };
    },
  };
}

/** What a filter that continues answers to each frame of an MTA, as the version and steps that it asks for require. */
export function expectedOfContinuing(frames: readonly Frame[], script: RawScript): readonly Uint8Array[] {
  let agreed: Negotiation | undefined;
  return frames.map((frame) => {
    const offer = frame.command === "O" ? negotiationOf(frame) : undefined;
    if (offer !== undefined) {
      agreed = agree(offer, script);
      const macros = (agreed.actions & SET_MACRO_LISTS) === 0 ? [] : (script.sym ?? []);
      return encodeAnswer({ kind: "negotiate", ...agreed, macros });
    }
    return isAnswered(frame, agreed?.steps ?? 0) ? CONTINUE : new Uint8Array();
  });
}

/** No later version, no more actions, no more steps than offered. */
function agree(offer: Negotiation, { neg }: RawScript): Negotiation {
  const [version, actions, steps] = neg ?? [MAX_VERSION, offer.actions, 0];
  return {
    version: Math.min(version, offer.version, MAX_VERSION),
    actions: actions & offer.actions,
    steps: steps & offer.steps,
  };
}

/** A handler that continues, but answers one event with an edit: what the types forbid before the end of a message. */
export function misplacing(edit: NonNullable<MilterOutcome["edits"]>[number], command: string): MilterHandler {
  const outcome: MilterOutcome = { verdict: "continue", edits: [edit] };
  const answer = (): MilterVerdict => outcome as unknown as MilterVerdict;
  const methods = {
    C: "connect",
    H: "helo",
    M: "mail",
    R: "rcpt",
    T: "data",
    U: "unknown",
    L: "header",
    N: "eoh",
    B: "body",
  };
  const method = methods[command as keyof typeof methods];
  return method === undefined ? {} : { [method]: answer };
}
