import { andThen } from "../verdict/and-then.js";
import type { Reply } from "../verdict/reply.js";
import { severity, unknown, type Verdict } from "../verdict/verdict.js";
import type { FactName, Facts } from "./facts.js";
import type { Rule, RuleContext, TraceNode } from "./rule.js";

type SomeFacts = Pick<Facts, FactName>;

/** Evaluates a member of a combinator: see {@link evaluate}; under `explain` the member gets its node. */
export function run(rule: Rule, facts: SomeFacts, context: RuleContext): Verdict | Promise<Verdict> {
  const { trace } = context;
  if (trace === undefined) return evaluate(rule, facts, context);
  const members: TraceNode[] = [];
  const slot = trace.length;
  trace.push({ rule: rule.name, verdict: unknown("not-finished", "no answer yet"), members });
  return andThen(evaluate(rule, facts, withTrace(context, members)), (verdict) => {
    trace[slot] = { rule: rule.name, verdict, members };
    return verdict;
  });
}

function withTrace(context: RuleContext, trace: TraceNode[]): RuleContext {
  return {
    signal: context.signal,
    observe: (finding) => context.observe(finding),
    onError: (rule, cause) => context.onError?.(rule, cause),
    trace,
  };
}

/**
 * Evaluates a rule under the engine's promises. A fact that it lacks, a throw, and an abort of the signal before it has
 * answered are `unknown` (`fact-missing`, `rule-failed`, `deadline` or `aborted`).
 *
 * Lacking facts and aborts are judged where the rule itself stands, below the combinators, so that those see the
 * `unknown` and treat it as any other.
 */
export function evaluate(rule: Rule, facts: SomeFacts, context: RuleContext): Verdict | Promise<Verdict> {
  if (rule.combines !== true) {
    const missing = missingFact(rule, facts);
    if (missing !== undefined) return missing;
  }
  try {
    const outcome: unknown = rule.evaluate(facts, context);
    if (isVerdict(outcome)) return outcome;
    return isThenable(outcome) ? answerLater(outcome, rule, context) : failed(rule, context, new TypeError(NO_VERDICT));
  } catch (error) {
    return failed(rule, context, error);
  }
}

function answerLater(outcome: PromiseLike<unknown>, rule: Rule, context: RuleContext): Promise<Verdict> {
  const answered = Promise.resolve(outcome)
    .then((late) => (isVerdict(late) ? late : failed(rule, context, new TypeError(NO_VERDICT))))
    .catch((error) => failed(rule, context, error));
  return rule.combines === true ? answered : Promise.race([answered, whenAborted(context.signal)]);
}

function failed(rule: Rule, context: RuleContext, error: unknown): Verdict {
  const verdict = unknown("rule-failed", error, { detail: `the rule ${rule.name} threw` });
  context.onError?.(rule.name, verdict.cause);
  return verdict;
}

const NO_VERDICT = "it returned no verdict";

/** `unknown` where a rule or predicate lacks a fact. */
export function missingFact(part: { readonly needs: readonly FactName[] }, facts: Partial<Facts>): Verdict | undefined {
  for (const need of part.needs) {
    if (facts[need] === undefined) return unknown("fact-missing", `the transport did not give ${need}`);
  }
  return undefined;
}

function isVerdict(value: unknown): value is Verdict {
  if (typeof value !== "object" || value === null || !("kind" in value)) return false;
  switch (value.kind) {
    case "pass":
    case "skip":
    case "unknown":
      return true;
    case "fail":
      return "reply" in value && isRefusal(value.reply);
    default:
      return false;
  }
}

/** A reply of class 2 would tell the client that a message was taken which nobody has. */
function isRefusal(reply: unknown): boolean {
  if (typeof reply !== "object" || reply === null) return false;
  const { code = 0, enhanced, text } = reply as Partial<Reply>;
  return code >= 400 && code <= 599 && typeof enhanced === "string" && typeof text === "string";
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

function whenAborted(signal: AbortSignal): Promise<Verdict> {
  return new Promise((resolve) => {
    const give = () => {
      const late = (signal.reason as { readonly name?: unknown } | undefined)?.name === "TimeoutError";
      resolve(unknown(late ? "deadline" : "aborted", signal.reason));
    };
    if (signal.aborted) give();
    else signal.addEventListener("abort", give, { once: true });
  });
}

/** Runs every rule at once; an array where all answered at once, else a promise of one. */
export function runAll(
  rules: readonly Rule[],
  facts: SomeFacts,
  context: RuleContext,
): readonly Verdict[] | Promise<readonly Verdict[]> {
  const outcomes = rules.map((member) => run(member, facts, context));
  return outcomes.some((outcome) => outcome instanceof Promise) ? Promise.all(outcomes) : (outcomes as Verdict[]);
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
