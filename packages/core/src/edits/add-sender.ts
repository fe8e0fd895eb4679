import { type Address, formatAddress, formatMailbox } from "../address/address.js";
import { fold } from "../address/fold.js";
import { type OriginatorName, readOriginators } from "../headers/originators.js";
import type { Ownership } from "../ownership/ownership.js";
import type { Rule } from "../rule/rule.js";
import { andThen } from "../verdict/and-then.js";
import { pass, type Verdict } from "../verdict/verdict.js";
import { Draft } from "./draft.js";
import { type AllFacts, editingRule } from "./editing-rule.js";
import { judgeDraft } from "./judge-draft.js";
import { type EditTarget, ownTarget } from "./target.js";

/**
 * When a Sender is written: where it alone makes the claim good (`needed`), also where From is anything but the target
 * (`from-differs`), or in all mail (`always`).
 */
export type SenderWhen = "needed" | "from-differs" | "always";

/** Options of {@link addSender}. */
export interface AddSenderOptions {
  /** Asked whether the login owns the target. */
  readonly ownership: Ownership;
  /** What the Sender says. */
  readonly to: EditTarget;
  /** Default `from-differs`. */
  readonly when?: SenderWhen;
}

/** Failures that a Sender can make good: a claim that is granted on behalf, and several authors without one. */
const NEEDS_SENDER: readonly string[] = ["from-not-owned", "author-not-owned", "sender-missing"];

/**
 * Writes who sends a message into its Sender: the target, which the login owns as sender.
 *
 * A message that the rule refuses, and that has no Sender, gets one where it then passes (code `cured`). To one that passes, a Sender is
 * added or the one that is there is set, as `when` says. What comes out is judged by the same rule, and unless it passes there
 * is no edit, and the verdict is that of the message as received. No edit either from the null or a malformed reverse-path, and where
 * the target is not the login's own; where that could not be asked, the verdict is `unknown`.
 *
 * @throws FromguardError `FG_POLICY_INVALID` for a fixed target that is no address.
 * @see RFC 6409 section 8.1, RFC 5322 section 3.6.2
 */
export function addSender(rule: Rule, options: AddSenderOptions): Rule {
  const { ownership, to, when = "from-differs" } = options;
  const targetOf = ownTarget(ownership, to, ["sender"]);
  return editingRule(rule, (verdict, facts, context) => {
    const { login, envelopeFrom, headers } = facts as Partial<AllFacts>;
    if (!login || envelopeFrom?.kind !== "mailbox" || headers === undefined) return verdict;
    const draft = new Draft(headers);
    if (verdict.kind === "pass") draft.take(verdict.edits ?? []);
    if (!isWanted(verdict, draft, when)) return verdict;
    return andThen(targetOf(facts, context), (target): Verdict | Promise<Verdict> => {
      if (target === undefined) return verdict;
      if ("kind" in target) return target;
      if (verdict.kind === "pass" && when !== "always" && isOnly("from", draft, target)) return verdict;
      if (!writeSender(draft, target)) return verdict;
      return andThen(judgeDraft(rule, facts, draft, context), (found) =>
        found.kind === "pass" ? pass(verdict.kind === "pass" ? verdict.code : "cured", draft.edits()) : verdict,
      );
    });
  });
}

function isWanted(verdict: Verdict, draft: Draft, when: SenderWhen): boolean {
  if (verdict.kind === "pass") return when !== "needed";
  return verdict.kind === "fail" && NEEDS_SENDER.includes(verdict.code) && !draft.has("sender");
}

/** Whether the fields of that name hold the target and nothing else. Case says nothing about who a local part is. */
function isOnly(name: OriginatorName, draft: Draft, target: Address): boolean {
  const text = (address: Address) => fold(formatAddress(address));
  const fields = readOriginators(draft.section()).filter((field) => field.name === name);
  const addresses = fields.flatMap(({ mailboxes }) => mailboxes.map(({ address }) => text(address)));
  return addresses.length === 1 && addresses[0] === text(target);
}

/** Adds the field or sets the one that is there; false where there is nothing to do. */
function writeSender(draft: Draft, target: Address): boolean {
  if (isOnly("sender", draft, target)) return false;
  const value = formatMailbox(target);
  const [index] = draft.indexesOf("sender");
  if (index !== undefined) return draft.change(index, value);
  draft.add("Sender", value);
  return true;
}
