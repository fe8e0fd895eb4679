import { readFileSync } from "node:fs";
import { facts, readHeaderBytes } from "@fromguard/core";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/config.js";
import { buildPolicy } from "../../src/config/policy.js";
import { folderWith } from "../support/folder.js";

const LOGIN = "ann@example.com";

async function editsOf(rules: string, header: string, { login = LOGIN, envelopeFrom = LOGIN } = {}) {
  const folder = await folderWith({
    senders: "/^(ann|press)@example\\.com$/ ann@example.com ann\n",
    key: "0".repeat(16),
  });
  const yaml = `ownership:\n  - login-map: pcre:${folder}/senders\nrules:\n${rules}\n`;
  const { guard } = await buildPolicy(parseConfig(yaml, `${folder}/f.yaml`));
  const headers = readHeaderBytes(new TextEncoder().encode(`${header}\r\n\r\n`));
  const { action, edits } = await guard.check(facts({ login, envelopeFrom, headers }));
  return [action, ...edits.map((edit) => ("value" in edit ? `${edit.name}: ${edit.value}` : edit.kind))];
}

const curing = (options: string) => `  - header-originators-owned:\n      cure: ${options}`;

describe("cure in the configuration", () => {
  it.each([
    ["envelope", { envelopeFrom: "press@example.com" }, ["accept", "From: press@example.com"]],
    ["login", {}, ["accept", `From: ${LOGIN}`]],
    ["login", { login: "ann" }, ["reject"]],
    ["press@example.com", {}, ["accept", "From: press@example.com"]],
    ["bob@example.com", {}, ["reject"]],
  ])("to: %s, for %j", async (to, who, wanted) => {
    expect(await editsOf(curing(`{ to: ${to} }`), "From: b@x.example", who)).toEqual(wanted);
  });

  it("keeps the claim and removes signatures where told", async () => {
    const options = "{ to: envelope, keep-claim: reply-to, remove-signatures: true }";
    expect(await editsOf(curing(options), "DKIM-Signature: x\r\nFrom: b@x.example")).toEqual([
      "accept",
      "delete-header",
      `From: ${LOGIN}`,
      "Reply-To: b@x.example",
    ]);
  });

  it.each([
    ["{ to: login }", "From: press@example.com", "Sender: ann@example.com"],
    ["{ to: press@example.com, when: always }", "From: press@example.com", "Sender: press@example.com"],
    ["{ to: envelope, when: needed }", "From: press@example.com", undefined],
    ["{ to: login }", "From: ann@example.com", undefined],
  ])("adds a Sender: %s to %s", async (options, header, sender) => {
    const rules = `  - header-originators-owned:\n      add-sender: ${options}`;
    expect(await editsOf(rules, header)).toEqual(["accept", ...(sender === undefined ? [] : [sender])]);
  });

  it("adds a Sender to what was cured", async () => {
    const rules = `${curing("{ to: press@example.com }")}\n      add-sender: { to: login }`;
    expect(await editsOf(rules, "From: b@x.example")).toEqual([
      "accept",
      "From: press@example.com",
      `Sender: ${LOGIN}`,
    ]);
  });

  it("is shown in docs/edits.md as it is read", () => {
    const page = readFileSync(new URL("../../../../docs/edits.md", import.meta.url), "utf8");
    const shown = [...page.matchAll(/^```yaml\n(.*?)```/gms)].map(([, yaml = ""]) => parseConfig(yaml, "f.yaml").rules);
    expect(shown.map((rules) => rules.map(({ kind }) => kind))).toEqual([
      ["login-owns-envelope", "header-originators-owned"],
      ["login-owns-envelope", "header-originators-owned"],
    ]);
  });

  it("refuses to start with a fixed address that is none", async () => {
    await expect(editsOf(curing("{ to: nobody }"), "")).rejects.toThrow(/f\.yaml:4:\d+: .*no address/);
  });
});

describe("stamp-login in the configuration", () => {
  it("tells the login, or a pseudonym of it", async () => {
    expect(await editsOf("  - stamp-login: { authserv-id: mx.example.com }", "X: 1")).toEqual([
      "accept",
      `Authentication-Results: mx.example.com; auth=pass smtp.auth=${LOGIN}`,
    ]);
    expect(await editsOf("  - stamp-login: { pseudonym-key: key, field: X-L }", "X: 1")).toEqual([
      "accept",
      expect.stringMatching(/^X-L: [0-9a-f]{32}$/),
    ]);
  });

  it("refuses to start without its key", async () => {
    await expect(editsOf("  - stamp-login: { pseudonym-key: none }", "")).rejects.toThrow(/f\.yaml:4:\d+: .*none/);
  });
});
