import { absurd, type Decision, formatReply, formatReplyText, printable, type Reply, TRY_LATER } from "@fromguard/core";

const REFUSED: Reply = { code: 554, enhanced: "5.7.1", text: "Sender address rejected: refused by policy" };

/** What Postfix does where the engine failed: defer, unless a later restriction refuses for good. */
export const ENGINE_FAILED = `DEFER_IF_PERMIT ${formatReplyText(TRY_LATER)}`;

/**
 * The action that carries a decision out.
 *
 * "No objection" is DUNNO, never OK: OK ends the host's restriction list. A deferral lets a later restriction refuse for
 * good. A quarantine is HOLD; other edits are not made here.
 *
 * @see access(5)
 */
export function toPolicyAction(decision: Decision): string {
  switch (decision.action) {
    case "accept":
      return decision.edits.length === 0 ? "DUNNO" : acceptWithEdits(decision);
    case "reject":
      return formatReply(decision.reply ?? REFUSED);
    case "defer":
      return `DEFER_IF_PERMIT ${formatReplyText(decision.reply ?? TRY_LATER)}`;
    default:
      return absurd(decision.action);
  }
}

function acceptWithEdits(decision: Decision): string {
  for (const edit of decision.edits) if (edit.kind === "quarantine") return `HOLD ${printable(edit.reason)}`;
  return "DUNNO";
}
