import { type Code, codes, createGuard, type FactName, facts, formatReply, ownedAddresses } from "@fromguard/core";
import { describe, expect, it } from "vitest";
import { expand } from "../../src/config/presets.js";
import { ruleSchemas } from "../../src/config/rule-schemas.js";
import { observedCodes, RULES, SCORES } from "./observed-codes.js";

const SUBMISSION: readonly unknown[] = expand({ kind: "submission", options: {} }).rules;

const STAGES: readonly (readonly [stage: string, fact: FactName])[] = [
  ["end of the message", "bodyAnomalies"],
  ["end of the header", "headers"],
  ["RCPT TO", "recipients"],
];

function stageOf(name: string): string {
  const { rules } = createGuard({ rules: [RULES[name]!(ownedAddresses({}))] });
  const stages = rules.map(({ needs }) => STAGES.find(([, fact]) => needs.includes(fact))?.[0] ?? "MAIL FROM");
  return [...new Set(stages)].join(", then ");
}

const HEAD = `# Codes

Each refusal has a code: it stands in the log, in metrics, in the answer over HTTP, and in \`actions\` and \`replies\` of the [configuration](configuration.md). A code keeps its name and its meaning.

This page is written by running each rule, with every form refused that may be, on the messages of [threats](threats.md), on those of \`packages/core/test/vectors/header-from\` and on odd envelopes, each of a
login, of a user of the machine and of nobody.

## By rule

*Default*: what is in force without \`rules\` and \`preset\`. What each needs and skips: [rules](rules.md).

| rule | default | judges at | fails with |
|---|---|---|---|
`;

const BY_CODE = `
## By code

*Cured*: a rewritten header can cure it ([edits](edits.md)). What a login is told beside: [replies](replies.md).

| code | reply | cured | source | rules |
|---|---|---|---|---|
`;

const quoted = (names: Iterable<string>) => [...names].map((name) => `\`${name}\``).join(", ");

describe("docs/codes.md", () => {
  it("has every rule of a configuration, and every code", async () => {
    expect(Object.keys(RULES)).toEqual(Object.keys(ruleSchemas));
    const byRule = new Map<string, ReadonlySet<string>>();
    for (const [name, ruleOf] of Object.entries(RULES)) byRule.set(name, await observedCodes(ruleOf));
    const scores = await Promise.all(SCORES.map((rule) => createGuard({ rules: [rule] }).check(facts({}))));
    byRule.set("score", new Set(scores.map(({ code }) => code)));

    const order = Object.keys(codes);
    const sorted = (names: ReadonlySet<string>) => order.filter((code) => names.has(code));
    const rules = Object.keys(RULES).map((name) => {
      const isDefault = SUBMISSION.includes(name) ? "on" : "";
      return `| \`${name}\` | ${isDefault} | ${stageOf(name)} | ${quoted(sorted(byRule.get(name)!))} |\n`;
    });
    const rows = (Object.keys(codes) as Code[]).map((code) => {
      const { reply, curable, source } = codes[code];
      const givers = [...byRule].filter(([, found]) => found.has(code)).map(([name]) => name);
      return `| \`${code}\` | ${formatReply(reply)} | ${curable ? "yes" : ""} | ${source} | ${quoted(givers)} |\n`;
    });
    expect(order.filter((code) => ![...byRule.values()].some((found) => found.has(code)))).toEqual([]);
    await expect(`${HEAD}${rules.join("")}${BY_CODE}${rows.join("")}`).toMatchFileSnapshot("../../../../docs/codes.md");
  });
});
