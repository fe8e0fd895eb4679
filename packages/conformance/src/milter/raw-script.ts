import { encodeAnswer, type MilterHandler, type MilterOutcome, type MilterVerdict } from "@fromguard/milter";
import { isAnswered } from "./events.js";
import type { RawScript } from "./recording.js";
import { type Frame, type Negotiation, negotiationOf, octetsOf, splitFrames } from "./wire.js";

const MAX_VERSION = 6;
const SET_MACRO_LISTS = 0x100;
const CONTINUE = encodeAnswer({ kind: "continue" });

/** A handler that asks for what a raw script negotiates, and continues. */
export function continuingHandler(script: RawScript): MilterHandler {
  return { negotiate: (offer) => ({ ...wishOf(script, offer), macros: script.sym ?? [] }) };
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
function agree(offer: Negotiation, script: RawScript): Negotiation {
  const { version, actions, steps } = wishOf(script, offer);
  return {
    version: Math.min(version, offer.version, MAX_VERSION),
    actions: actions & offer.actions,
    steps: steps & offer.steps,
  };
}

/** What the script asks for: in numbers, or in the frame that it writes, as far as that reads as one. */
function wishOf({ neg, negraw }: RawScript, offer: { readonly actions: number }): Negotiation {
  if (neg !== undefined) return { version: neg[0], actions: neg[1], steps: neg[2] };
  const [frame] = negraw === undefined ? [] : splitFrames(octetsOf(negraw)).frames;
  const raw = frame === undefined ? undefined : negotiationOf(frame);
  return raw ?? { version: MAX_VERSION, actions: offer.actions, steps: 0 };
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
