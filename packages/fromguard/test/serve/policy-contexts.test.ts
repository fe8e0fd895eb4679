import { stat } from "node:fs/promises";
import { join } from "node:path";
import { askPolicyServer, type PolicyClientReply } from "@fromguard/node";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseConfig } from "../../src/config/config.js";
import { buildPolicy } from "../../src/config/policy.js";
import { createMetrics } from "../../src/metrics/metrics.js";
import { startDaemon } from "../../src/serve/daemon.js";
import { servedPolicy } from "../../src/serve/served-policy.js";
import { folderWith } from "../support/folder.js";
import { logOf } from "../support/log.js";
import { testIo } from "../support/test-io.js";

/** Serves a configuration; `ask` answers the action for a request of that context. */
async function serve(yaml: string) {
  const io = testIo();
  const config = parseConfig(`${yaml}trace-id: false\n`, "f.yaml");
  const served = servedPolicy(config, await buildPolicy(config));
  const daemon = await startDaemon(() => served, { log: logOf(io), metrics: createMetrics() });
  onTestFinished(() => daemon.close({ graceMs: 0 }));
  const endpoint = daemon.listeners[0]?.address ?? "";
  const ask = (context: string, sender: string): Promise<PolicyClientReply> =>
    askPolicyServer(
      { endpoint, timeoutMs: 10_000 },
      [
        ["request", "smtpd_access_policy"],
        ["protocol_state", "RCPT"],
        ["sender", sender],
        ["policy_context", context],
      ],
      { signal: new AbortController().signal },
    );
  return { ask, io };
}

const answered = (action: string): PolicyClientReply => ({ ok: true, attributes: [["action", action]] });
const LOGIN = answered("530 5.7.0 Authentication required");
const FQDN = answered("504 5.5.2 Sender address rejected: need fully-qualified address");

describe("the contexts of a policy listener", () => {
  it("have rules of their own; without one the rules of the file hold, and one that is unknown defers and is logged", async () => {
    const { ask, io } = await serve(`listeners:
  - policy: 127.0.0.1:0
    contexts:
      submission: [require-login]
      inbound:
        - sender-fqdn: { allow-literals: true }
rules: [sender-fqdn]
`);
    expect(await ask("submission", "ann@host")).toEqual(LOGIN);
    expect(await ask("inbound", "ann@host")).toEqual(FQDN);
    expect(await ask("inbound", "ann@[192.0.2.1]")).toEqual(answered("DUNNO"));
    expect(await ask("", "ann@[192.0.2.1]")).toEqual(
      answered("504 5.5.2 Sender address rejected: address literals are not accepted"),
    );
    expect(await ask("in\x1bbound", "ann@host")).toEqual(answered("DEFER_IF_PERMIT 4.3.5 Server configuration error"));
    const lines = io.out().trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line)).filter(({ event }) => event === "unknown-context")).toEqual([
      expect.objectContaining({ level: "warn", listener: "policy", context: "in\x1bbound" }),
    ]);
    expect(io.out()).not.toContain("\x1b");
  });

  it("of two listeners are apart", async () => {
    const { ask } = await serve(`listeners:
  - policy: 127.0.0.1:0
    contexts: { one: [require-login] }
  - policy: 127.0.0.1:0
    contexts: { other: [require-login] }
rules: [sender-fqdn]
`);
    expect(await ask("one", "ann@host")).toEqual(LOGIN);
    expect(await ask("other", "ann@host")).toEqual(answered("DEFER_IF_PERMIT 4.3.5 Server configuration error"));
  });

  it.each([
    [
      "rules that could never run there",
      "login-equals-senders",
      /^f\.yaml:4:7: listeners\[0\]\.contexts\.submission: a policy listener never has the facts of a rule of this policy \(login-equals-senders needs headers\)/,
    ],
    [
      "rules without their source",
      "login-owns-envelope",
      /^f\.yaml:4:20: listeners\[0\]\.contexts\.submission\[0\]\.login-owns-envelope: needs a source of ownership/,
    ],
  ])("are refused with %s", async (_, rule, message) => {
    const yaml = `listeners:\n  - policy: 127.0.0.1:0\n    contexts:\n      submission: [${rule}]\nrules: [sender-fqdn]\n`;
    await expect(buildPolicy(parseConfig(yaml, "f.yaml"))).rejects.toThrow(message);
  });
});

describe("a unix socket of a listener", () => {
  it.each(["policy", "milter", "http"])("of the kind %s has the mode and owner that its entry sets", async (kind) => {
    const folder = await folderWith({});
    const { uid, gid } = await stat(folder);
    const path = join(folder, "socket");
    await serve(
      `listeners:\n  - ${kind}: unix:${path}\n    mode: "0606"\n    owner: ${uid}\n    group: ${gid}\nrules: [sender-fqdn]\n`,
    );
    const made = await stat(path);
    expect([made.mode & 0o777, made.uid, made.gid]).toEqual([0o606, uid, gid]);
  });
});
