import { type Address, formatMailbox } from "../address/address.js";
import { parsePath } from "../address/path.js";
import { readOriginators } from "../headers/originators.js";
import type { Ownership, Role } from "../ownership/ownership.js";
import type { FactName, Facts } from "../rule/facts.js";
import { type Rule, type RuleContext, rule } from "../rule/rule.js";
import { needsOf, run } from "../rule/run.js";
import { refuseAnomaly } from "../rules/judge-originators.js";
import { type OriginatorPolicy, type OriginatorPreset, originatorPolicy } from "../rules/originator-policy.js";
import { andThen } from "../verdict/and-then.js";
import { codes } from "../verdict/codes.js";
import { FromguardError } from "../verdict/error.js";
import { fail, type Pass, pass, skip, unknown, type Verdict } from "../verdict/verdict.js";
import { Draft } from "./draft.js";
import { mend } from "./mend.js";

/** The address that takes the place of a claim. */
export type CureTarget =
  /** That of MAIL FROM. */
  | "envelope"
  /** The login's primary address; undefined where it has none. */
  | { readonly primary: (login: string, signal: AbortSignal) => string | undefined | Promise<string | undefined> }
  /** One address for all, in SMTP form. */
  | { readonly fixed: string };

/** Options of {@link cure}; preset and stances say which forms the cured rule takes, and should be the same as there. */
export interface CureOptions extends Partial<OriginatorPolicy> {
  /** Asked whether the login owns the target. */
  readonly ownership: Ownership;
  readonly to: CureTarget;
  /** Default `default`. */
  readonly preset?: OriginatorPreset;
  /**
   * Where the claimed From is kept, if it parses clean and there is no such field yet. Default: nowhere.
   */
  readonly keepClaim?: "Reply-To" | "X-Original-From";
  /**
   * Whether a Sender with the target is added where there is none and it alone makes the claim good, as send on behalf needs it;
   * the From then stays. Default false.
   */
  readonly addSender?: boolean;
  /** Whether DKIM-Signature fields, which the rewriting breaks, are removed. Default false. */
  readonly removeSignatures?: boolean;
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
  const targetOf = targetReader(options);
  return {
    name: rule.name,
    needs: needsOf([rule, { needs: ["login", "envelopeFrom", "headers"] }]),
    combines: true,
    evaluate: (facts: AllFacts, context) =>
      andThen(run(rule, facts, context), (verdict): Verdict | Promise<Verdict> => {
        if (!isCurable(verdict) || !isSoundBut(facts, policy)) return verdict;
        const owned = targetRule(options.ownership, targetOf);
        return andThen(run(owned.rule, facts, context), (found): Verdict | Promise<Verdict> => {
          const target = owned.target();
          if (found.kind === "unknown") return found;
          if (found.kind !== "pass" || target === undefined) return verdict;
          return new Cure(rule, facts, context, target, options).attempt(verdict);
        });
      }),
  };
}

type AllFacts = Pick<Facts, FactName>;

function isCurable(verdict: Verdict): boolean {
  return (
    verdict.kind === "fail" && Object.hasOwn(codes, verdict.code) && codes[verdict.code as keyof typeof codes].curable
  );
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

function isPlain({ domain }: Address): boolean {
  return domain.kind === "name" || domain.kind === "literal";
}

type TargetReader = (
  facts: Pick<Facts, "login" | "envelopeFrom">,
  signal: AbortSignal,
) => Address | undefined | Promise<Address | undefined>;

function targetReader({ to }: CureOptions): TargetReader {
  if (to === "envelope")
    return ({ envelopeFrom }) => (envelopeFrom.kind === "mailbox" ? envelopeFrom.mailbox : undefined);
  if ("primary" in to) return ({ login }, signal) => andThen(to.primary(login ?? "", signal), parseTarget);
  const fixed = parseTarget(to.fixed);
  if (fixed === undefined) {
    throw new FromguardError("FG_POLICY_INVALID", `cure: ${JSON.stringify(to.fixed)} is no address`);
  }
  return () => fixed;
}

function parseTarget(text: string | undefined): Address | undefined {
  const path = text === undefined ? undefined : parsePath(text);
  return path?.kind === "mailbox" && isPlain(path.mailbox) ? path.mailbox : undefined;
}

/** Whether the login owns the target in every role that it may get: a rule, so that it answers behind the deadline. */
function targetRule(ownership: Ownership, targetOf: TargetReader) {
  let target: Address | undefined;
  const owned = rule("cure-target", ["login", "envelopeFrom"], (facts, { signal }) =>
    andThen(targetOf(facts, signal), (address): Verdict | Promise<Verdict> => {
      if (address === undefined) return skip("no-target");
      const questions = ROLES.map((role) => ({ address, role }));
      return andThen(ownership.ask(facts.login ?? "", questions, { signal }), (answers): Verdict => {
        const open = answers.find((answer) => answer.kind === "unknown");
        if (open !== undefined) return unknown(open.code, open.cause, open.evidence());
        const isOwn = answers.length === ROLES.length && answers.every(isPlainYes);
        if (!isOwn) return fail("from-not-owned", answers[0]?.evidence());
        target = address;
        return pass();
      });
    }),
  );
  return { rule: owned, target: () => target };
}

function isPlainYes(answer: { readonly kind: string; readonly requires?: string }): boolean {
  return answer.kind === "yes" && answer.requires === undefined;
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
    // What the members observe of the message as received stands; of drafts they say nothing.
    this.#context = { ...pickContext(context), observe: () => {} };
    this.#target = target;
    this.#options = options;
  }

  attempt(refusal: Verdict): Verdict | Promise<Verdict> {
    const rewrite = () => {
      const draft = new Draft(this.#facts.headers);
      return andThen(this.#judge(draft), (verdict) => this.#round(draft, verdict, refusal, MAX_ROUNDS));
    };
    const withSender = new Draft(this.#facts.headers);
    if (this.#options.addSender !== true || withSender.has("sender")) return rewrite();
    withSender.add("Sender", formatMailbox(this.#target));
    return andThen(this.#judge(withSender), (verdict) =>
      verdict.kind === "pass" ? this.#cured(withSender, verdict) : rewrite(),
    );
  }

  #judge(draft: Draft): Verdict | Promise<Verdict> {
    return run(this.#rule, { ...this.#facts, headers: draft.section() }, this.#context);
  }

  #round(draft: Draft, verdict: Verdict, refusal: Verdict, rounds: number): Verdict | Promise<Verdict> {
    if (verdict.kind === "pass") return this.#cured(draft, verdict);
    if (verdict.kind === "unknown") return verdict;
    if (verdict.kind !== "fail" || !isCurable(verdict) || rounds === 0) return refusal;
    if (!mend(draft, verdict, this.#target, this.#options.keepClaim)) return refusal;
    return andThen(this.#judge(draft), (next) => this.#round(draft, next, refusal, rounds - 1));
  }

  #cured(draft: Draft, { edits = [] }: Pass): Verdict {
    if (this.#options.removeSignatures === true) {
      for (const index of draft.indexesOf("dkim-signature")) draft.delete(index);
    }
    return pass("cured", [...draft.edits(), ...edits]);
  }
}

function pickContext({ signal, onError, trace }: RuleContext): Omit<RuleContext, "observe"> {
  return { signal, ...(onError === undefined ? {} : { onError }), ...(trace === undefined ? {} : { trace }) };
}
