import type { FactName, Facts } from "../rule/facts.js";
import type { Rule, RuleContext } from "../rule/rule.js";
import { needsOf, run } from "../rule/run.js";
import { andThen } from "../verdict/and-then.js";
import type { Verdict } from "../verdict/verdict.js";

/** The facts of a message; whoever combines rules sees to those that are missing. */
export type AllFacts = Pick<Facts, FactName>;

/** A rule that says what another one says, and edits beside: `next` makes its verdict out of that of the other. */
export function editingRule(
  rule: Rule,
  next: (verdict: Verdict, facts: AllFacts, context: RuleContext) => Verdict | Promise<Verdict>,
): Rule {
  return {
    name: rule.name,
    needs: needsOf([rule, { needs: ["login", "envelopeFrom", "headers"] }]),
    combines: true,
    evaluate: (facts: AllFacts, context) =>
      andThen(run(rule, facts, context), (verdict) => next(verdict, facts, context)),
  };
}
