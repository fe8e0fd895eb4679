import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { ruleSchemas } from "../packages/fromguard/src/config/rule-schemas.js";
import { parseConfig } from "../packages/fromguard/src/index.js";

const root = (path: string) => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), "utf8");
const README = root("README.md");

/** The code blocks of the README in that language. */
function blocks(language: string): readonly string[] {
  return [...README.matchAll(/^```(\w*)\n(.*?)^```$/gms)].flatMap(([, name, text]) =>
    name === language ? [text ?? ""] : [],
  );
}

it("shows the embedding example as it is run", () => {
  expect(blocks("js")).toEqual([root("examples/embed/main.js")]);
});

it("shows a configuration that is valid", () => {
  for (const text of blocks("yaml")) expect(parseConfig(text, "fromguard.yaml").listeners).toHaveLength(2);
});

it("names commands that package.json has", () => {
  const { scripts } = JSON.parse(root("package.json")) as { scripts: Record<string, string> };
  const named = [...README.matchAll(/npm (?:run )?([a-z:]+)/g)].map(([, name]) => name ?? "");
  expect(named.length).toBeGreaterThan(0);
  for (const name of named.filter((one) => one !== "and")) expect(Object.keys(scripts)).toContain(name);
});

it("has a row in docs/rules.md for every rule that a configuration can name", () => {
  const rows = [...root("docs/rules.md").matchAll(/^\| \[`([a-z-]+)`\]\(#\1\) \| `\w+` \|/gm)].map(([, name]) => name);
  expect(rows.sort()).toEqual(Object.keys(ruleSchemas).sort());
});
