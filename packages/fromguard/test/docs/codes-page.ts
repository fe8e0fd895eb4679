import { type Code, codes, createGuard, facts, formatReply } from "@fromguard/core";
import { expand } from "../../src/config/presets.js";
import type { RuleName } from "../../src/config/rule-schemas.js";
import { needsOf, type Observed, RULES, SCORES } from "./observed-codes.js";
import { inOrder, quoted } from "./page-parts.js";

const SUBMISSION: readonly unknown[] = expand({ kind: "submission", options: {} }).rules;

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

/** docs/codes.md, out of what each rule was seen to do. */
export async function codesPage(observed: ReadonlyMap<RuleName, Observed>): Promise<string> {
  const byRule = new Map<string, ReadonlySet<string>>([...observed].map(([name, { fails }]) => [name, fails]));
  const scores = await Promise.all(SCORES.map((rule) => createGuard({ rules: [rule] }).check(facts({}))));
  byRule.set("score", new Set(scores.map(({ code }) => code)));

  const rules = [...observed].map(([name, { fails }]) => {
    const isDefault = SUBMISSION.includes(name) ? "on" : "";
    return `| \`${name}\` | ${isDefault} | ${needsOf(RULES[name]).stage} | ${quoted(inOrder(fails))} |\n`;
  });
  const rows = (Object.keys(codes) as Code[]).map((code) => {
    const { reply, curable, source } = codes[code];
    const givers = [...byRule].filter(([, found]) => found.has(code)).map(([name]) => name);
    if (givers.length === 0) throw new Error(`no rule gives ${code}`);
    return `| \`${code}\` | ${formatReply(reply)} | ${curable ? "yes" : ""} | ${source} | ${quoted(givers)} |\n`;
  });
  return `${HEAD}${rules.join("")}${BY_CODE}${rows.join("")}`;
}
