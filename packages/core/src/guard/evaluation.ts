import type { FactName, Facts } from "../rule/facts.js";
import type { Rule, RuleContext, TraceNode } from "../rule/rule.js";
import { run } from "../rule/run.js";
import type { Decision, Finding } from "../verdict/decision.js";
import type { Edit } from "../verdict/edit.js";
import { publicReply, type ReplyChanges } from "../verdict/replies.js";
import type { Reply } from "../verdict/reply.js";
import { isRejection, replyOf, severity, type Verdict } from "../verdict/verdict.js";
import type { Counters } from "./counters.js";

/** What every evaluation of one guard shares. */
export interface EvaluationSettings {
  readonly timeoutMs: number;
  readonly shadow: boolean;
  /** Told of a rule that threw. Does not throw. */
  readonly onError: (rule: string, cause: string) => void;
  readonly counters: Counters;
  readonly replies: ReplyChanges;
}

/** The signal of who asked is made where it is read, which few decisions do. */
type Signalled = { readonly signal?: AbortSignal } | undefined;

type Pending = readonly [slot: Slot, outcome: Promise<Verdict>];

const NO_EDITS: readonly Edit[] = [];
const NO_FINDINGS: readonly Finding[] = [];

/** An abort controller that is made when a rule asks for its signal or is waited for: most decisions do neither. */
class Stop {
  #controller: AbortController | undefined;

  get controller(): AbortController {
    this.#controller ??= new AbortController();
    return this.#controller;
  }
}

/** What one rule of the policy has come to, and what it may use: one object, since there is one a rule and decision. */
class Slot implements RuleContext {
  readonly rule: Rule;
  verdict: Verdict | undefined;
  observed: readonly Finding[] = NO_FINDINGS;
  readonly trace?: TraceNode[];
  readonly #onError: (rule: string, cause: string) => void;
  #stop: Stop | undefined;

  constructor(rule: Rule, onError: (rule: string, cause: string) => void, trace: TraceNode[] | undefined) {
    this.rule = rule;
    this.#onError = onError;
    if (trace !== undefined) this.trace = trace;
  }

  /** The rule is run: its signal is that of this stage. */
  begin(stop: Stop): this {
    this.#stop = stop;
    return this;
  }

  get signal(): AbortSignal {
    this.#stop ??= new Stop();
    return this.#stop.controller.signal;
  }

  observe(finding: Finding): void {
    this.observed = [...this.observed, finding];
  }

  onError(rule: string, cause: string): void {
    this.#onError(rule, cause);
  }
}

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
  #busy: Promise<Decision> | undefined;

  constructor(rules: readonly Rule[], settings: EvaluationSettings, trace?: TraceNode[]) {
    this.#slots = rules.map((rule) => new Slot(rule, settings.onError, trace));
    this.#settings = settings;
    this.#trace = trace;
  }

  get waiting(): readonly string[] {
    return this.#slots.filter((slot) => slot.verdict === undefined).map((slot) => slot.rule.name);
  }

  /** Adds facts, runs what can now run, and decides on what is known. Stages that come too early wait for the one before. */
  learn(facts: Partial<Facts>, options: Signalled): Decision | Promise<Decision> {
    if (this.#busy !== undefined) {
      const signalled = options?.signal === undefined ? undefined : { signal: options.signal };
      return this.#busy.then(() => this.learn(facts, signalled));
    }
    this.#facts = { ...this.#facts, ...facts };
    const decision = this.#advance((rule) => rule.needs.every((need) => this.#facts[need] !== undefined), options);
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
    return this.#advance(() => true, options);
  }

  #advance(canRun: (rule: Rule) => boolean, options: Signalled): Decision | Promise<Decision> {
    const stop = new Stop();
    let pending: Pending[] | undefined;
    for (const slot of this.#slots) {
      if (slot.verdict === undefined && canRun(slot.rule)) {
        const outcome = run(slot.rule, this.#facts as Pick<Facts, FactName>, slot.begin(stop));
        if (outcome instanceof Promise) pending = [...(pending ?? []), [slot, outcome]];
        else this.#settle(slot, outcome);
      }
      if (this.#endsAt(slot)) break;
    }
    return pending === undefined ? this.#decide() : this.#wait(pending, stop.controller, options?.signal);
  }

  #settle(slot: Slot, verdict: Verdict): void {
    if (this.#settings.shadow && severity(verdict) >= 2) {
      slot.observe({ rule: slot.rule.name, verdict });
      slot.verdict = { kind: "skip", code: "observed" };
    } else {
      slot.verdict = verdict;
    }
  }

  /** Whether nothing behind this rule can change the decision. A trace wants the others all the same. */
  #endsAt({ verdict }: Slot): boolean {
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
      const waiting = new Set(pending.map(([slot]) => slot));
      await new Promise<void>((resolve) => {
        for (const [slot, outcome] of pending) {
          void outcome.then((verdict) => {
            this.#settle(slot, verdict);
            waiting.delete(slot);
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
  #isCertain(waiting: ReadonlySet<Slot>): boolean {
    for (const slot of this.#slots) {
      if (waiting.has(slot)) return false;
      if (this.#endsAt(slot)) return true;
    }
    return false;
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
      if (this.#endsAt(slot)) break;
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
