import type { FactName, Facts } from "../rule/facts.js";
import type { Rule, TraceNode } from "../rule/rule.js";
import { run } from "../rule/run.js";
import type { Decision, Finding } from "../verdict/decision.js";
import type { Edit } from "../verdict/edit.js";
import { publicReply, type ReplyChanges } from "../verdict/replies.js";
import type { Reply } from "../verdict/reply.js";
import { isRejection, PASSED, replyOf, severity, type Verdict } from "../verdict/verdict.js";
import type { Counters } from "./counters.js";
import { type ErrorHook, NO_FINDINGS, RuleRun, Stage } from "./rule-run.js";

/** What every evaluation of one guard shares. */
export interface EvaluationSettings {
  readonly rules: readonly Rule[];
  readonly timeoutMs: number;
  readonly shadow: boolean;
  readonly onError: ErrorHook;
  readonly counters: Counters;
  readonly replies: ReplyChanges;
  /** {@link passedBy} the rules. */
  readonly passed: Decision;
}

/** The signal of who asked is made where it is read, which few decisions do. */
type Signalled = { readonly signal?: AbortSignal } | undefined;

type Pending = readonly [run: RuleRun, outcome: Promise<Verdict>];

const NO_EDITS: readonly Edit[] = Object.freeze([]);
const NO_FACTS: Partial<Facts> = Object.freeze({});

/** The decision where all rules pass and tell nothing: one for all transactions, since it holds nothing of them. */
export function passedBy(rules: readonly Rule[]): Decision {
  const findings = rules.map(({ name }) => Object.freeze({ rule: name, verdict: PASSED }));
  return Object.freeze({
    action: "accept",
    code: PASSED.code,
    edits: NO_EDITS,
    findings: Object.freeze(findings),
    observed: NO_FINDINGS,
  });
}

/**
 * Runs the rules of a policy on the facts of one transaction.
 *
 * Rules run in the order of the policy, those that wait on the outside at the same time. Behind a rejection nothing more
 * is asked (unless a trace is wanted) and later findings are dropped, so that the answer does not depend on timing.
 */
export class Evaluation {
  readonly #settings: EvaluationSettings;
  readonly #runs: readonly RuleRun[];
  readonly #trace: TraceNode[] | undefined;
  #facts: Partial<Facts> = NO_FACTS;
  #busy: Promise<Decision> | undefined;

  constructor(settings: EvaluationSettings, trace?: TraceNode[]) {
    this.#settings = settings;
    this.#trace = trace;
    const { rules } = settings;
    // One array of the right size and no closure: there is one for each decision.
    const runs = new Array<RuleRun>(rules.length);
    for (let at = 0; at < runs.length; at++) runs[at] = new RuleRun(rules[at] as Rule, trace);
    this.#runs = runs;
  }

  get facts(): Partial<Facts> {
    return this.#facts;
  }

  get waiting(): readonly string[] {
    return this.#runs.filter(({ verdict }) => verdict === undefined).map(({ rule }) => rule.name);
  }

  /** Adds facts, runs what can now run, and decides on what is known. Stages that come too early wait for the one before. */
  learn(facts: Partial<Facts>, options: Signalled): Decision | Promise<Decision> {
    if (this.#busy !== undefined) {
      const signalled = options?.signal === undefined ? undefined : { signal: options.signal };
      return this.#busy.then(() => this.learn(facts, signalled));
    }
    this.#facts = withMore(this.#facts, facts);
    const decision = this.#advance(({ needs }) => needs.every((need) => this.#facts[need] !== undefined), options);
    if (decision instanceof Promise) {
      this.#busy = decision.finally(() => {
        this.#busy = undefined;
      });
      return this.#busy;
    }
    return decision;
  }

  /** Decides on facts that are the last: a rule that lacks one is `unknown`. */
  finish(facts: Partial<Facts>, options: Signalled): Decision | Promise<Decision> {
    this.#facts = facts;
    return this.#advance(always, options);
  }

  #advance(canRun: (rule: Rule) => boolean, options: Signalled): Decision | Promise<Decision> {
    const stage = new Stage(this.#settings.onError);
    const facts = this.#facts as Pick<Facts, FactName>;
    let pending: Pending[] | undefined;
    for (const each of this.#runs) {
      if (each.verdict === undefined && canRun(each.rule)) {
        const outcome = run(each.rule, facts, each.begin(stage));
        if (outcome instanceof Promise) pending = [...(pending ?? []), [each, outcome]];
        else this.#settle(each, outcome);
      }
      if (this.#endsAt(each)) break;
    }
    return pending === undefined ? this.#decide() : this.#wait(pending, stage.controller, options?.signal);
  }

  #settle(each: RuleRun, verdict: Verdict): void {
    if (this.#settings.shadow && severity(verdict) >= 2) {
      each.observe({ rule: each.rule.name, verdict });
      each.verdict = { kind: "skip", code: "observed" };
    } else {
      each.verdict = verdict;
    }
  }

  /** Whether nothing behind this rule can change the decision. A trace wants the others all the same. */
  #endsAt({ verdict }: RuleRun): boolean {
    return verdict !== undefined && isRejection(verdict) && this.#trace === undefined;
  }

  /** Waits until each rule has answered, or until no answer that is still out can matter. */
  async #wait(pending: readonly Pending[], stop: AbortController, signal: AbortSignal | undefined): Promise<Decision> {
    const { timeoutMs } = this.#settings;
    const abort = () => stop.abort(new DOMException("the client is gone", "AbortError"));
    const expire = () => stop.abort(new DOMException(`no answer within ${timeoutMs} ms`, "TimeoutError"));
    const timer = setTimeout(expire, timeoutMs);
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted) abort();
    try {
      const waiting = new Set(pending.map(([each]) => each));
      await new Promise<void>((resolve) => {
        for (const [each, outcome] of pending) {
          void outcome.then((verdict) => {
            this.#settle(each, verdict);
            waiting.delete(each);
            if (waiting.size === 0 || this.#isCertain(waiting)) resolve();
          });
        }
      });
      return this.#decide();
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      stop.abort(new DOMException("the decision is made", "AbortError"));
    }
  }

  /** Whether a rejection stands before every rule that has not answered. */
  #isCertain(waiting: ReadonlySet<RuleRun>): boolean {
    for (const each of this.#runs) {
      if (waiting.has(each)) return false;
      if (this.#endsAt(each)) return true;
    }
    return false;
  }

  #decide(): Decision {
    const { passed } = this.#settings;
    if (this.#runs.every(isPlainPass)) return this.#count(passed);
    const findings: Finding[] = [];
    let observed: Finding[] | undefined;
    let edits: Edit[] | undefined;
    let worst: Verdict | undefined;
    for (const each of this.#runs) {
      const { verdict } = each;
      if (each.observed.length > 0) observed = [...(observed ?? []), ...each.observed];
      if (verdict === undefined) continue;
      findings.push({ rule: each.rule.name, verdict });
      if (verdict.kind === "pass" && verdict.edits !== undefined) edits = [...(edits ?? []), ...verdict.edits];
      if (worst === undefined || severity(verdict) > severity(worst)) worst = verdict;
      if (this.#endsAt(each)) break;
    }
    const reply =
      worst?.kind === "fail" ? publicReply(worst, this.#facts.login, this.#settings.replies) : worst && replyOf(worst);
    return this.#count(decisionOf(worst, reply, findings, observed ?? NO_FINDINGS, edits ?? NO_EDITS));
  }

  #count(decision: Decision): Decision {
    const { counters } = this.#settings;
    if (decision.action === "accept") counters.accepted++;
    else if (decision.action === "reject") counters.rejected++;
    else counters.deferred++;
    if (decision.code === "nothing-applied") counters.nothingApplied++;
    return decision;
  }
}

/** Of two spreads in one literal the second goes through the runtime for every property. */
/** Assigned, not spread: Node 20 gives each object that grows behind a spread a hidden class of its own. */
function withMore(known: Partial<Facts>, more: Partial<Facts>): Partial<Facts> {
  return Object.assign({}, known, more);
}

function always(): boolean {
  return true;
}

/** Whether a rule passed and there is nothing more to tell of it. */
function isPlainPass({ verdict, observed }: RuleRun): boolean {
  return verdict === PASSED && observed === NO_FINDINGS;
}

function decisionOf(
  worst: Verdict | undefined,
  reply: Reply | undefined,
  findings: readonly Finding[],
  observed: readonly Finding[],
  edits: readonly Edit[],
): Decision {
  if (worst === undefined || worst.kind === "skip") {
    return { action: "accept", code: "nothing-applied", edits, findings, observed };
  }
  if (reply === undefined) return { action: "accept", code: "ok", edits, findings, observed };
  return {
    action: isRejection(worst) ? "reject" : "defer",
    code: worst.code,
    reply,
    edits: NO_EDITS,
    findings,
    observed,
  };
}
