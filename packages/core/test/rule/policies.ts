import fc from "fast-check";
import {
  type Facts,
  type Finding,
  facts,
  fail,
  failWith,
  pass,
  type Rule,
  type RuleContext,
  rule,
  skip,
  unknown,
  type Verdict,
} from "../../src/index.js";

/** Verdicts of every kind and severity. */
export const verdicts: fc.Arbitrary<Verdict> = fc.constantFrom<Verdict>(
  pass(),
  pass("tagged", [{ kind: "add-header", name: "X-A", value: "1" }]),
  skip("no-login"),
  skip("null-reverse-path"),
  fail("envelope-not-owned", { login: "ann" }),
  fail("from-not-owned"),
  failWith("greylisted", { code: 451, enhanced: "4.7.1", text: "later" }),
  unknown("dns-unavailable", "SERVFAIL"),
  unknown("table-unavailable", "down"),
);

/** A rule that gives one verdict at once. */
export const giving = (verdict: Verdict, name = "giving"): Rule => rule(name, ["listener"], () => verdict);

/** A rule that gives one verdict after so many turns of the microtask queue. */
export const givingLate = (verdict: Verdict, turns = 1, name = "giving"): Rule =>
  rule(name, ["listener"], async () => {
    for (let turn = 0; turn < turns; turn++) await undefined;
    return verdict;
  });

/** What rules give, and how long each takes: 0 is at once. */
export type Member = readonly [verdict: Verdict, turns: number];

export const members = (most = 5): fc.Arbitrary<readonly Member[]> =>
  fc.array(fc.tuple(verdicts, fc.nat({ max: 3 })), { maxLength: most });

export const toRules = (given: readonly Member[]): Rule[] =>
  given.map(([verdict, turns], at) => (turns === 0 ? giving(verdict, `r${at}`) : givingLate(verdict, turns, `r${at}`)));

/** The same rules, all at once. */
export const toSyncRules = (given: readonly Member[]): Rule[] => toRules(given.map(([verdict]) => [verdict, 0]));

export const someFacts = (): Facts => facts({ login: "ann", envelopeFrom: "ann@example.com" }) as Facts;

export function contextOf(more: Partial<RuleContext> = {}): RuleContext & { readonly observed: Finding[] } {
  const observed: Finding[] = [];
  return { signal: new AbortController().signal, observe: (finding) => observed.push(finding), observed, ...more };
}

/** What a rule gives on facts that every rule here has. */
export const verdictOf = async (tested: Rule, context: RuleContext = contextOf()): Promise<Verdict> =>
  tested.evaluate(someFacts(), context);
