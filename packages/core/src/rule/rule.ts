import type { Finding } from "../verdict/decision.js";
import type { Verdict } from "../verdict/verdict.js";
import type { FactName, Facts } from "./facts.js";

/** One node of a trace: a rule, what it found, and what its members found. */
export interface TraceNode {
  readonly rule: string;
  readonly verdict: Verdict;
  readonly members: readonly TraceNode[];
}

/** What a rule may use beside the facts. */
export interface RuleContext {
  /** Aborted at the deadline of the decision (the reason is then named `TimeoutError`), or when nobody wants the answer. */
  readonly signal: AbortSignal;
  /** Takes findings that refuse nothing. */
  observe(finding: Finding): void;
  /** Told of a rule that threw, wherever in a combination it stands. Does not throw. */
  onError?(rule: string, cause: string): void;
  /** Present only under `explain`: takes the members' nodes. */
  readonly trace?: TraceNode[];
}

/**
 * A pure function of facts to a verdict. It logs nothing, reads no clock, opens no socket: what it needs arrives in
 * the facts, the context, or the arguments of the function that made it.
 */
export interface Rule<Need extends FactName = FactName> {
  /** Stable, lower-kebab: appears in findings, logs, metrics and as score symbol. */
  readonly name: string;
  /** The facts without which it cannot run; the engine computes the stage from them. */
  readonly needs: readonly Need[];
  evaluate(facts: Pick<Facts, Need>, context: RuleContext): Verdict | Promise<Verdict>;
  /**
   * Where this rule is a conjunction: the rules that together say the same. The guard runs each at its own stage, so that
   * `all(envelope, header)` judges the envelope before the header is there.
   */
  readonly conjuncts?: readonly Rule[];
  /**
   * Set by combinators, which run their members under the engine's promises (deadline, facts that are there): they are run
   * even where some members lack a fact, and answer behind the deadline because their members do.
   */
  readonly combines?: true;
}

/** Makes a rule; needs are inferred from the list. */
export function rule<const Need extends FactName>(
  name: string,
  needs: readonly Need[],
  evaluate: (facts: Pick<Facts, Need>, context: RuleContext) => Verdict | Promise<Verdict>,
): Rule<Need> {
  return { name, needs, evaluate };
}

/** A condition on facts, for `when` and `unless`. */
export interface Predicate<Need extends FactName = FactName> {
  readonly name: string;
  readonly needs: readonly Need[];
  test(facts: Pick<Facts, Need>): boolean;
}

/** Makes a predicate. */
export function predicate<const Need extends FactName>(
  name: string,
  needs: readonly Need[],
  test: (facts: Pick<Facts, Need>) => boolean,
): Predicate<Need> {
  return { name, needs, test };
}
