import { TRY_LATER } from "@fromguard/core";
import { type Answer, answerFault, EDIT_ACTIONS, type MilterEdit } from "../codec/answer.js";
import { STEPS } from "../codec/flags.js";
import { MAX_BODY_CHUNK } from "../codec/frame.js";
import { formatMilterReply } from "../codec/reply-text.js";
import { type EventKind, OCTETS } from "./events.js";
import type { MilterOutcome, MilterVerdict, Negotiated } from "./handler.js";

/** What the MTA is told where a handler failed. */
export const FAILURE: MilterVerdict = { reply: formatMilterReply(TRY_LATER) };

const NO_EDITS: Required<MilterOutcome>["edits"] = [];
const VERDICTS: readonly unknown[] = ["continue", "accept", "reject", "tempfail", "discard", "skip"];

/** The verdict and the edits of what a handler answered. */
export function readOutcome(outcome: MilterVerdict | MilterOutcome): Required<MilterOutcome> {
  const isOutcome = typeof outcome === "object" && outcome !== null && "verdict" in outcome;
  if (!isOutcome) return { verdict: outcome, edits: NO_EDITS };
  const { verdict, edits = [] } = outcome;
  if (edits.length === 0) return { verdict, edits };
  return { verdict, edits: edits.some(isLongBody) ? edits.flatMap(inChunks) : edits };
}

type OutcomeEdit = Required<MilterOutcome>["edits"][number];

function isLongBody(edit: OutcomeEdit): edit is MilterEdit & { kind: "replace-body" } {
  return edit.kind === "replace-body" && edit.chunk.length > MAX_BODY_CHUNK;
}

/** A body that no frame holds goes out in several, one behind the other. */
function inChunks(edit: OutcomeEdit): readonly OutcomeEdit[] {
  if (!isLongBody(edit)) return [edit];
  const { kind, chunk } = edit;
  const count = Math.ceil(chunk.length / MAX_BODY_CHUNK);
  return Array.from({ length: count }, (_, at) => ({
    kind,
    chunk: chunk.subarray(at * MAX_BODY_CHUNK, (at + 1) * MAX_BODY_CHUNK),
  }));
}

/** Why an outcome may not be sent; undefined where it may. */
export function outcomeFault(
  kind: EventKind,
  { verdict, edits }: Required<MilterOutcome>,
  { actions, steps }: Negotiated,
): string | undefined {
  if (!isVerdict(verdict)) return "that is no verdict";
  if (verdict === "discard" && (kind === "connect" || kind === "helo")) return `discard cannot answer ${OCTETS[kind]}`;
  if (edits.length > 0 && kind !== "eom") return "edits before the end of the message";
  if (edits.length > 1 && hasGapInBody(edits)) return "a body in two places among the edits";
  for (const edit of edits) {
    if (edit.kind === "progress") continue;
    if (((EDIT_ACTIONS[edit.kind] ?? 0) & actions) === 0) return `the edit ${edit.kind} was not negotiated`;
    const fault = answerFault(edit);
    if (fault !== undefined) return fault;
  }
  return answerFault(answerOf(verdict, steps));
}

/** Postfix takes any other edit for the end of the new body. */
function hasGapInBody(edits: readonly OutcomeEdit[]): boolean {
  const at = edits.flatMap(({ kind }, index) => (kind === "replace-body" ? [index] : []));
  return at.length > 0 && (at.at(-1) as number) - (at[0] as number) !== at.length - 1;
}

/** Handlers may be written without a compiler: what is no verdict must not become an exception. */
function isVerdict(verdict: unknown): boolean {
  if (typeof verdict !== "object" || verdict === null) return VERDICTS.includes(verdict);
  return "reply" in verdict && typeof verdict.reply === "string";
}

/** The answer that says a verdict; where the MTA does not know `skip`, events go on. */
export function answerOf(verdict: MilterVerdict, steps: number): Answer {
  if (typeof verdict === "object") return { kind: "reply", text: verdict.reply };
  return verdict === "skip" && (steps & STEPS.skip) === 0 ? { kind: "continue" } : { kind: verdict };
}

/** Whether a verdict keeps a message from being delivered. */
export function isRefusal(verdict: MilterVerdict): boolean {
  return typeof verdict === "object" || verdict === "reject" || verdict === "tempfail" || verdict === "discard";
}

/** Whether a verdict ends the events of the message: a refused recipient leaves it open, and so does a refused DATA. */
export function endsMessage(kind: EventKind, verdict: MilterVerdict): boolean {
  if (kind === "eom") return true;
  if (verdict === "continue" || verdict === "skip") return false;
  return (kind !== "rcpt" && kind !== "data") || verdict === "accept" || verdict === "discard";
}
