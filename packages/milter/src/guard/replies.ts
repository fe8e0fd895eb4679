import type { Reply } from "@fromguard/core";
import { formatMilterReply } from "../codec/reply-text.js";
import type { MilterVerdict } from "../session/handler.js";

/** A reply as an answer to an event. */
export function replyWith(reply: Reply): MilterVerdict {
  return { reply: formatMilterReply(reply) };
}
