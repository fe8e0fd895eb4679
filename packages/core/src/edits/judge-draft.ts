import type { Rule, RuleContext } from "../rule/rule.js";
import { run } from "../rule/run.js";
import type { Verdict } from "../verdict/verdict.js";
import type { Draft } from "./draft.js";
import type { AllFacts } from "./editing-rule.js";

/** What a rule says of a message with the header of the draft. What it observes of a draft is nobody's finding. */
export function judgeDraft(rule: Rule, facts: AllFacts, draft: Draft, outer: RuleContext): Verdict | Promise<Verdict> {
  const { trace } = outer;
  const context: RuleContext = {
    signal: outer.signal,
    observe: () => {},
    onError: (rule, cause) => outer.onError?.(rule, cause),
    ...(trace === undefined ? {} : { trace }),
  };
  return run(rule, { ...facts, headers: draft.section() }, context);
}
