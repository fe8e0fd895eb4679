import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { type RuleName, ruleSchemas } from "../../src/config/rule-schemas.js";
import { codesPage } from "./codes-page.js";
import { type Observed, observe, RULES } from "./observed-codes.js";
import { rulesInPage } from "./rules-page.js";

const DOCS = "../../../../docs";
const observed = new Map<RuleName, Observed>();
beforeAll(async () => {
  for (const name of Object.keys(RULES) as RuleName[]) observed.set(name, await observe(RULES[name]));
}, 60_000);

describe("docs/codes.md", () => {
  it("has every rule of a configuration, and every code", async () => {
    expect([...observed.keys()]).toEqual(Object.keys(ruleSchemas));
    await expect(await codesPage(observed)).toMatchFileSnapshot(`${DOCS}/codes.md`);
  });
});

describe("docs/rules.md", () => {
  it("has every rule of a configuration: its function, facts, stage, options, replies and sources", async () => {
    expect([...observed.keys()]).toEqual(Object.keys(ruleSchemas));
    const page = readFileSync(new URL(`${DOCS}/rules.md`, import.meta.url), "utf8");
    const [head, rest] = page.split("## One by one\n");
    const [, tail] = rest?.split("## Notes\n") ?? [];
    if (tail === undefined) throw new Error("docs/rules.md lacks one of its headings");
    const written = `${head}## One by one\n\n${rulesInPage(observed)}\n## Notes\n${tail}`;
    await expect(written).toMatchFileSnapshot(`${DOCS}/rules.md`);
  });
});
