import { facts, type OriginatorPolicy, originatorPolicy, readMessage } from "@fromguard/core";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/config.js";
import { buildPolicy } from "../../src/config/policy.js";
import { stancesSchema } from "../../src/config/stances.js";
import { folderWith } from "../support/folder.js";

async function actionOf(rules: string, message: string, who: { login?: string; envelopeFrom?: string } = {}) {
  const folder = await folderWith({ senders: "/^ann@example\\.com$/ ann@example.com\n" });
  const yaml = `ownership:\n  - login-map: pcre:${folder}/senders\nrules:\n${rules}\n`;
  const { guard } = await buildPolicy(parseConfig(yaml, `${folder}/f.yaml`));
  const { headers, bodyAnomalies } = readMessage(new TextEncoder().encode(message));
  const { action, code } = await guard.check(
    facts({ login: "ann@example.com", envelopeFrom: "ann@example.com", ...who, headers, bodyAnomalies }),
  );
  return [action, code];
}

describe("stances in the configuration", () => {
  it.each([
    ["header-originators-owned", "From: G: ann@example.com;\r\n\r\n", "group", "from-malformed"],
    ["body-unambiguous", "From: ann@example.com\r\n\r\nhi\n.\r\n", "smuggling", "smuggling"],
  ])("%s takes and refuses what it is told, whatever the preset", async (rule, message, form, code) => {
    const told = (preset: string, stance: string) =>
      actionOf(`  - ${rule}: { preset: ${preset}, stances: { ${form}: ${stance} } }`, message);
    expect(await told("strict", "accept")).toEqual(["accept", "ok"]);
    expect(await told("lenient", "reject")).toEqual(["reject", code]);
  });

  it("has a key for each stance of core", () => {
    const forms = Object.keys(originatorPolicy()) as (keyof OriginatorPolicy)[];
    const keys = forms.map((form) => form.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`));
    const all = stancesSchema.parse(Object.fromEntries(keys.map((key) => [key, "accept"])));
    expect(Object.keys(all)).toEqual(forms);
  });

  it("names the nearest key of one that is none", async () => {
    await expect(actionOf("  - header-originators-owned: { stances: { smugling: reject } }", "")).rejects.toThrow(
      /f\.yaml:4:\d+: .*stances.*smugling.*did you mean smuggling\?/,
    );
  });
});

describe("envelope-header-aligned in the configuration", () => {
  const message = "From: ann@mail.example.com\r\n\r\n";
  const aligned = (options: string) => `  - envelope-header-aligned: { ${options} }`;

  it("compares whole domains, or registered ones", async () => {
    expect(await actionOf(aligned("alignment: exact"), message)).toEqual(["reject", "envelope-header-misaligned"]);
    expect(await actionOf(aligned("alignment: organisational"), message)).toEqual(["accept", "ok"]);
  });

  it("asks a login of who shows our domains", async () => {
    const rule = aligned("our-domains: [mail.example.com]");
    const stranger = { login: "", envelopeFrom: "ann@mail.example.com" };
    expect(await actionOf(rule, message, stranger)).toEqual(["reject", "owned-address-needs-login"]);
  });

  it("refuses or passes over the null sender", async () => {
    const bounce = { envelopeFrom: "" };
    expect(await actionOf(aligned("null-envelope: skip"), message, bounce)).toEqual(["accept", "nothing-applied"]);
    expect((await actionOf(aligned("null-envelope: reject"), message, bounce))[0]).toBe("reject");
  });
});
