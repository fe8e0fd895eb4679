import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { ALL_USAGES } from "../../src/commands/usage/usages.js";
import { ruleSchemas } from "../../src/config/rule-schemas.js";
import { fileSchema } from "../../src/config/schema.js";
import { commandPage } from "../../src/manual/command-page.js";
import { configurationPage } from "../../src/manual/configuration-page.js";
import { whyNotRun } from "./peers.js";

const reason = whyNotRun(["mandoc", "man"], { root: false });
const EDITION = { version: "0.0.0", date: "2026-11-30" };
const PAGES = { "fromguard(1)": commandPage(EDITION), "fromguard.yaml(5)": configurationPage(EDITION) } as const;

describe.skipIf(reason !== undefined)("the pages of the manual", () => {
  it.each(Object.entries(PAGES))("%s has no fault for mandoc", (_, page) => {
    const { stdout, stderr } = spawnSync("mandoc", ["-T", "lint", "-W", "warning"], { input: page, encoding: "utf8" });
    expect([stdout, stderr]).toEqual(["", ""]);
  });

  it.each(Object.entries(PAGES))("%s has no warning of groff", (_, page) => {
    const args = ["--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", "-"];
    const { status, stderr } = spawnSync("man", args, {
      input: page,
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C.UTF-8" },
    });
    expect([status, stderr]).toEqual([0, ""]);
  });

  const shown = (page: string) =>
    spawnSync("mandoc", ["-T", "ascii"], { input: page, encoding: "utf8" }).stdout.replace(/.\x08/g, "");

  it("names every command, option, key and rule", () => {
    const command = shown(PAGES["fromguard(1)"]);
    for (const [name, { options }] of Object.entries(ALL_USAGES)) {
      expect(command).toContain(`FROMGUARD ${name.toUpperCase()}`);
      for (const option of Object.keys(options)) expect(command).toContain(`-${option}`);
    }
    const configuration = shown(PAGES["fromguard.yaml(5)"]);
    for (const key of [...Object.keys(fileSchema.shape), ...Object.keys(ruleSchemas)])
      expect(configuration).toContain(key);
    expect(configuration).toMatch(/FROMGUARD_LOG_LEVEL/);
  });
});
