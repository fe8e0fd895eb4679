import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/config.js";
import { ruleSchemas } from "../../src/config/rule-schemas.js";

const README = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

describe("the README", () => {
  it("shows a configuration that is one", () => {
    const [, text = ""] = /```yaml\n(.*?)```/s.exec(README) ?? [];
    expect(parseConfig(text, "README.md").listeners.map(({ kind }) => kind)).toEqual(["milter", "policy"]);
  });

  it.each(Object.keys(ruleSchemas))("names the rule %s", (name) => {
    expect(README).toContain(`\`${name}\``);
  });
});
