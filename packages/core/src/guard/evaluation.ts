import type { FactName, Facts } from "../rule/facts.js";
import type { Rule, RuleContext, TraceNode } from "../rule/rule.js";
import { run } from "../rule/run.js";
import type { Decision, Finding } from "../verdict/decision.js";
import type { Edit } from "../verdict/edit.js";
import { isRejection, replyOf, severity, unknown, type Verdict } from "../verdict/verdict.js";
import type { Counters } from "./counters.js";

/** What every evaluation of one guard shares. */
export interface EvaluationSettings {
  readonly timeoutMs: number;
  readonly shadow: boolean;
  readonly onRuleError: ((rule: string, cause: string) => void) | undefined;
  readonly counters: Counters;
}

/** What one rule of the policy has come to. */
interface Slot {
  readonly rule: Rule;
  verdict: Verdict | undefined;
  readonly observed: Finding[];
}

type Pending = readonly [slot: Slot, outcome: Promise<Verdict>];

const NO_EDITS: readonly Edit[] = [];
const NO_FINDINGS: readonly Finding[] = [];

/**
 * Runs the rules of a policy on the facts of one transaction.
 *
 * Rules run in the order of the policy, those that wait on the outside at the same time. Behind a rejection nothing more
 * is asked (unless a trace is wanted) and later findings are dropped, so that the answer does not depend on timing.
 */
export class Evaluation {
  readonly #slots: readonly Slot[];
  readonly #settings: EvaluationSettings;
  readonly #trace: TraceNode[] | undefined;
  #facts: Partial<Facts> = {};

  constructor(rules: readonly Rule[], settings: EvaluationSettings, trace?: TraceNode[]) {
    this.#slots = rules.map((rule) => ({ rule, verdict: undefined, observed: [] }));
    this.#settings = settings;
    this.#trace = trace;
  }

  get waiting(): readonly string[] {
    return this.#slots.filter((slot) => slot.verdict === undefined).map((slot) => slot.rule.name);
  }

  /** Adds facts, runs what can now run, and decides on what is known. */
  learn(facts: Partial<Facts>, signal: AbortSignal | undefined): Decision | Promise<Decision> {
    this.#facts = { ...this.#facts, ...facts };
    return this.#advance(signal);
  }

  /** {@link learn} with the last facts: a rule that still lacks one is `unknown`. */
  finish(facts: Partial<Facts>, signal: AbortSignal | undefined): Decision | Promise<Decision> {
    this.#facts = facts;
    for (const slot of this.#slots) {
      const missing = slot.rule.needs.find((need) => facts[need] === undefined);
      if (missing !== undefined) slot.verdict = unknown("fact-missing", `the transport did not give ${missing}`);
    }
    return this.#advance(signal);
  }

  #advance(signal: AbortSignal | undefined): Decision | Promise<Decision> {
    const stop = new AbortController();
    const pending: Pending[] = [];
    for (const slot of this.#slots) {
      if (slot.verdict === undefined && this.#canRun(slot.rule)) {
        const outcome = this.#start(slot, stop.signal);
        if (outcome instanceof Promise) pending.push([slot, outcome]);
        else this.#settle(slot, outcome);
      }
      if (slot.verdict !== undefined && isRejection(slot.verdict) && this.#trace === undefined) break;
    }
    return pending.length === 0 ? this.#decide() : this.#wait(pending, stop, signal);
  }

  #canRun(rule: Rule): boolean {
    return rule.needs.every((need) => this.#facts[need] !== undefined);
  }

  #start(slot: Slot, signal: AbortSignal): Verdict | Promise<Verdict> {
    const context: RuleContext = {
      signal,
      observe: (finding) => slot.observed.push(finding),
      ...(this.#trace === undefined ? {} : { trace: this.#trace }),
    };
    return run(slot.rule, this.#facts as Pick<Facts, FactName>, context);
  }

  #settle(slot: Slot, verdict: Verdict): void {
    if (verdict.kind === "unknown" && verdict.code === "rule-failed") {
      this.#settings.counters.ruleErrors++;
      this.#tell(slot.rule.name, verdict.cause);
    }
    if (this.#settings.shadow && severity(verdict) >= 2) {
      slot.observed.push({ rule: slot.rule.name, verdict });
      slot.verdict = { kind: "skip", code: "observed" };
    } else {
      slot.verdict = verdict;
    }
  }

  /** A hook that throws must not turn a decision into an exception: it is counted instead. */
  #tell(rule: string, cause: string): void {
    try {
      this.#settings.onRuleError?.(rule, cause);
    } catch {
      this.#settings.counters.hookErrors++;
    }
  }

  async #wait(pending: readonly Pending[], stop: AbortController, signal: AbortSignal | undefined): Promise<Decision> {
    const abort = () => stop.abort("aborted");
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort, { once: true });
    const timer = setTimeout(() => stop.abort("deadline"), this.#settings.timeoutMs);
    const stopped = new Promise<void>((resolve) => {
      if (stop.signal.aborted) resolve();
      else stop.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    try {
      await Promise.race([
        Promise.all(pending.map(([slot, outcome]) => outcome.then((verdict) => this.#settleOnce(slot, verdict)))),
        stopped,
      ]);
      for (const [slot] of pending) {
        const code = String(stop.signal.reason);
        this.#settleOnce(
          slot,
          unknown(code, code === "deadline" ? `no answer within ${this.#settings.timeoutMs} ms` : "the client is gone"),
        );
      }
      return this.#decide();
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  /** An answer behind the deadline comes too late to count. */
  #settleOnce(slot: Slot, verdict: Verdict): void {
    if (slot.verdict === undefined) this.#settle(slot, verdict);
  }

  #decide(): Decision {
    const findings: Finding[] = [];
    let observed: Finding[] | undefined;
    let edits: Edit[] | undefined;
    let worst: Verdict | undefined;
    for (const slot of this.#slots) {
      const { verdict } = slot;
      if (slot.observed.length > 0) observed = [...(observed ?? []), ...slot.observed];
      if (verdict === undefined) continue;
      findings.push({ rule: slot.rule.name, verdict });
      if (verdict.kind === "pass" && verdict.edits !== undefined) edits = [...(edits ?? []), ...verdict.edits];
      if (worst === undefined || severity(verdict) > severity(worst)) worst = verdict;
      if (isRejection(verdict) && this.#trace === undefined) break;
    }
    return this.#count(decisionOf(worst, findings, observed ?? NO_FINDINGS, edits ?? NO_EDITS));
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

function decisionOf(
  worst: Verdict | undefined,
  findings: readonly Finding[],
  observed: readonly Finding[],
  edits: readonly Edit[],
): Decision {
  if (worst === undefined || worst.kind === "skip") {
    return { action: "accept", code: "nothing-applied", edits, findings, observed };
  }
  const reply = replyOf(worst);
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
