import { describe, expect, it } from "vitest";
import { main } from "../../src/main.js";
import { folderWith } from "../support/folder.js";
import { start } from "../support/running.js";
import { testIo } from "../support/test-io.js";

const MAP = 'ownership: [{ login-map: "inline:{a=b}" }]\n';
const LISTENERS = "listeners: [{ policy: 127.0.0.1:0 }, { milter: 127.0.0.1:0 }]\n";

describe("a policy that could not protect does not start, and says why", () => {
  it.each([
    ["no login map", LISTENERS, "rules[2].login-owns-envelope: needs a source of ownership: add one under ownership:"],
    [
      "header rules with only a policy listener",
      `${MAP}listeners: [{ policy: 127.0.0.1:0 }]\n`,
      "header-originators-owned could never run: a policy listener does not see what it needs",
    ],
  ])("%s", async (_, yaml, sentence) => {
    const folder = await folderWith({ "f.yaml": yaml });
    const io = testIo();
    expect(await main(["serve", "--config", `${folder}/f.yaml`], io)).toBe(78);
    expect(io.err()).toContain(sentence);
  });
});

describe("a context that protects less than it seems to says so at start", () => {
  const CLOSED =
    "rules: [require-login, login-owns-envelope, header-originators-owned, local-originators-match-envelope]\n";
  it.each([
    ["no comparison with the login", "[require-login]", "whoever logs in may use any envelope sender"],
    ["fail-open", "[{ require-login: { on-error: accept } }, login-owns-envelope]", "fail-open: mail is accepted"],
    ["clients without a login", "[login-owns-envelope]", "no rule refuses anything to clients without a login"],
  ])("%s", async (_, rules, sentence) => {
    const listeners = `listeners: [{ policy: 127.0.0.1:0, contexts: { here: ${rules} } }, { milter: 127.0.0.1:0 }]\n`;
    const folder = await folderWith({ "f.yaml": MAP + listeners + CLOSED });
    const { io, stop } = await start(`${folder}/f.yaml`);
    expect(await stop()).toBe(0);
    expect(io.err().match(/^warning: .*$/gm)).toEqual([expect.stringContaining(`in the context here: ${sentence}`)]);
  });

  it.each([
    ["no login map", "[login-owns-envelope]", "", "login-owns-envelope: needs a source of ownership"],
    ["a header rule, which a policy listener never sees", "[header-originators-owned]", MAP, "contexts.here"],
  ])("or does not start: %s", async (_, rules, map, sentence) => {
    const yaml = `${map}listeners: [{ policy: 127.0.0.1:0, contexts: { here: ${rules} } }]\nrules: [sender-fqdn]\n`;
    const folder = await folderWith({ "f.yaml": yaml });
    const io = testIo();
    expect(await main(["serve", "--config", `${folder}/f.yaml`], io)).toBe(78);
    expect(io.err()).toContain(sentence);
  });
});

describe("a policy that protects less than it seems to says so at start", () => {
  it.each([
    ["no comparison with the login", "rules: [require-login]\n", "no rule compares the sender with the login"],
    ["fail-open", "on-error: accept\n", "fail-open: mail is accepted where sender-fqdn, domain-exists, "],
    ["clients without a login", "preset: submission\n", "no rule refuses anything to clients without a login"],
    [
      "clients without a login whom only the relay is closed to",
      "rules: [relay-only-for-login: { our-domains: [b] }, login-owns-envelope, header-originators-owned]\n",
      "clients without a login may still send to our domains in the name of any of our users",
    ],
    ["audit", "preset: audit\n", "the policy refuses nothing (shadow)"],
  ])("%s", async (_, yaml, sentence) => {
    const folder = await folderWith({ "f.yaml": MAP + LISTENERS + yaml });
    const { io, stop } = await start(`${folder}/f.yaml`);
    expect(await stop()).toBe(0);
    expect(io.err()).toContain(`warning: ${sentence}`);
  });
});
