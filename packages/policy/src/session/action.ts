import { absurd, type Decision, formatReply, formatReplyText, type Reply, TRY_LATER } from "@fromguard/core";

const REFUSED: Reply = { code: 554, enhanced: "5.7.1", text: "Sender address rejected: refused by policy" };

/** What Postfix does where the engine failed, or an edit cannot be made: defer, unless a later restriction refuses for good. */
export const ENGINE_FAILED = `DEFER_IF_PERMIT ${formatReplyText(TRY_LATER)}`;

/** What Postfix does where no policy answers for a context: it is the administrator's to mend, as Postfix's own 4.3.5 is. */
export const NO_SUCH_CONTEXT = "DEFER_IF_PERMIT 4.3.5 Server configuration error";

/**
 * The action that carries a decision out, but for its edits.
 *
 * "No objection" is DUNNO, never OK: OK ends the host's restriction list. A deferral lets a later restriction refuse for good.
 *
 * @see access(5)
 */
export function toPolicyAction({ action, reply }: Decision): string {
  switch (action) {
    case "accept":
      return "DUNNO";
    case "reject":
      return formatReply(reply ?? REFUSED);
    case "defer":
      return `DEFER_IF_PERMIT ${formatReplyText(reply ?? TRY_LATER)}`;
    default:
      return absurd(action);
  }
}
