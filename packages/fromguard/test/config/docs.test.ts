import { readFileSync } from "node:fs";
import { codes, formatReply, MESSAGE_LIMITS, type MessageLimits } from "@fromguard/core";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/config.js";

const page = (name: string) => readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), "utf8");

describe("docs/replies.md", () => {
  const [, yaml = ""] = /```yaml\n(.*?)```/s.exec(page("replies.md")) ?? [];

  it("lists every code with its reply and advice", () => {
    const rows = Object.entries(codes).map(
      ([code, { reply, advice = "" }]) => `| \`${code}\` | ${formatReply(reply)} | ${advice} |\n`,
    );
    expect(page("replies.md").endsWith(rows.join(""))).toBe(true);
  });

  it("shows a configuration that is one", () => {
    expect(Object.keys(parseConfig(yaml, "f.yaml").replies)).toEqual(["envelope-not-owned", "from-not-owned"]);
  });
});

describe("docs/limits.md", () => {
  const rows = [...page("limits.md").matchAll(/^\| `([a-z-]+)` \| `(\w+)` \| .* \| ([\d,]+) \| ([\d,]+) \|$/gm)];
  const number = (text = "") => Number(text.replaceAll(",", ""));

  it("lists every limit with its default", () => {
    const listed = Object.fromEntries(rows.map(([, , option = "", fallback]) => [option, number(fallback)]));
    expect(listed).toEqual(MESSAGE_LIMITS);
  });

  it.each(rows.map(([, key = "", option = "", , most]) => [key, option, number(most)] as const))(
    "has the key %s, up to what it says",
    (key, option, most) => {
      const { limits } = parseConfig(`limits: { ${key}: ${most} }`, "f.yaml");
      expect(limits[option as keyof MessageLimits]).toBe(most);
      expect(() => parseConfig(`limits: { ${key}: ${most + 1} }`, "f.yaml")).toThrow("must be at most");
    },
  );
});

describe("docs/listeners.md", () => {
  it("shows configurations that are some", () => {
    const shown = [...page("listeners.md").matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, yaml = ""]) =>
      parseConfig(yaml, "f.yaml"),
    );
    expect(shown.map(({ listeners, contexts }) => [listeners.length, contexts.map(({ name }) => name)])).toEqual([
      [3, []],
      [1, ["submission", "inbound"]],
    ]);
  });
});
