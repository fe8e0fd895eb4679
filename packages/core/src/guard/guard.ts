import type { LoginIdentity } from "../ownership/login-rule.js";
import type { FactName, Facts } from "../rule/facts.js";
import type { Rule, TraceNode } from "../rule/rule.js";
import type { Decision } from "../verdict/decision.js";
import { FromguardError } from "../verdict/error.js";
import { checkReplies, type ReplyChanges } from "../verdict/replies.js";
import { Counters, type GuardCounters } from "./counters.js";
import { Evaluation, type EvaluationSettings, passedBy } from "./evaluation.js";

/** Options of {@link createGuard}. */
export interface GuardOptions {
  /** The policy: every rule must be satisfied. Order decides which of two equally severe verdicts is told. */
  readonly rules: readonly Rule[];
  /**
   * Milliseconds that one decision (one stage of a transaction) may take in all. A rule still without an answer is then
   * `unknown` with the code `deadline`. Default 20,000: below the 30 s for which Postfix waits on a milter.
   */
  readonly timeoutMs?: number;
  /** Decides everything and refuses nothing: what would refuse stands in `decision.observed`. Default false. */
  readonly shadow?: boolean;
  /** Told of each rule that threw, as it happens, wherever in a combination it stands. What it throws is dropped and counted. */
  readonly onRuleError?: (rule: string, cause: string) => void;
  /**
   * Whose addresses they are where the login asked to act as somebody else: those of the identity that was authenticated (the
   * default), or of the one that it acts as (the fact `authorisation`), which the host must have checked.
   */
  readonly identity?: LoginIdentity;
  /** What is said instead of the codes' own replies. Default none. */
  readonly replies?: ReplyChanges;
}

/** Options of one decision. */
export interface DecideOptions {
  /** Aborts the outside calls; rules without an answer are then `unknown` with the code `aborted`. Read only where one is made. */
  readonly signal?: AbortSignal;
}

/** A decision and how it came about. */
export interface Explanation {
  readonly decision: Decision;
  readonly trace: readonly TraceNode[];
}

/** One transaction that learns its facts stage by stage. Each rule runs once, as soon as its facts are there. */
export interface Transaction {
  /** Adds facts, runs the rules that can now run, and decides on all that was found so far. */
  learn(facts: Partial<Facts>, options?: DecideOptions): Decision | Promise<Decision>;
  /** The rules that still wait for facts. */
  readonly waiting: readonly string[];
  /** What was learned so far. */
  readonly facts: Partial<Facts>;
}

/** A policy, ready to decide. Nothing is thrown out of a decision. */
export interface Guard {
  /** The rules as they run: conjunctions taken apart. */
  readonly rules: readonly Rule[];
  /** The facts that the rules need between them. */
  readonly needs: readonly FactName[];
  readonly counters: GuardCounters;
  /** Decides: at once where every source is in memory, else a promise. A rule that lacks a fact is `unknown`, so the guard defers. */
  decide(facts: Partial<Facts>, options?: DecideOptions): Decision | Promise<Decision>;
  /** {@link decide}, always as a promise. */
  check(facts: Partial<Facts>, options?: DecideOptions): Promise<Decision>;
  /** Decides and tells how: every rule runs, also behind a rejection. */
  explain(facts: Partial<Facts>, options?: DecideOptions): Promise<Explanation>;
  /** Begins a transaction that learns its facts in stages. */
  begin(): Transaction;
  /**
   * The same policy for a transport that only ever has these facts.
   *
   * @throws FromguardError `FG_POLICY_INVALID` naming the rules that could never run there, unless `partial` is true:
   * the caller then says that they run elsewhere.
   */
  within(transport: { readonly name: string; readonly facts: readonly FactName[]; readonly partial?: boolean }): Guard;
}

/** The default of {@link GuardOptions.timeoutMs}. */
const DEFAULT_TIMEOUT_MS = 20_000;

/** The longest delay that a timer keeps. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Makes a guard of rules. Nothing is global: two guards can coexist.
 *
 * @throws FromguardError `FG_POLICY_INVALID` for a policy without rules, since it would protect nothing, or a deadline that
 * no timer keeps, or a reply that cannot be sent.
 */
export function createGuard(options: GuardOptions): Guard {
  const rules = options.rules.flatMap(takeApart);
  if (rules.length === 0)
    throw new FromguardError("FG_POLICY_INVALID", "the policy has no rules: it would protect nothing");
  const { timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  if (!(timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS)) {
    throw new FromguardError("FG_POLICY_INVALID", `must be from 1 to ${MAX_TIMEOUT_MS} ms, not ${timeoutMs}`, {
      place: { key: "timeoutMs" },
    });
  }
  checkReplies(options.replies ?? {});
  return guardOf(rules, options, new Counters());
}

function takeApart(rule: Rule): readonly Rule[] {
  return rule.conjuncts === undefined ? [rule] : rule.conjuncts.flatMap(takeApart);
}

function guardOf(rules: readonly Rule[], options: GuardOptions, counters: Counters): Guard {
  const settings: EvaluationSettings = {
    rules,
    passed: passedBy(rules),
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    shadow: options.shadow ?? false,
    onError: errorHook(options.onRuleError, counters),
    replies: options.replies ?? {},
    counters,
  };
  const seen = options.identity === "authorisation" ? asAuthorised : (facts: Partial<Facts>) => facts;
  const decide = (facts: Partial<Facts>, options?: DecideOptions) =>
    new Evaluation(settings).finish(seen(facts), options);
  return {
    rules,
    needs: [...new Set(rules.flatMap((rule) => rule.needs))],
    counters,
    decide,
    check: async (facts, options) => decide(facts, options),
    explain: async (facts, options) => {
      const trace: TraceNode[] = [];
      const decision = await new Evaluation(settings, trace).finish(seen(facts), options);
      return { decision, trace };
    },
    begin: () => new StagedTransaction(settings, seen),
    within: ({ name, facts, partial = false }) => {
      const runnable = rules.filter((rule) => rule.needs.every((need) => facts.includes(need)));
      const lost = rules.filter((rule) => !runnable.includes(rule));
      if (lost.length > 0 && !partial) {
        throw new FromguardError("FG_POLICY_INVALID", neverRuns(name, lost, facts));
      }
      if (runnable.length === 0) {
        throw new FromguardError(
          "FG_POLICY_INVALID",
          `no rule of this policy can run on ${name}: it would protect nothing`,
        );
      }
      return lost.length === 0 ? guardOf(rules, options, counters) : guardOf(runnable, options, counters);
    },
  };
}

/** A class: a literal with getters has a hidden class of its own, and each would keep what hangs on the one before from being collected. */
class StagedTransaction implements Transaction {
  readonly #evaluation: Evaluation;
  readonly #seen: (facts: Partial<Facts>) => Partial<Facts>;

  constructor(settings: EvaluationSettings, seen: (facts: Partial<Facts>) => Partial<Facts>) {
    this.#evaluation = new Evaluation(settings);
    this.#seen = seen;
  }

  learn(facts: Partial<Facts>, options?: DecideOptions): Decision | Promise<Decision> {
    return this.#evaluation.learn(this.#seen(facts), options);
  }

  get waiting(): readonly string[] {
    return this.#evaluation.waiting;
  }

  get facts(): Partial<Facts> {
    return this.#evaluation.facts;
  }
}

/** Counts rules that threw, and tells of them. */
function errorHook(onRuleError: GuardOptions["onRuleError"], counters: Counters) {
  return (rule: string, cause: string): void => {
    counters.ruleErrors++;
    try {
      onRuleError?.(rule, cause);
    } catch {
      // Whoever listens must not change what is decided.
      counters.hookErrors++;
    }
  };
}

/** Nobody acts as somebody without a login. */
function asAuthorised(facts: Partial<Facts>): Partial<Facts> {
  const { login, authorisation } = facts;
  return login && authorisation ? { ...facts, login: authorisation } : facts;
}

function neverRuns(transport: string, rules: readonly Rule[], facts: readonly FactName[]): string {
  const list = rules.map(
    (rule) => `${rule.name} needs ${rule.needs.filter((need) => !facts.includes(need)).join(" and ")}`,
  );
  return `${transport} never has the facts of ${rules.length === 1 ? "a rule" : `${rules.length} rules`} of this policy (${list.join("; ")}): serve them on a transport that has, or say that they run elsewhere`;
}
