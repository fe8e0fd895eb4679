import { once } from "node:events";
import { chmod, readdir, readFile, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { askPolicy } from "../../src/demo/policy-client.js";
import { main } from "../../src/main.js";
import { folderWith } from "../support/folder.js";
import { events, start } from "../support/running.js";
import { MAP, scenarioConfig } from "../support/scenario.js";
import { testIo } from "../support/test-io.js";

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
      /^warning: no rule refuses anything to clients without a login.*\nwarning: mail that users of this machine hand to sendmail has no login.*\nnote: header-originators-owned runs on milter 127\.0\.0\.1:\d+ and http \[::1\]:\d+, not on policy 127\.0\.0\.1:\d+\nnote: milter 127\.0\.0\.1:\d+ sees header fields, not octets, and cannot see header-nul, .* or smuggling where the MTA mends or hides it\n$/,
    );
  });

  it("gives who reads its last lines five seconds", async () => {
    const { config } = await scenarioConfig("listeners:\n  - milter: 127.0.0.1:0\n");
    const { io, stop } = await start(config);
    const endWithin = vi.spyOn(io, "endWithin");
    expect(await stop()).toBe(0);
    expect(endWithin.mock.calls).toEqual([[5000]]);
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

describe("a map that changes under a daemon", () => {
  const inFile = (type: string, text: (login: string) => string) => [type, "senders", `${type}:senders`, text] as const;
  const pcre = (login: string) => `/^ann@example\\.com$/ ${login}\n`;
  const hash = (login: string) => `ann@example.com ${login}\n`;
  const maps = [
    inFile("pcre", pcre),
    inFile("regexp", pcre),
    inFile("texthash", hash),
    inFile("hash", hash),
    ["cdb", "senders.cdb", "cdb:senders", (login: string) => cdbOf("ann@example.com", login)],
    ["a member of unionmap", "senders", "unionmap:{inline:{x=y},pcre:senders}", pcre],
    ["a member of pipemap", "senders", "pipemap:{proxy:texthash:senders,inline:{old=old,new=new}}", hash],
    ["proxy", "senders", "proxy:pcre:senders", pcre],
  ] as const;

  async function daemonWith(map: string, name: string, text: string | Uint8Array) {
    const { folder, config } = await scenarioConfig("listeners:\n  - policy: 127.0.0.1:0\n  - milter: 127.0.0.1:0\n");
    await writeFile(`${folder}/${name}`, text);
    const yaml = (await readFile(config, "utf8")).replace("pcre:senders", `"${map}"`);
    await writeFile(config, yaml);
    const daemon = await start(config);
    onTestFinished(async () => void (await daemon.stop()));
    const policy = events(daemon.io).find(({ kind }) => kind === "policy")?.address as string;
    const mayAs = async (login: string) => {
      const answer = await askPolicy(policy, { login, sender: "ann@example.com", recipient: "x@example.com" });
      return answer.startsWith("DUNNO") || answer;
    };
    /** Writes the file, or removes it, asks the daemon to read again, and waits until it tells. */
    const change = async (next: string | Uint8Array | undefined, event: string) => {
      if (next === undefined) await rm(`${folder}/${name}`);
      else await writeFile(`${folder}/${name}`, next);
      const told = daemon.logged(event);
      daemon.io.reload();
      return told;
    };
    return { folder, mayAs, change };
  }

  // In each, ann@example.com is owned by the login `old`, then by `new`.
  it.each(maps)("%s answers anew", async (_what, name, map, text) => {
    const { mayAs, change } = await daemonWith(map, name, text("old"));
    expect([await mayAs("old"), await mayAs("new")]).toEqual([true, expect.stringMatching(/^553 /)]);
    expect(await change(text("new"), "map-reloaded")).toMatchObject({ level: "info" });
    expect([await mayAs("old"), await mayAs("new")]).toEqual([expect.stringMatching(/^553 /), true]);
  });

  it("a broken line keeps the last good map, and says where", async () => {
    const { folder, mayAs, change } = await daemonWith("pcre:senders", "senders", pcre("old"));
    const told = await change(`${pcre("new")}/(/ x\n`, "map-kept");
    expect(told).toMatchObject({ level: "warn", map: `pcre:${folder}/senders`, file: `${folder}/senders`, line: 2 });
    expect(told.cause).toMatch(/senders:2: error in regex .*; the table that was read before stays in use$/);
    expect([await mayAs("old"), await mayAs("new")]).toEqual([true, expect.stringMatching(/^553 /)]);
    await change(pcre("new"), "map-reloaded");
    expect(await mayAs("new")).toBe(true);
  });

  it("a vanished file keeps the last good map, and says so", async () => {
    const { folder, mayAs, change } = await daemonWith("pcre:senders", "senders", pcre("old"));
    const told = await change(undefined, "map-kept");
    expect(told).toMatchObject({ file: `${folder}/senders`, cause: expect.stringContaining("there is no such file") });
    expect(await mayAs("old")).toBe(true);
  });

  it("advice on the new text is logged", async () => {
    const { change } = await daemonWith("pcre:senders", "senders", pcre("old"));
    const told = await change("/^(.*)@example\\.com/ $1\n", "map-reloaded");
    expect(told.warnings).toContainEqual(expect.stringContaining("senders:1: not anchored at the end"));
  });

  it("a change is seen without being asked, and no more after the end", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    const { folder, config } = await scenarioConfig("listeners:\n  - policy: 127.0.0.1:0\n  - milter: 127.0.0.1:0\n");
    const { logged, stop } = await start(config);
    await writeFile(`${folder}/senders`, pcre("a-longer-name"));
    const told = logged("map-reloaded");
    vi.advanceTimersByTime(5000);
    await told;
    await stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a main.cf that changes under a daemon", () => {
  const MAIN_CF = `compatibility_level = 3.6
mydestination =
relay_domains = example.com
smtpd_sasl_auth_enable = yes
smtpd_sender_login_maps = texthash:@DIR@/logins
smtpd_sender_restrictions = reject_sender_login_mismatch
`;

  async function daemonWith() {
    const { folder, config } = await scenarioConfig(
      "listeners:\n  - policy: 127.0.0.1:0\nrules:\n  - postfix-restrictions: { main-cf: main.cf }\n",
    );
    const put = (name: string, text: string) => writeFile(`${folder}/${name}`, text.replaceAll("@DIR@", folder));
    await put("logins", "ann@example.com ann\n");
    await put("main.cf", MAIN_CF);
    const daemon = await start(config);
    const policy = events(daemon.io).find(({ kind }) => kind === "policy")?.address as string;
    const answer = (login: string) =>
      askPolicy(policy, { login, sender: "ann@example.com", recipient: "x@example.com" });
    /** Writes a file, asks the daemon to read again, and waits until it tells. */
    const change = async (name: string, text: string, event: string) => {
      await put(name, text);
      const told = daemon.logged(event);
      daemon.io.reload();
      return told;
    };
    return { ...daemon, folder, put, answer, change };
  }

  it("is read again at SIGHUP, with its tables; one that is broken leaves the last good one", async () => {
    const { folder, answer, change, stop } = await daemonWith();
    onTestFinished(async () => void (await stop()));
    expect(await answer("ann")).toMatch(/^DUNNO/);
    const file = `${folder}/main.cf`;

    const told = await change("logins", "ann@example.com bob\n", "main-cf-reloaded");
    expect(told).toMatchObject({ level: "info", "main-cf": file });
    expect(await answer("ann")).toMatch(/^553 5\.7\.1 .* not owned by user ann$/);

    const kept = await change("main.cf", `${MAIN_CF}smtpd_helo_restrictions = rejekt\n`, "main-cf-kept");
    expect(kept).toMatchObject({ level: "warn", "main-cf": file, file, line: 7 });
    expect(kept.cause).toMatch(
      /unknown smtpd restriction: "rejekt".*; the main\.cf that was read before stays in use$/,
    );
    expect([await answer("ann"), await answer("bob")]).toEqual([
      expect.stringMatching(/^553/),
      expect.stringMatching(/^DUNNO/),
    ]);

    await change("main.cf", `${MAIN_CF}soft_bounce = yes\n`, "main-cf-reloaded");
    expect(await answer("ann")).toMatch(/^453 5\.7\.1 |^DEFER/);
  });

  it("is read again without being asked, and no more after the end", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    const { logged, put, stop } = await daemonWith();
    const told = logged("main-cf-reloaded");
    await put("logins", "ann@example.com somebody-else\n");
    vi.advanceTimersByTime(5000);
    await told;
    await stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});

/** A cdb file of one record, as postmap builds it; its hash tables are empty. */
function cdbOf(key: string, value: string): Uint8Array {
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32LE(key.length + 1, 0);
  lengths.writeUInt32LE(value.length + 1, 4);
  const record = Buffer.concat([lengths, Buffer.from(`${key}\0${value}\0`)]);
  const header = Buffer.alloc(2048);
  for (let at = 0; at < 2048; at += 8) header.writeUInt32LE(2048 + record.length, at);
  return Buffer.concat([header, record]);
}

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
      `fromguard: ${folder}/f.yaml:3:5: listeners[1].milter: cannot listen on 127.0.0.1:${port}: it is in use\n`,
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
      "@DIR@/f.yaml:1:1: listeners: required: name at least one, such as - milter: 127.0.0.1:10041",
    ],
    [
      "no source of ownership",
      { "f.yaml": `${milter}rules: [sender-fqdn, login-owns-envelope]\n` },
      "@DIR@/f.yaml:3:22: rules[1].login-owns-envelope: needs a source of ownership: add one under ownership:, such as - login-map: pcre:/etc/postfix/sender_login_maps",
    ],
    [
      "a rule on the header with only a policy listener",
      { "f.yaml": `listeners:\n  - policy: 127.0.0.1:0\n${ownership}` },
      "@DIR@/f.yaml:1:1: listeners: header-originators-owned could never run: a policy listener does not see what it needs; add a listener of the kind milter, or leave the rule out under rules:",
    ],
    [
      "a map with a bad line",
      { "f.yaml": `${milter}${ownership}`, senders: "/^a$/ b\n/(/ c\n" },
      /^fromguard: @DIR@\/senders:2: error in regex at offset \d+: [^\n]+\n$/,
    ],
    [
      "a map of an unknown type",
      { "f.yaml": `${milter}ownership:\n  - login-map: papyrus:senders\n` },
      /^fromguard: @DIR@\/f\.yaml:4:5: ownership\[0\]\.login-map: [^\n]+\n$/,
    ],
    [
      "a name server that is no address",
      { "f.yaml": `${milter}${ownership}dns: { servers: [ns.example.com] }\n` },
      /^fromguard: @DIR@\/f\.yaml:5:8: dns\.servers: [^\n]+\n$/,
    ],
    [
      "our domains that are none",
      { "f.yaml": `${milter}rules:\n  - sender-domain-is-ours: { our-domains: ["a b"] }\n` },
      /^fromguard: @DIR@\/f\.yaml:4:5: rules\[0\]\.sender-domain-is-ours: [^\n]+\n$/,
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
    expect(err).toMatch(/^fromguard: @DIR@\/f\.yaml:4:5: ownership\[0\]\.login-map: [^\n]*nowhere[^\n]*\n$/);
  });

  it("an unreadable map is 78", async () => {
    const folder = await folderWith({ "f.yaml": `${milter}ownership:\n  - login-map: pcre:.\n` });
    await chmod(folder, 0o755);
    const io = testIo();
    expect(await main(["serve", "--config", `${folder}/f.yaml`], io)).toBe(78);
    expect(io.err()).toMatch(/^fromguard: [^\n]+f\.yaml:4:5: ownership\[0\]\.login-map: [^\n]+\n$/);
  });
});
