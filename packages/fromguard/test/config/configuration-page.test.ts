import { parseTransaction } from "@fromguard/core";
import { describe, expect, it } from "vitest";
import { ACTIONS } from "../../src/config/actions.js";
import { parseConfig } from "../../src/config/config.js";
import { overridesFrom } from "../../src/config/overrides.js";
import { presetSchemas } from "../../src/config/presets.js";
import { blocksOf, page } from "../support/page.js";

const PAGE = page("docs/configuration.md");
const [, PRESETS = ""] = /^## Presets\n(.*?)^## /ms.exec(PAGE) ?? [];

describe("docs/configuration.md", () => {
  it("lists every preset with the rules that it comes to", () => {
    const rows = [...PRESETS.matchAll(/^\| `([a-z-]+)(: \{ our-domains.*?)?` \| (.*) \|$/gm)].filter(
      ([, name = ""]) => name in presetSchemas,
    );
    expect(rows.map(([, name]) => name)).toEqual(Object.keys(presetSchemas));
    for (const [, name = "", options, holds = ""] of rows) {
      const preset = options === undefined ? name : `{ ${name}: { our-domains: [example.com] } }`;
      const config = parseConfig(`preset: ${preset}\n`, "f.yaml");
      const rules = config.rules.map(({ kind }) => kind);
      if (name === "audit") {
        expect(rules).toEqual(parseConfig("", "f.yaml").rules.map(({ kind }) => kind));
        expect([config.shadow, config.log.audit]).toEqual([true, true]);
      } else {
        expect(holds).toBe(`\`rules: [${rules.join(", ").replace("aligned", "aligned with our-domains")}]\``);
      }
    }
  });

  it("lists every action", () => {
    const [, table = ""] = /^\| action \| policy .*?\n\n/ms.exec(PAGE)?.[0].split(/---\|\n/) ?? [];
    expect([...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, action]) => action)).toEqual([...ACTIONS]);
  });

  it("shows variables and flags that set the same", () => {
    const rows = [...PAGE.matchAll(/^\| `\S+` \| `(FROMGUARD_\w+)=(.*?)` \| `--set (.*?)` \|$/gm)];
    expect(rows).toHaveLength(3);
    const unquoted = (text: string) => text.replace(/^'(.*)'$/, "$1");
    const file = "listeners: [{ milter: 127.0.0.1:9 }]\n";
    for (const [, variable = "", value = "", setting = ""] of rows) {
      const set = (env: Record<string, string>, settings: readonly string[]) => {
        const { listeners, dns, log } = parseConfig(file, "f.yaml", overridesFrom(env, settings));
        return { listeners, dns, log };
      };
      const byVariable = set({ [variable]: unquoted(value) }, []);
      expect(byVariable).toEqual(set({}, [unquoted(setting)]));
      expect(byVariable).not.toEqual(set({}, []));
    }
  });

  it("shows an audit line whose transaction is one", () => {
    const [line] = blocksOf(PAGE).filter(({ language }) => language === "json");
    const parsed = JSON.parse(line?.text ?? "");
    expect(parseTransaction(parsed.transaction)).toMatchObject({ ok: true });
    for (const key of Object.keys(parsed).filter((name) => !["time", "level", "event", "listener"].includes(name))) {
      expect(PAGE).toMatch(new RegExp(`^\\| .*\`${key}\``, "m"));
    }
  });
});
