import type { Address } from "../address/address.js";
import { readOriginators } from "../headers/originators.js";
import type { Ownership, Role } from "../ownership/ownership.js";
import type { Facts } from "../rule/facts.js";
import type { Rule, RuleContext } from "../rule/rule.js";
import { refuseAnomaly } from "../rules/judge-originators.js";
import { type OriginatorPolicy, type OriginatorPreset, originatorPolicy } from "../rules/originator-policy.js";
import { andThen } from "../verdict/and-then.js";
import { type Code, codes } from "../verdict/codes.js";
import { type Pass, pass, type Verdict } from "../verdict/verdict.js";
import { Draft } from "./draft.js";
import { type AllFacts, editingRule } from "./editing-rule.js";
import { judgeDraft } from "./judge-draft.js";
import { mend } from "./mend.js";
import { type EditTarget, isPlain, ownTarget } from "./target.js";

/** Options of {@link cure}; preset and stances say which forms the cured rule takes, and should be the same as there. */
export interface CureOptions extends Partial<OriginatorPolicy> {
  /** Asked whether the login owns the target. */
  readonly ownership: Ownership;
  /** What takes the place of a claim. */
  readonly to: EditTarget;
  /** Default `default`. */
  readonly preset?: OriginatorPreset;
  /**
   * Where the claimed From is kept, if it parses clean and there is no such field yet. Default: nowhere.
   */
  readonly keepClaim?: "Reply-To" | "X-Original-From";
  /** Whether DKIM-Signature fields, which the rewriting breaks, are removed. Default false. */
  readonly removeSignatures?: boolean;
  /** Which codes are cured. Default: each that can be. */
  readonly codes?: readonly Code[];
}

/** Every cured field takes a round; more faults than these in one message are no mistake of an honest sender. */
const MAX_ROUNDS = 16;
const ROLES: readonly Role[] = ["author", "sender", "resent"];

/**
 * Turns a failure that a rewritten header can cure into a pass with the edits that do so (code `cured`).
 *
 * Cured are the codes with `curable: true`, of messages without any other fault. All From fields become one with the target,
 * its display name kept where it is harmless; a foreign Sender or Resent field gets the target, a foreign Author goes; a name that shows a foreign
 * address, controls or overrides is dropped. What comes out is judged by the same rule, and is refused as before unless it
 * passes. Refused as before is also mail without a login, from the null reverse-path, and where the target is not the login's own for
 * every role; where that could not be asked, the verdict is `unknown`.
 *
 * @see RFC 6409 section 8, RFC 5322 section 3.6.2
 */
export function cure(rule: Rule, options: CureOptions): Rule {
  const policy = originatorPolicy(options);
  const targetOf = ownTarget(options.ownership, options.to, ROLES);
  return editingRule(rule, (verdict, facts, context) => {
    if (!isCurable(verdict, options.codes) || !isSoundBut(facts, policy)) return verdict;
    return andThen(targetOf(facts, context), (target): Verdict | Promise<Verdict> => {
      if (target === undefined) return verdict;
      if ("kind" in target) return target;
      return new Cure(rule, facts, context, target, options).attempt(verdict);
    });
  });
}

function isCurable(verdict: Verdict, wanted: readonly string[] | undefined): boolean {
  if (verdict.kind !== "fail" || !Object.hasOwn(codes, verdict.code)) return false;
  return codes[verdict.code as Code].curable && (wanted?.includes(verdict.code) ?? true);
}

/** Whether nothing but what is curable could be wrong with a message, and somebody can answer for it. */
function isSoundBut({ login, envelopeFrom, headers }: Partial<Facts>, policy: OriginatorPolicy): boolean {
  if (!login || envelopeFrom?.kind !== "mailbox" || headers === undefined) return false;
  const fields = readOriginators(headers);
  const anomalies = [headers, ...fields].flatMap((part) => part.anomalies);
  const structural = anomalies.filter(({ code }) => !codes[code].curable);
  if (refuseAnomaly(structural, policy, login) !== undefined) return false;
  return fields.every(({ mailboxes }) => mailboxes.length > 0 && mailboxes.every(({ address }) => isPlain(address)));
}

/** One message that is being cured. */
class Cure {
  readonly #rule: Rule;
  readonly #facts: AllFacts;
  readonly #context: RuleContext;
  readonly #target: Address;
  readonly #options: CureOptions;

  constructor(rule: Rule, facts: AllFacts, context: RuleContext, target: Address, options: CureOptions) {
    this.#rule = rule;
    this.#facts = facts;
    this.#context = context;
    this.#target = target;
    this.#options = options;
  }

  attempt(refusal: Verdict): Verdict | Promise<Verdict> {
    const draft = new Draft(this.#facts.headers);
    return andThen(this.#judge(draft), (verdict) => this.#round(draft, verdict, refusal, MAX_ROUNDS));
  }

  #judge(draft: Draft): Verdict | Promise<Verdict> {
    return judgeDraft(this.#rule, this.#facts, draft, this.#context);
  }

  #round(draft: Draft, verdict: Verdict, refusal: Verdict, rounds: number): Verdict | Promise<Verdict> {
    if (verdict.kind === "pass") return this.#cured(draft, verdict);
    if (verdict.kind === "unknown") return verdict;
    if (verdict.kind !== "fail" || !isCurable(verdict, this.#options.codes) || rounds === 0) return refusal;
    if (!mend(draft, verdict, this.#target, this.#options.keepClaim)) return refusal;
    return andThen(this.#judge(draft), (next) => this.#round(draft, next, refusal, rounds - 1));
  }

  #cured(draft: Draft, { edits = [] }: Pass): Verdict {
    draft.take(edits);
    if (this.#options.removeSignatures === true) {
      for (const index of draft.indexesOf("dkim-signature")) draft.delete(index);
    }
    return pass("cured", draft.edits());
  }
}
