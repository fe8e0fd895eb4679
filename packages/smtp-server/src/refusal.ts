import { absurd, codes, type Decision, formatReplyText, printable, type Reply, TRY_LATER } from "@fromguard/core";
import type { SmtpError } from "./host.js";

const REFUSED: Reply = { code: 550, enhanced: "5.7.1", text: "Refused by policy" };

const TOO_LONG: Reply = { code: 550, enhanced: "5.6.0", text: "The message is over a limit" };

/** What is said to a message of which more would have to be read than may be: of its header, or under a rule on the body of all of it. */
export function tooLongReply(needsBody: boolean): Reply {
  return needsBody ? TOO_LONG : codes["header-too-long"].reply;
}

/** The error with which smtp-server sends a reply. Its own default behind DATA is 450, so the code is always given. */
export function errorOf(reply: Reply, hostAddsEnhancedCodes: boolean): SmtpError {
  const text = hostAddsEnhancedCodes ? printable(reply.text) : formatReplyText(reply);
  return Object.assign(new Error(text), { responseCode: reply.code });
}

/** The reply of a decision that does not accept. */
export function refusalOf(decision: Decision): Reply | undefined {
  switch (decision.action) {
    case "accept":
      return undefined;
    case "reject":
      return decision.reply ?? REFUSED;
    case "defer":
      return decision.reply ?? TRY_LATER;
    default:
      return absurd(decision.action);
  }
}
