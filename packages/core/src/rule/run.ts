import { severity, unknown, type Verdict } from "../verdict/verdict.js";
import type { FactName, Facts } from "./facts.js";
import type { Rule, RuleContext, TraceNode } from "./rule.js";

/** Evaluates a member of a combinator: a throw becomes `unknown`, and under `explain` the member gets its node. */
export function run(rule: Rule, facts: Pick<Facts, FactName>, context: RuleContext): Verdict | Promise<Verdict> {
  if (context.trace === undefined) return guarded(rule, facts, context);
  const members: TraceNode[] = [];
  const slot = context.trace.length;
  context.trace.push({ rule: rule.name, verdict: unknown("not-finished", "no answer yet"), members });
  const note = (verdict: Verdict) => {
    context.trace?.splice(slot, 1, { rule: rule.name, verdict, members });
    return verdict;
  };
  const outcome = guarded(rule, facts, { ...context, observe: context.observe, trace: members });
  return outcome instanceof Promise ? outcome.then(note) : note(outcome);
}

function guarded(rule: Rule, facts: Pick<Facts, FactName>, context: RuleContext): Verdict | Promise<Verdict> {
  const failed = (error: unknown) => unknown("rule-failed", error, { detail: `the rule ${rule.name} threw` });
  const checked = (outcome: Verdict): Verdict =>
    KINDS.has(outcome?.kind) ? outcome : failed("the rule returned something that is no verdict");
  try {
    const outcome = rule.evaluate(facts, context);
    return isThenable(outcome) ? Promise.resolve(outcome).then(checked).catch(failed) : checked(outcome);
  } catch (error) {
    return failed(error);
  }
}

const KINDS: ReadonlySet<unknown> = new Set<Verdict["kind"]>(["pass", "skip", "fail", "unknown"]);

function isThenable(outcome: Verdict | PromiseLike<Verdict>): outcome is PromiseLike<Verdict> {
  return typeof (outcome as { then?: unknown } | undefined)?.then === "function";
}

/** Runs every rule at once; an array where all answered at once, else a promise of one. */
export function runAll(
  rules: readonly Rule[],
  facts: Pick<Facts, FactName>,
  context: RuleContext,
): readonly Verdict[] | Promise<readonly Verdict[]> {
  const outcomes = rules.map((member) => run(member, facts, context));
  return outcomes.some((outcome) => outcome instanceof Promise) ? Promise.all(outcomes) : (outcomes as Verdict[]);
}

/**
 * Applies a function to a value that may be a promise, without making one where it is not.
 * Not called `then`: a module with such an export is a thenable, and importing it dynamically would call it.
 */
export function andThen<A, B>(value: A | Promise<A>, next: (value: A) => B | Promise<B>): B | Promise<B> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** The union of what rules and predicates need, in order of first mention. */
export function needsOf(parts: readonly { readonly needs: readonly FactName[] }[]): readonly FactName[] {
  return [...new Set(parts.flatMap((part) => part.needs))];
}

/** The most severe of verdicts; between equals the first. */
export function mostSevere(verdicts: readonly Verdict[]): Verdict | undefined {
  let worst: Verdict | undefined;
  for (const verdict of verdicts) if (worst === undefined || severity(verdict) > severity(worst)) worst = verdict;
  return worst;
}
