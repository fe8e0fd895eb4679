import type { Rule, RuleContext, TraceNode } from "../rule/rule.js";
import type { Finding } from "../verdict/decision.js";
import type { Verdict } from "../verdict/verdict.js";

/** Told of a rule that threw. Does not throw. */
export type ErrorHook = (rule: string, cause: string) => void;

export const NO_FINDINGS: readonly Finding[] = Object.freeze([]);

/** The rules that run at the same time. */
export class Stage {
  readonly onError: ErrorHook;
  #controller: AbortController | undefined;

  constructor(onError: ErrorHook) {
    this.onError = onError;
  }

  /** Made when a rule asks for its signal or is waited for: most decisions do neither. */
  get controller(): AbortController {
    this.#controller ??= new AbortController();
    return this.#controller;
  }
}

/** What one rule of the policy has come to, and what it may use: one object, since there is one a rule and decision. */
export class RuleRun implements RuleContext {
  readonly rule: Rule;
  verdict: Verdict | undefined;
  observed: readonly Finding[];
  readonly trace?: TraceNode[];
  #stage: Stage | undefined;

  constructor(rule: Rule, trace: TraceNode[] | undefined) {
    this.rule = rule;
    this.verdict = undefined;
    this.observed = NO_FINDINGS;
    if (trace !== undefined) this.trace = trace;
  }

  /** The rule is run: its signal is that of this stage. */
  begin(stage: Stage): this {
    this.#stage = stage;
    return this;
  }

  get signal(): AbortSignal {
    return this.#begun.controller.signal;
  }

  observe(finding: Finding): void {
    this.observed = [...this.observed, finding];
  }

  onError(rule: string, cause: string): void {
    this.#begun.onError(rule, cause);
  }

  get #begun(): Stage {
    if (this.#stage === undefined) throw new TypeError(`the rule ${this.rule.name} does not run yet`);
    return this.#stage;
  }
}
