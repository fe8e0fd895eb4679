import { type Decision, type Facts, type Guard, type MessageLimits, messageFacts, type Reply } from "@fromguard/core";
import { type Head, MAX_BUFFERED_BYTES } from "./head.js";
import { refusalOf, tooLongReply } from "./refusal.js";

/** What came of a message. */
export interface JudgedMessage {
  readonly decision: Decision;
  /** All that the decision rests on. */
  readonly facts: Partial<Facts>;
  /** What the client is told instead of an acceptance. */
  readonly reply: Reply | undefined;
}

/**
 * Judges a message in one stage, for hosts in Node that keep no state between MAIL FROM and the message: every rule runs, and one that lacks
 * a fact defers.
 *
 * @param read Reads as much of the message as the rules need, up to so many octets; not called where they need nothing of it.
 * @throws Error where the client left while the message was read
 */
export async function judgeMessage(
  guard: Guard,
  envelope: Partial<Facts>,
  read: (until: "header" | "end", maxBytes: number) => Promise<Head>,
  limits: MessageLimits,
): Promise<JudgedMessage> {
  const needsBody = guard.needs.includes("bodyAnomalies");
  const until = needsBody ? "end" : "header";
  const needsMessage = needsBody || guard.needs.includes("headers");
  const head = needsMessage ? await read(until, needsBody ? MAX_BUFFERED_BYTES : limits.maxHeaderOctets) : undefined;
  if (head?.kind === "gone") throw new Error("the client left");
  const facts =
    head === undefined ? envelope : { ...envelope, ...messageFacts(head.bytes, { readLimits: limits, needsBody }) };
  const decision = await guard.decide(facts);
  const tooLong = head?.kind === "too-long" ? tooLongReply(needsBody) : undefined;
  return { decision, facts, reply: refusalOf(decision) ?? tooLong };
}
