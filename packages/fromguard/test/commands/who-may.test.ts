import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/config.js";
import { buildPolicy } from "../../src/config/policy.js";
import { main } from "../../src/main.js";
import { folderWith } from "../support/folder.js";
import { testIo } from "../support/test-io.js";

const GRANTS = "grants:\n  - { login: alice, mailbox: alice@example.com }\n";
const BOTH =
  'ownership:\n  - grants: grants.yaml\n  - login-map: "inline:{bob@example.com=bob}"\nrules: [require-login]\n';

async function run(argv: readonly string[], { grants = GRANTS, config = BOTH } = {}) {
  const folder = await folderWith({ "fromguard.yaml": config, "grants.yaml": grants });
  const io = testIo();
  const code = await main([...argv, "--config", `${folder}/fromguard.yaml`], io);
  return { code, out: io.out().replaceAll(folder, ""), err: io.err().replaceAll(folder, "") };
}

describe("who and may", () => {
  it.each([
    [["who", "alice@example.com"], 0, /^login .*\nalice {2}send as {2}.*\(\/grants\.yaml:2\)\n/],
    [["who", "<bob@example.com>"], 0, /^login .*\nbob {4}send as {2}inline:/],
    [["who", "carol@example.com"], 1, /^nobody may send as carol@example\.com\n$/],
    [["may", "alice"], 0, /^address .*\nalice@example\.com {2}send as/],
    [["may", "carol"], 1, /^carol may send as nothing\n$/],
  ] as const)("%j exits with %i", async (argv, code, out) => {
    expect(await run(argv)).toEqual({ code, out: expect.stringMatching(out), err: "" });
  });

  it("prints one line of JSON", async () => {
    const { out } = await run(["who", "--json", "alice@example.com"]);
    const { holdings, gaps } = JSON.parse(out);
    expect(gaps).toEqual([]);
    expect(holdings).toMatchObject([
      { login: "alice", address: "alice@example.com", right: "send-as", file: "/grants.yaml", line: 2 },
    ]);
    expect(out.trimEnd()).not.toContain("\n");
  });

  it("exits with 75 where a source could not answer, and prints what is known", async () => {
    const config = 'ownership:\n  - grants: grants.yaml\n  - login-map: "fail:away"\nrules: [require-login]\n';
    const { code, out, err } = await run(["who", "alice@example.com"], { config });
    expect([code, err]).toEqual([75, expect.stringContaining("not known: fail:away")]);
    expect(out).toContain("alice");
  });

  it.each([
    [["who", "no address"], 64, /is no address/],
    [["who"], 64, /which ADDRESS\?/],
    [["may", ""], 64, /the login is empty/],
  ] as const)("%j exits with %i", async (argv, code, err) => {
    expect(await run(argv)).toMatchObject({ code, err: expect.stringMatching(err) });
  });

  it("exits with 78 where there is no source", async () => {
    const { code, err } = await run(["may", "bob"], { config: "rules: [require-login]\n" });
    expect([code, err]).toEqual([78, expect.stringContaining("there is no source of ownership")]);
  });
});

describe("a grants file that is none stops the start with 78, file, line and column", () => {
  it.each([
    ["an unknown key", "grants:\n  - { login: a, send_as: a@x.test }\n", /grants\.yaml:2:17: .*did you mean send-as\?/],
    ["a homograph", "grants:\n  - { login: a, send-as: a@b\u0430nk.test }\n", /grants\.yaml:2:5: .*script/],
    ["a group that is nowhere", "grants:\n  - { group: sales, send-as: a@x.test }\n", /grants\.yaml:2:5: .*sales/],
    ["a circle", "groups:\n  a: [group:b]\n  b: [group:a]\n", /grants\.yaml:\d+:\d+: .*a.*b/],
  ])("%s", async (_what, grants, err) => {
    for (const argv of [["may", "a"], ["serve"], ["check", "--sender", "a@x.test"]]) {
      expect(await run(argv, { grants })).toMatchObject({ code: 78, err: expect.stringMatching(err) });
    }
  });
});

describe("sources in the configuration", () => {
  async function policy(ownership: string, files: Readonly<Record<string, string>>) {
    const folder = await folderWith(files);
    const reloads: string[] = [];
    const built = await buildPolicy(parseConfig(`${ownership}rules: [require-login]\n`, `${folder}/f.yaml`), {
      onReload: ({ kind, what }) => reloads.push(`${what} ${kind}`),
    });
    const may = async (login: string) =>
      (await built.ownership?.addresses(login))?.holdings.map(({ address }) => address) ?? [];
    const change = async (name: string, text: string) => {
      await writeFile(`${folder}/${name}`, text);
      for (const follower of built.followers) await follower.reload();
    };
    return { may, change, reloads, warnings: built.warnings };
  }

  it("keeps the last good grants when a file is broken, and takes the next good ones", async () => {
    const { may, change, reloads } = await policy("ownership: [{ grants: g.yaml }]\n", { "g.yaml": GRANTS });
    await change("g.yaml", "grants: [");
    expect(await may("alice")).toEqual(["alice@example.com"]);
    await change("g.yaml", "grants: []\n");
    expect(await may("alice")).toEqual([]);
    expect(reloads).toEqual(["grants kept", "grants replaced"]);
  });

  it("combines by first match where told: what an earlier source knows, a later one does not give", async () => {
    const sources = 'ownership: [{ login-map: "inline:{alice@example.com=bob}" }, { grants: g.yaml }]\n';
    const files = { "g.yaml": GRANTS };
    expect(await (await policy(sources, files)).may("alice")).toEqual(["alice@example.com"]);
    expect(await (await policy(`combine: first-match\n${sources}`, files)).may("alice")).toEqual([]);
  });

  it("reads alias maps backwards only where receivers may send", async () => {
    const files = { virtual: "info@example.com alice@example.com\n" };
    const source = "ownership: [{ alias-map: texthash:virtual, receivers-may-send: true }]\n";
    expect(await (await policy(source, files)).may("alice@example.com")).toEqual(["info@example.com"]);
    await expect(policy(source.replace(", receivers-may-send: true", ""), files)).rejects.toThrow(
      /receivers-may-send: must be true/,
    );
  });
});
