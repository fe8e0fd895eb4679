import { once } from "node:events";
import { chmod, readdir, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { askPolicy } from "../../src/demo/policy-client.js";
import { main } from "../../src/main.js";
import { folderWith } from "../support/folder.js";
import { MAP, scenarioConfig } from "../support/scenario.js";
import { type TestIo, testIo } from "../support/test-io.js";

const events = (io: TestIo) =>
  io
    .out()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

/** Runs `serve` until it is ready, or has ended. */
async function start(config: string) {
  let ready: () => void = () => undefined;
  const isReady = new Promise<void>((resolve) => {
    ready = resolve;
  });
  const io = testIo({
    onOut: (text) => {
      if (text.includes('"ready"')) ready();
    },
  });
  const ended = main(["serve", "--config", config], io);
  await Promise.race([isReady, ended]);
  return {
    io,
    stop: () => {
      io.stop("SIGTERM");
      return ended;
    },
  };
}

async function failure(files: Readonly<Record<string, string>>) {
  const folder = await folderWith({ senders: MAP, ...files });
  const io = testIo();
  const code = await main(["serve", "--config", `${folder}/f.yaml`], io);
  return { code, err: io.err().replaceAll(folder, "@DIR@"), out: io.out(), folder };
}

describe("serve", () => {
  it("starts every listener, answers, logs a line a decision, and stops when asked", async () => {
    const { config } = await scenarioConfig(
      'listeners:\n  - policy: 127.0.0.1:0\n  - milter: 127.0.0.1:0\n  - http: "[::1]:0"\n',
    );
    const { io, stop } = await start(config);
    const addressOf = (kind: string) => events(io).find((event) => event.kind === kind)?.address as string;
    const question = { login: "bob", sender: "alice@example.com", recipient: "x@example.com" };
    expect(await askPolicy(addressOf("policy"), question)).toMatch(/^553 5\.7\.1 /);
    expect((await (await fetch(`http://${addressOf("http")}/healthz`)).json()).status).toBe("ok");
    expect(await stop()).toBe(0);

    const log = events(io);
    expect(log.map(({ event }) => event)).toEqual([
      "listening",
      "listening",
      "listening",
      "ready",
      "decision",
      "stopping",
      "stopped",
    ]);
    expect(log[4]).toMatchObject({
      listener: "policy",
      action: "reject",
      code: "envelope-not-owned",
      rule: "login-owns-envelope",
      login: "bob",
      envelopeFrom: "alice@example.com",
      address: "alice@example.com",
      recipients: ["x@example.com"],
    });
    expect(log[4].source).toMatch(/senders:1$/);
    expect(log[6]).toMatchObject({ rejected: 1, ruleErrors: 0 });
    expect(io.err()).toMatch(
      /^warning: no rule refuses anything to clients without a login.*\nnote: header-originators-owned runs on milter 127\.0\.0\.1:\d+ and http \[::1\]:\d+, not on policy 127\.0\.0\.1:\d+\n$/,
    );
  });

  it("prints the warnings of maps", async () => {
    const { folder, config } = await scenarioConfig("listeners:\n  - milter: 127.0.0.1:0\n");
    await writeFile(`${folder}/senders`, `/^(.*)@example\\.com/ \${1}\n`);
    const { io, stop } = await start(config);
    expect(await stop()).toBe(0);
    expect(io.err()).toContain(
      `warning: ${folder}/senders:1: not anchored at the end: also matches alice@example.com.evil.org\n`,
    );
  });

  it("serves unix sockets, and removes their files", async () => {
    const folder = await folderWith({
      senders: MAP,
      "f.yaml": "listeners:\n  - milter: unix:@DIR@/m.sock\nownership:\n  - login-map: pcre:senders\n",
    });
    await writeFile(
      `${folder}/f.yaml`,
      `listeners:\n  - milter: unix:${folder}/m.sock\nownership:\n  - login-map: pcre:senders\n`,
    );
    const { stop } = await start(`${folder}/f.yaml`);
    expect(await readdir(folder)).toContain("m.sock");
    await stop();
    expect(await readdir(folder)).not.toContain("m.sock");
  });
});

describe("serve starts nothing and says why in one sentence", () => {
  it("a port in use; what was opened before is closed", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    onTestFinished(() => new Promise<void>((resolve) => taken.close(() => resolve())));
    const { port } = taken.address() as AddressInfo;
    const { code, err, out, folder } = await failure({});
    expect([code, out]).toEqual([66, ""]);
    expect(err).toBe("fromguard: @DIR@/f.yaml: cannot be read: no such file\n");
    await writeFile(
      `${folder}/f.yaml`,
      `listeners:\n  - milter: unix:${folder}/first.sock\n  - milter: 127.0.0.1:${port}\nownership:\n  - login-map: pcre:senders\n`,
    );
    const io = testIo();
    expect(await main(["serve", "--config", `${folder}/f.yaml`], io)).toBe(78);
    expect(io.err()).toBe(
      `fromguard: ${folder}/f.yaml:3: listeners[1].milter: cannot listen on 127.0.0.1:${port}: it is in use\n`,
    );
    expect(await readdir(folder)).not.toContain("first.sock");
    expect(io.out()).toBe("");
  });

  const ownership = "ownership:\n  - login-map: pcre:senders\n";
  const milter = "listeners:\n  - milter: 127.0.0.1:0\n";

  it.each([
    [
      "no listener",
      { "f.yaml": ownership },
      "@DIR@/f.yaml:1: listeners: required: name at least one, such as - milter: 127.0.0.1:10041",
    ],
    [
      "no source of ownership",
      { "f.yaml": `${milter}rules: [sender-fqdn, login-owns-envelope]\n` },
      "@DIR@/f.yaml:3: rules[1].login-owns-envelope: needs a source of ownership: add one under ownership:, such as - login-map: pcre:/etc/postfix/sender_login_maps",
    ],
    [
      "a rule on the header with only a policy listener",
      { "f.yaml": `listeners:\n  - policy: 127.0.0.1:0\n${ownership}` },
      "@DIR@/f.yaml:1: listeners: header-originators-owned could never run: a policy listener does not see what it needs; add a listener of the kind milter, or leave the rule out under rules:",
    ],
    [
      "a map with a bad line",
      { "f.yaml": `${milter}${ownership}`, senders: "/^a$/ b\n/(/ c\n" },
      /^fromguard: @DIR@\/senders:2: error in regex at offset \d+: [^\n]+\n$/,
    ],
    [
      "a map of an unknown type",
      { "f.yaml": `${milter}ownership:\n  - login-map: papyrus:senders\n` },
      /^fromguard: @DIR@\/f\.yaml:4: ownership\[0\]\.login-map: [^\n]+\n$/,
    ],
    [
      "a name server that is no address",
      { "f.yaml": `${milter}${ownership}dns: { servers: [ns.example.com] }\n` },
      /^fromguard: @DIR@\/f\.yaml:5: dns\.servers: [^\n]+\n$/,
    ],
    [
      "our domains that are none",
      { "f.yaml": `${milter}rules:\n  - sender-domain-is-ours: { our-domains: ["a b"] }\n` },
      /^fromguard: @DIR@\/f\.yaml:4: rules\[0\]\.sender-domain-is-ours: [^\n]+\n$/,
    ],
  ] as const)("%s is 78", async (_what, files, sentence) => {
    const { code, err, out } = await failure(files);
    expect([code, out]).toEqual([78, ""]);
    if (typeof sentence === "string") expect(err).toBe(`fromguard: ${sentence}\n`);
    else expect(err).toMatch(sentence);
  });

  it("a missing map is 66", async () => {
    const { code, err } = await failure({ "f.yaml": `${milter}ownership:\n  - login-map: pcre:nowhere\n` });
    expect(code).toBe(66);
    expect(err).toMatch(/^fromguard: @DIR@\/f\.yaml:4: ownership\[0\]\.login-map: [^\n]*nowhere[^\n]*\n$/);
  });

  it("an unreadable map is 78", async () => {
    const folder = await folderWith({ "f.yaml": `${milter}ownership:\n  - login-map: pcre:.\n` });
    await chmod(folder, 0o755);
    const io = testIo();
    expect(await main(["serve", "--config", `${folder}/f.yaml`], io)).toBe(78);
    expect(io.err()).toMatch(/^fromguard: [^\n]+f\.yaml:4: ownership\[0\]\.login-map: [^\n]+\n$/);
  });
});
