import { type Facts, type FactsInput, facts } from "../rule/facts.js";
import type { Rule } from "../rule/rule.js";
import { run } from "../rule/run.js";
import type { Finding } from "../verdict/decision.js";
import { replyOf, type Verdict } from "../verdict/verdict.js";

/**
 * One case: a name that says the behaviour, the facts (those not given are nobody's, see `facts`), and kind and code as
 * `pass`, `skip:no-login`, `fail:envelope-not-owned` or `unknown:dns-unavailable`. A third element `{ evidence }` lists what must
 * stand in the evidence.
 */
export type RuleCase = readonly [
  name: string,
  input: FactsInput | Partial<Facts>,
  expected: string,
  more?: { readonly evidence?: Readonly<Record<string, unknown>> },
];

/** Declares one test, as `test` of vitest, `node:test`, `Deno.test` or `bun:test` does. */
export type DeclareTest = (name: string, body: () => Promise<void>) => void;

/**
 * Declares a test for each case of a rule, with whatever test function it is given.
 *
 * Each test also checks what authors forget: the facts are left as they were, the verdict is plain data, the same input gives
 * the same verdict twice, a reply is one line of printable ASCII with matching codes. Two cases of one name, or none, are an error at once.
 */
export function ruleCases(test: DeclareTest, rule: Rule | (() => Rule), cases: readonly RuleCase[]): void {
  const names = new Set(cases.map(([name]) => name));
  if (names.size === 0 || names.size !== cases.length) throw new Error("every rule case needs a name of its own");
  for (const [name, input, expected, { evidence } = {}] of cases) {
    test(name, async () => {
      const made = typeof rule === "function" ? rule() : rule;
      const given = toFacts(input);
      const before = snapshot(given);
      const verdict = await judge(made, given);
      equal("verdict", formatVerdict(verdict), expected);
      equal("facts after the rule", snapshot(given), before);
      equal("verdict of a second run", snapshot(await judge(made, given)), snapshot(verdict));
      equal("verdict as plain data", snapshot(structuredClone(verdict)), snapshot(verdict));
      checkReply(verdict);
      const shown: Readonly<Record<string, unknown>> = { ...("evidence" in verdict ? verdict.evidence : {}) };
      for (const [key, value] of Object.entries(evidence ?? {})) equal(`evidence.${key}`, shown[key], value);
    });
  }
}

/** Runs one rule on facts, as a guard would: what it throws is `unknown` with the code `rule-failed`. */
export async function judge(
  rule: Rule,
  given: Partial<Facts>,
  options: { readonly signal?: AbortSignal; readonly observed?: Finding[] } = {},
): Promise<Verdict> {
  const missing = rule.needs.find((need) => given[need] === undefined);
  if (missing !== undefined) throw new Error(`the case does not give ${missing}, which ${rule.name} needs`);
  const { signal = new AbortController().signal, observed = [] } = options;
  return run(rule, given as Facts, { signal, observe: (finding) => observed.push(finding) });
}

/** Kind and code, as {@link RuleCase} has them. */
export function formatVerdict(verdict: Verdict): string {
  return verdict.kind === "pass" && verdict.code === "ok" ? "pass" : `${verdict.kind}:${verdict.code}`;
}

function toFacts(input: FactsInput | Partial<Facts>): Partial<Facts> {
  const isFacts = typeof input.envelopeFrom === "object" || typeof input.recipients?.[0] === "object";
  return isFacts ? { ...facts({}), ...(input as Partial<Facts>) } : facts(input as FactsInput);
}

function checkReply(verdict: Verdict): void {
  const reply = replyOf(verdict);
  if (reply === undefined) return;
  if (!/^[\x20-\x7e]{1,480}$/.test(reply.text)) throw new Error(`reply text is not one printable line: ${reply.text}`);
  if (!reply.enhanced.startsWith(`${Math.floor(reply.code / 100)}.`))
    throw new Error(`reply ${reply.code} does not go with ${reply.enhanced}`);
}

/** JSON with octets told apart and what JSON drops shown. */
function snapshot(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === "function") throw new Error("a verdict or fact holds a function");
    if (part instanceof Uint8Array) return `octets:${Array.from(part).join()}`;
    return part === undefined ? "(undefined)" : part;
  });
}

function equal(what: string, got: unknown, expected: unknown): void {
  if (JSON.stringify(got) === JSON.stringify(expected)) return;
  throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`);
}
