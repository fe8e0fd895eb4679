import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { HONEST, MAP, OWNED, serve, serveOwned } from "./support.js";

const GOOD = { senders: MAP, "fromguard.yaml": `${OWNED}rules: [header-originators-owned]\n` };

describe("does not start", () => {
  it.each([
    ["without a policy", {}, "config/fromguard.yaml: cannot be read: no such file"],
    [
      "with a fault in the policy",
      { "fromguard.yaml": "rules:\n  - sender-fqd\n" },
      /config\/fromguard\.yaml:2(?::\d+)?: rules\[0\].*sender-fqdn/,
    ],
    ["with a fault in a map", { ...GOOD, senders: "/(/ ann\n" }, /config\/senders[:,] ?.*1/],
    [
      "with a rule that can never run here",
      { "fromguard.yaml": "rules: [local-originators-match-envelope, nonsense]\n" },
      /fromguard\.yaml:1/,
    ],
    [
      "with an unknown key",
      { ...GOOD, "fromguard.ini": "; ours\npolcy=x.yaml\n" },
      /config\/fromguard\.ini:2: polcy: unknown key: did you mean policy|config\/fromguard\.ini:2: polcy: unknown key/,
    ],
    [
      "with an unknown section",
      { ...GOOD, "fromguard.ini": "[skips]\nrelaying=true\n" },
      /config\/fromguard\.ini:1: skips: unknown section/,
    ],
    [
      "with a switch that is none",
      { ...GOOD, "fromguard.ini": "[skip]\n\nrelaying=perhaps\n" },
      /config\/fromguard\.ini:3: skip\.relaying: must be true or false/,
    ],
    [
      "with a module that exports no guard",
      { ...GOOD, "fromguard.ini": "policy=policy.mjs\n", "policy.mjs": "export const gard = 1;\n" },
      /policy\.mjs: must export a guard/,
    ],
    [
      "behind a plugin that queues before it",
      { ...GOOD, plugins: "early\nfromguard\n" },
      "early stands before it in the hook queue",
    ],
  ] as const)("%s", async (_what, config, wanted) => {
    const plugins = {
      "early.js":
        'exports.register = function () { this.register_hook("queue", "take", -100); };\nexports.take = (next) => next(OK);\n',
    };
    const haraka = await serve({ config, plugins });
    expect(await haraka.ended()).toBe(1);
    const lines = haraka.log.split("\n").filter((line) => line.includes("init_master returned error: fromguard: "));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(wanted);
    expect(haraka.log).not.toContain("    at ");
  });

  it("as a cluster either", async () => {
    const haraka = await serve({
      config: { ...GOOD, "smtp.ini": "listen=127.0.0.1:0\nnodes=1\n", senders: "/(/ ann\n" },
    });
    expect(await haraka.ended()).toBe(1);
    expect(haraka.log).toContain("init_master returned error: fromguard: ");
  });
});

it("serves as a cluster", async () => {
  const files = { config: { ...GOOD, "smtp.ini": "listen=127.0.0.1:0\nnodes=1\n" } };
  const haraka = await serve(files, /worker 1 listening/);
  const client = await haraka.open("ann");
  expect(await client.send("ann@example.com", HONEST)).toMatch(/^250 /);
  expect(await client.send("ann@example.com", HONEST.replace("ann@", "bob@"))).toMatch(/^553 /);
});

it("reads fromguard.ini again when it changes, and keeps to the last good policy", async () => {
  const haraka = await serveOwned("rules: [header-originators-owned]\n", {
    config: { "other.yaml": "rules: [require-login]\n" },
  });
  const forged = HONEST.replace("ann@", "bob@");
  const client = await haraka.open("ann");
  expect(await client.send("ann@example.com", forged)).toMatch(/^553 /);
  await writeFile(`${haraka.folder}/config/fromguard.ini`, "policy=missing.yaml\n");
  await haraka.logged(/settings-kept .*missing\.yaml: cannot be read/);
  expect(await client.send("ann@example.com", forged)).toMatch(/^553 /);
  await writeFile(`${haraka.folder}/config/fromguard.ini`, "policy=other.yaml\n");
  await haraka.logged(/settings-reloaded/);
  expect(await client.send("ann@example.com", forged)).toMatch(/^250 /);
});

it("reads the policy again when it changes", async () => {
  const haraka = await serveOwned("rules: [header-originators-owned]\n");
  await writeFile(`${haraka.folder}/config/fromguard.yaml`, "rules: [require-login]\n");
  await haraka.logged(/policy-reloaded/);
  expect(await (await haraka.open("ann")).send("ann@example.com", HONEST.replace("ann@", "bob@"))).toMatch(/^250 /);
  await writeFile(`${haraka.folder}/config/fromguard.yaml`, "rules: [\n");
  await haraka.logged(/policy-kept/);
  expect(await (await haraka.open()).command("MAIL FROM:<ann@example.com>")).toMatch(/^530 /);
});
