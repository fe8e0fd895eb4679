import { writeFile } from "node:fs/promises";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { askMilter } from "../../src/demo/milter-client.js";
import { folderWith } from "../support/folder.js";
import { FORGED } from "../support/forged.js";
import { PolicyConnection } from "../support/policy-connection.js";
import { events, start } from "../support/running.js";
import { slowNameServer } from "../support/slow-name-server.js";

const OWNED = "ann@example.com ann\n";
const FILES = { senders: OWNED, grants: "grants: []\n" };
const REFUSED = /^553 5\.7\.1 /;

const configOf = (rules: string, more = "", listeners = "") => `listeners:
  - policy: 127.0.0.1:0
${listeners}ownership:
  - login-map: texthash:senders
  - grants: grants
rules: ${rules}
metrics: 127.0.0.1:0
${more}`;

/** A daemon with a connection to its policy listener that stays open. */
async function daemonWith(config: string, files: Readonly<Record<string, string>> = {}) {
  const folder = await folderWith({ ...FILES, ...files, "f.yaml": config });
  const daemon = await start(`${folder}/f.yaml`);
  onTestFinished(async () => void (await daemon.stop()));
  const addressOf = (kind: string) => events(daemon.io).find((event) => event.kind === kind)?.address as string;
  const connection = await PolicyConnection.open(addressOf("policy"));
  onTestFinished(() => connection.close());
  const put = (name: string, text: string) => writeFile(`${folder}/${name}`, text);
  /** Asks the daemon to read again, and waits until it tells. */
  const reload = (event: string) => {
    const told = daemon.logged(event);
    daemon.io.reload();
    return told;
  };
  const sample = async (name: string) =>
    (await (await fetch(`http://${addressOf("metrics")}/metrics`)).text())
      .split("\n")
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length + 1);
  return { ...daemon, folder, addressOf, connection, put, reload, sample };
}

describe("a configuration that changes under a daemon", () => {
  it("changes rules, ownership and replies for connections that are open, at SIGHUP", async () => {
    const { folder, connection, put, reload } = await daemonWith(configOf("[login-owns-envelope]"));
    expect(await connection.ask("bob", "ann@example.com")).toMatch(REFUSED);
    await put(
      "f.yaml",
      configOf("[sender-fqdn, login-owns-envelope]", 'replies: { sender-not-fqdn: { text: "whole names only" } }\n'),
    );
    await put("grants", "grants:\n  - { login: bob, send-as: ann@example.com }\n");
    expect(await reload("config-reloaded")).toMatchObject({ level: "info", config: `${folder}/f.yaml` });
    expect(await connection.ask("bob", "ann@example.com")).toBe("DUNNO");
    expect(await connection.ask("bob", "ann@localhost")).toMatch(/^504 5\.5\.2 whole names only/);
  });

  it("is seen without being asked", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    const { connection, put, logged } = await daemonWith(configOf("[login-owns-envelope]"));
    await put("f.yaml", configOf("[sender-fqdn]"));
    const told = logged("config-reloaded");
    vi.advanceTimersByTime(5000);
    await told;
    expect(await connection.ask("bob", "ann@example.com")).toBe("DUNNO");
  });

  it("changes nothing where one file of the policy is broken, and tells which line of it", async () => {
    const { folder, connection, put, reload, sample } = await daemonWith(configOf("[login-owns-envelope]"));
    await put("f.yaml", configOf("[sender-fqdn]"));
    await put("grants", "grants:\n  - { login: bob, sendas: ann@example.com }\n");
    const kept = await reload("grants-kept");
    expect(kept).toMatchObject({ level: "warn", file: `${folder}/grants`, line: 2, column: 19 });
    expect(await connection.ask("bob", "ann@example.com")).toMatch(REFUSED);
    expect(await sample('fromguard_serving_last_good{what="grants",source="grants:grants"}')).toBe("1");
    expect(await sample(`fromguard_serving_last_good{what="config",source="${folder}/f.yaml"}`)).toBe("0");

    await put("grants", "grants: []\n");
    await reload("config-reloaded");
    expect(await connection.ask("bob", "ann@example.com")).toBe("DUNNO");
    expect(await sample('fromguard_serving_last_good{what="grants",source="grants:grants"}')).toBe("0");
  });

  it.each([
    ["an unknown key", "shaddow: true\n", 8, /unknown key shaddow, did you mean shadow\?|shaddow/],
    ["a rule that could run nowhere", "", 1, /header-originators-owned could never run/],
    ["a map that is not there", "", 5, /nowhere/],
  ] as const)("keeps the policy over %s", async (what, more, line, cause) => {
    const { folder, connection, put, reload, sample } = await daemonWith(configOf("[login-owns-envelope]"));
    const rules = what.startsWith("a rule") ? "[header-originators-owned]" : "[sender-fqdn]";
    const text = configOf(rules, more);
    await put("f.yaml", what.startsWith("a map") ? text.replace("texthash:senders", "texthash:nowhere") : text);
    await put("senders", "ann@example.com bob\n");
    const kept = await reload("config-kept");
    expect(kept).toMatchObject({ level: "warn", config: `${folder}/f.yaml`, file: `${folder}/f.yaml` });
    expect(kept.cause).toMatch(cause);
    expect(kept.cause).toMatch(/; the policy that was read before stays in use$/);
    expect(typeof kept.line).toBe("number");
    if (what.startsWith("an unknown")) expect(kept.line).toBe(line);
    expect(await connection.ask("bob", "ann@example.com")).toMatch(REFUSED);
    expect(await connection.ask("ann", "ann@example.com")).toBe("DUNNO");
    expect(await sample(`fromguard_reload_failures_total{what="config",source="${folder}/f.yaml"}`)).toBe("1");
  });

  it("tells which keys of listeners and of the process need a restart, and follows the rest", async () => {
    const { connection, put, reload } = await daemonWith(configOf("[login-owns-envelope]"));
    const changed = configOf(
      "[sender-fqdn]",
      "log: { level: warn }\n",
      "    max-connections: 7\n  - http: 127.0.0.1:0\n",
    );
    await put("f.yaml", changed);
    expect(await reload("restart-needed")).toMatchObject({
      level: "warn",
      keys: ["log", "listeners[0].max-connections", "listeners[1] (http 127.0.0.1:0, new)"],
    });
    expect(await connection.ask("bob", "ann@example.com")).toBe("DUNNO");
  });

  it("shadows one listener, and no more when that is taken out", async () => {
    const { io, addressOf, connection, put, reload } = await daemonWith(
      configOf("[login-owns-envelope]", "", "    shadow: true\n  - milter: 127.0.0.1:0\n"),
    );
    const milter = () => askMilter(addressOf("milter"), FORGED);
    expect(await connection.ask("bob", "ann@example.com")).toBe("DUNNO");
    expect(await milter()).toMatch(REFUSED);
    const decision = events(io).find(({ event, listener }) => event === "decision" && listener === "policy");
    expect(decision.observed).toEqual(["login-owns-envelope:envelope-not-owned"]);
    expect(events(io).filter(({ event }) => event === "listening")).toMatchObject([
      { kind: "policy", shadow: true },
      { kind: "milter" },
      { kind: "metrics" },
    ]);
    expect(io.err()).toMatch(/warning: policy 127\.0\.0\.1:0 refuses nothing \(shadow\)/);
    await put("f.yaml", configOf("[login-owns-envelope]", "", "  - milter: 127.0.0.1:0\n"));
    await reload("config-reloaded");
    expect(await connection.ask("bob", "ann@example.com")).toMatch(REFUSED);
  });
});

describe("a transaction that is open when the policy is replaced", () => {
  it("is judged to its end by the policy that it began with", async () => {
    const { port, asked, answer } = await slowNameServer();
    const dns = `dns: { servers: ["127.0.0.1:${port}"], timeout-ms: 30000 }\n`;
    const { connection, put, reload } = await daemonWith(configOf("[domain-exists]", dns));
    const waiting = connection.ask("bob", "ann@example.com");
    await asked;
    await put("senders", "ann@example.com bob\n");
    await put("f.yaml", configOf("[login-owns-envelope]", dns));
    await reload("config-reloaded");
    answer();
    expect(await waiting).toMatch(/^550 5\.1\.8 /);
    expect(await connection.ask("bob", "ann@example.com")).toBe("DUNNO");
  });
});
