import { andThen } from "../verdict/and-then.js";
import { codes } from "../verdict/codes.js";
import type { Edit } from "../verdict/edit.js";
import type { Evidence } from "../verdict/evidence.js";
import { formatReply, printable, type Reply } from "../verdict/reply.js";
import { fail, failWith, pass, severity, skip, type Unknown, type Verdict } from "../verdict/verdict.js";
import type { FactName, Facts } from "./facts.js";
import type { Predicate, Rule, RuleContext } from "./rule.js";
import { evaluate, missingFact, mostSevere, needsOf, run, runAll } from "./run.js";

type AllFacts = Pick<Facts, FactName>;

const NOTHING_APPLIES = skip("nothing-applied");

/** Every rule must pass: keeps the most severe verdict. Of nothing, or of skips only, it skips. */
export function all(...rules: readonly Rule[]): Rule {
  return {
    name: "all",
    needs: needsOf(rules),
    conjuncts: rules,
    combines: true,
    evaluate: (facts: AllFacts, context) => andThen(runAll(rules, facts, context), keepMostSevere),
  };
}

function keepMostSevere(verdicts: readonly Verdict[]): Verdict {
  const worst = mostSevere(verdicts);
  if (worst === undefined) return NOTHING_APPLIES;
  return worst.kind === "pass" ? pass(worst.code, editsOf(verdicts)) : worst;
}

function editsOf(verdicts: readonly Verdict[]): readonly Edit[] {
  return verdicts.flatMap((verdict) => (verdict.kind === "pass" ? (verdict.edits ?? []) : []));
}

/** The first verdict that is not `skip`; rules after it are not asked. Of skips only it is the first of them; of nothing it skips. */
export function firstOf(...rules: readonly Rule[]): Rule {
  const from = (index: number, skipped: Verdict | undefined, facts: AllFacts, context: RuleContext) => {
    const member = rules[index];
    if (member === undefined) return skipped ?? NOTHING_APPLIES;
    return andThen(run(member, facts, context), (verdict): Verdict | Promise<Verdict> =>
      verdict.kind === "skip" ? from(index + 1, skipped ?? verdict, facts, context) : verdict,
    );
  };
  return {
    name: "first-of",
    needs: needsOf(rules),
    combines: true,
    evaluate: (facts: AllFacts, context) => from(0, undefined, facts, context),
  };
}

/**
 * Passes when one rule passes; otherwise keeps the least severe of what did not skip, so that a deferral beats a
 * rejection. Of skips only it is the first of them; of nothing it skips.
 */
export function any(...rules: readonly Rule[]): Rule {
  return {
    name: "any",
    needs: needsOf(rules),
    combines: true,
    evaluate: (facts: AllFacts, context) => andThen(runAll(rules, facts, context), keepLeastSevere),
  };
}

function keepLeastSevere(verdicts: readonly Verdict[]): Verdict {
  let least: Verdict | undefined;
  for (const verdict of verdicts) {
    if (verdict.kind === "skip") continue;
    if (least === undefined || severity(verdict) < severity(least)) least = verdict;
  }
  return least ?? verdicts[0] ?? NOTHING_APPLIES;
}

/** Points at which a score acts; each may be absent. A score at or over a threshold has reached it. */
export interface ScoreThresholds {
  readonly reject?: number;
  readonly defer?: number;
  /** Accepts with the header `X-Fromguard-Score: POINTS NAME=WEIGHT ...`. */
  readonly tag?: number;
  /** Replaces the default replies. */
  readonly replies?: { readonly reject?: Reply; readonly defer?: Reply };
}

/**
 * Each failing rule adds its weight under its name; the thresholds decide. An `unknown` member keeps its own outcome,
 * unless the points alone already reject. Of nothing, or of skips only, it skips.
 *
 * Weights are finite numbers; a negative one is refused with a `RangeError`, since it would let one failure hide another. So are
 * thresholds that are no numbers from 0, or none at all: such a score would never act.
 */
export function score(
  thresholds: ScoreThresholds,
  ...weighted: readonly (readonly [rule: Rule, weight: number])[]
): Rule {
  for (const [member, weight] of weighted) {
    if (!(weight >= 0 && Number.isFinite(weight)))
      throw new RangeError(`score: the weight of ${member.name} must be a number from 0, not ${weight}`);
  }
  const points = [thresholds.reject, thresholds.defer, thresholds.tag].filter((threshold) => threshold !== undefined);
  if (points.length === 0 || !points.every((threshold) => threshold >= 0))
    throw new RangeError("score: give at least one threshold, each a number from 0");
  const rules = weighted.map(([member]) => member);
  return {
    name: "score",
    needs: needsOf(rules),
    combines: true,
    evaluate: (facts: AllFacts, context) =>
      andThen(runAll(rules, facts, context), (verdicts) => judgeScore(thresholds, weighted, verdicts)),
  };
}

function judgeScore(
  thresholds: ScoreThresholds,
  weighted: readonly (readonly [Rule, number])[],
  verdicts: readonly Verdict[],
): Verdict {
  const symbols: Record<string, number> = {};
  const members: Record<string, Evidence> = {};
  let points = 0;
  weighted.forEach(([member, weight], index) => {
    const verdict = verdicts[index];
    if (verdict?.kind !== "fail") return;
    points += weight;
    symbols[member.name] = (symbols[member.name] ?? 0) + weight;
    members[member.name] ??= verdict.evidence;
  });
  const failed = Object.keys(symbols).length > 0;
  const list = Object.entries(symbols)
    .map(([name, weight]) => `${name}=${weight}`)
    .join(" ");
  const evidence = { symbols, members, detail: `${points} points: ${list}` };
  const { reject, defer, tag, replies } = thresholds;
  if (failed && reject !== undefined && points >= reject)
    return fail("score-reject", evidence, replies?.reject ?? codes["score-reject"].reply);
  const unanswered = verdicts.find((verdict): verdict is Unknown => verdict.kind === "unknown");
  if (unanswered !== undefined) return unanswered;
  if (failed && defer !== undefined && points >= defer)
    return fail("score-defer", evidence, replies?.defer ?? codes["score-defer"].reply);
  if (failed && tag !== undefined && points >= tag) {
    const tagged: Edit = { kind: "add-header", name: "X-Fromguard-Score", value: printable(`${points} ${list}`) };
    return pass("score-tag", [...editsOf(verdicts), tagged]);
  }
  return verdicts.some((verdict) => verdict.kind !== "skip") ? pass("ok", editsOf(verdicts)) : NOTHING_APPLIES;
}

/** Runs the rule only where the predicate holds; skips elsewhere, with the code `not-` and the predicate's name. */
export function when(condition: Predicate, rule: Rule): Rule {
  return {
    name: rule.name,
    needs: needsOf([condition, rule]),
    combines: true,
    ...(rule.conjuncts === undefined ? {} : { conjuncts: rule.conjuncts.map((part) => when(condition, part)) }),
    evaluate: (facts: AllFacts, context) => {
      const missing = missingFact(condition, facts);
      if (missing !== undefined) return missing;
      return condition.test(facts) ? evaluate(rule, facts, context) : skip(negated(condition.name));
    },
  };
}

/** Runs the rule only where the predicate does not hold; skips elsewhere, with the predicate's name as code. */
export function unless(condition: Predicate, rule: Rule): Rule {
  return when(not(condition), rule);
}

/** The opposite of a predicate. */
export function not(condition: Predicate): Predicate {
  return {
    name: negated(condition.name),
    needs: condition.needs,
    test: (facts: AllFacts) => !condition.test(facts),
  };
}

function negated(name: string): string {
  return name.startsWith("not-") ? name.slice("not-".length) : `not-${name}`;
}

/** Shadow mode for one rule: what would refuse moves to `decision.observed`, and the rule skips. */
export function warnOnly(rule: Rule): Rule {
  return {
    name: rule.name,
    needs: rule.needs,
    combines: true,
    ...(rule.conjuncts === undefined ? {} : { conjuncts: rule.conjuncts.map(warnOnly) }),
    evaluate: (facts: AllFacts, context) =>
      andThen(run(rule, facts, context), (verdict) => {
        if (severity(verdict) < 2) return verdict;
        context.observe({ rule: rule.name, verdict });
        return skip("observed");
      }),
  };
}

/** The same rule under another name, for logs, configuration and scores. A named conjunction is one rule: it waits for all its facts. */
export function named(name: string, rule: Rule): Rule {
  return {
    name,
    needs: rule.needs,
    combines: true,
    evaluate: (facts: AllFacts, context) => evaluate(rule, facts, context),
  };
}

/**
 * What to do where the rule cannot find out. `accept` is fail-open and says so in its code; `reject` sends the given reply.
 * Without this the guard defers.
 */
export function orElse(rule: Rule, outcome: "accept" | "defer" | { readonly reject: Reply }): Rule {
  return {
    name: rule.name,
    needs: rule.needs,
    combines: true,
    ...(rule.conjuncts === undefined ? {} : { conjuncts: rule.conjuncts.map((part) => orElse(part, outcome)) }),
    evaluate: (facts: AllFacts, context) =>
      andThen(run(rule, facts, context), (verdict) => {
        if (verdict.kind !== "unknown" || outcome === "defer") return verdict;
        if (outcome === "accept") {
          context.observe({ rule: rule.name, verdict });
          return skip("failed-open");
        }
        return failWith(verdict.code, outcome.reject, {
          ...verdict.evidence,
          detail: `${verdict.cause}; ${formatReply(outcome.reject)}`,
        });
      }),
  };
}
