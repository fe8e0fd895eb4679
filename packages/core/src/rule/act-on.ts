import { andThen } from "../verdict/and-then.js";
import type { Edit } from "../verdict/edit.js";
import { printable, type Reply } from "../verdict/reply.js";
import { type Fail, failWith, pass, skip, type Verdict } from "../verdict/verdict.js";
import type { FactName, Facts } from "./facts.js";
import type { Rule, RuleContext } from "./rule.js";
import { run } from "./run.js";

/**
 * What becomes of a failure.
 *
 * - `reject`: refused for good; a reply of class 4 becomes 554 with its own text.
 * - `defer`: refused for now; a reply of class 5 becomes 451 with its own text.
 * - `quarantine`: accepted, and held for an administrator.
 * - `tag`: accepted with the field `X-Fromguard-Failed: CODE; rule=NAME`.
 * - `observe`: accepted.
 *
 * What is accepted stands in `decision.observed`.
 */
export type FailAction = "reject" | "defer" | "quarantine" | "tag" | "observe";

/** The field of the action `tag`. */
export const TAG_FIELD = "X-Fromguard-Failed";

/**
 * The same rule, with other consequences: `actionOf` says what becomes of a failure with a code, undefined for what its reply says. A rule
 * that could not find out is not touched (see {@link orElse}). A transport that cannot hold or tag a message defers it.
 */
export function actOn(rule: Rule, actionOf: (code: string) => FailAction | undefined): Rule {
  return {
    name: rule.name,
    needs: rule.needs,
    combines: true,
    ...(rule.conjuncts === undefined ? {} : { conjuncts: rule.conjuncts.map((part) => actOn(part, actionOf)) }),
    evaluate: (facts: Pick<Facts, FactName>, context) =>
      andThen(run(rule, facts, context), (verdict) => {
        const action = verdict.kind === "fail" ? actionOf(verdict.code) : undefined;
        return verdict.kind === "fail" && action !== undefined ? act(action, verdict, rule.name, context) : verdict;
      }),
  };
}

function act(action: FailAction, failure: Fail, rule: string, context: RuleContext): Verdict {
  switch (action) {
    case "reject":
      return inClass(5, 554, failure);
    case "defer":
      return inClass(4, 451, failure);
    case "quarantine": {
      context.observe({ rule, verdict: failure });
      const reason = printable(`${failure.reply.text} (${failure.code})`);
      return pass("quarantined", [{ kind: "quarantine", reason }]);
    }
    case "tag": {
      context.observe({ rule, verdict: failure });
      const tag: Edit = { kind: "add-header", name: TAG_FIELD, value: printable(`${failure.code}; rule=${rule}`) };
      return pass("tagged", [tag]);
    }
    case "observe":
      context.observe({ rule, verdict: failure });
      return skip("observed");
  }
}

/** The failure with a reply of that class, its own where it is one. */
function inClass(kind: 4 | 5, code: number, failure: Fail): Fail {
  const { reply } = failure;
  if (Math.floor(reply.code / 100) === kind) return failure;
  const changed: Reply = { code, enhanced: `${kind}${reply.enhanced.slice(1)}`, text: reply.text };
  return failWith(failure.code, changed, failure.evidence);
}
