import { type Decision, decisionToJson, type HeaderSection, type TraceNode } from "@fromguard/core";

/** What is told beside a decision. */
export interface Told {
  readonly trace?: readonly TraceNode[] | undefined;
  readonly headers: HeaderSection | undefined;
  /** Whether what findings rest on, which may name owners, is told. */
  readonly evidence: boolean;
}

/**
 * Writes decisions as lines of JSON. One that is frozen is written once: where all rules pass, a guard gives the same decision for
 * every transaction.
 */
export function decisionLines(): (decision: Decision, told: Told) => string {
  const withEvidence = new WeakMap<Decision, string>();
  const without = new WeakMap<Decision, string>();
  const lineOf = (decision: Decision, { trace, headers, evidence }: Told) =>
    `${JSON.stringify(decisionToJson(decision, trace, headers, { evidence }))}\n`;
  return (decision, told) => {
    const { trace, headers, evidence } = told;
    const isAlone = trace === undefined && (headers === undefined || headers.blindTo.length === 0);
    if (!isAlone || !Object.isFrozen(decision)) return lineOf(decision, told);
    const lines = evidence ? withEvidence : without;
    const known = lines.get(decision);
    if (known !== undefined) return known;
    const line = lineOf(decision, told);
    lines.set(decision, line);
    return line;
  };
}
