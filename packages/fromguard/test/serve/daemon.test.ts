import { createGuard, type Guard, LIST_BLIND_TO, rule } from "@fromguard/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Config, parseConfig } from "../../src/config/config.js";
import { askMilter } from "../../src/demo/milter-client.js";
import { askPolicy } from "../../src/demo/policy-client.js";
import { createMetrics } from "../../src/metrics/metrics.js";
import { startDaemon } from "../../src/serve/daemon.js";
import { servedPolicy } from "../../src/serve/served-policy.js";
import { logOf } from "../support/log.js";
import { testIo } from "../support/test-io.js";

const CONFIG = parseConfig(
  "listeners:\n  - policy: 127.0.0.1:0\n  - milter: 127.0.0.1:0\n  - http: 127.0.0.1:0\n",
  "f.yaml",
);

const serving = (config: Config, guard: Guard) => {
  const served = servedPolicy(config, { guard });
  return () => served;
};

describe("a rule that throws", () => {
  it("defers on every listener, is counted and logged, and the listeners go on", async () => {
    const io = testIo();
    const log = logOf(io);
    const guard = createGuard({
      rules: [
        rule("broken", ["envelopeFrom"], () => {
          throw new Error("bad\x1b[31m luck");
        }),
      ],
      onRuleError: (name, cause) => log.warn("rule-error", { rule: name, cause }),
    });
    const daemon = await startDaemon(serving(CONFIG, guard), { log, metrics: createMetrics() });
    onTestFinished(() => daemon.close({ graceMs: 0 }));
    const [policy = "", milter = "", http = ""] = daemon.listeners.map(({ address }) => address);
    const recipient = "x@example.com";
    for (let time = 0; time < 2; time++) {
      expect(await askPolicy(policy, { login: "bob", sender: "bob@example.com", recipient })).toMatch(
        /^DEFER_IF_PERMIT 4\.3\.0 /,
      );
      expect(
        await askMilter(milter, { login: "bob", mailFrom: "<b@example.com>", recipient, message: "From: b\r\n\r\n" }),
      ).toMatch(/^451 4\.3\.0 /);
      const response = await fetch(`http://${http}/v1/check`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ envelopeFrom: "bob@example.com" }),
      });
      expect(await response.json()).toMatchObject({ action: "defer", code: "rule-failed" });
    }
    expect(guard.counters.ruleErrors).toBe(6);
    const lines = io.out().trimEnd().split("\n");
    expect(lines.filter((line) => JSON.parse(line).event === "rule-error")).toHaveLength(6);
    expect(io.out()).not.toContain("\x1b");
  });
});

describe("which rules run where", () => {
  it("is told for each listener, and in one sentence for each rule that does not run everywhere", async () => {
    const guard = createGuard({
      rules: [
        rule("on-envelope", ["envelopeFrom"], () => ({ kind: "pass", code: "ok" })),
        rule("on-header", ["headers"], () => ({ kind: "pass", code: "ok" })),
      ],
    });
    const daemon = await startDaemon(serving(CONFIG, guard), {
      log: logOf(testIo()),
      metrics: createMetrics(),
    });
    onTestFinished(() => daemon.close({ graceMs: 0 }));
    expect(daemon.listeners.map(({ kind, rules }) => [kind, rules])).toEqual([
      ["policy", ["on-envelope"]],
      ["milter", ["on-envelope", "on-header"]],
      ["http", ["on-envelope", "on-header"]],
    ]);
    const [policy, milter, http] = daemon.listeners.map(({ kind, address }) => `${kind} ${address}`);
    expect(daemon.notes).toEqual([
      `on-header runs on ${milter} and ${http}, not on ${policy}`,
      `${milter} sees header fields, not octets, and cannot see ${LIST_BLIND_TO.slice(0, -1).join(", ")} or ${LIST_BLIND_TO.at(-1)} where the MTA mends or hides it`,
    ]);
  });

  it.each([
    [
      "a listener on which no rule runs",
      "listeners:\n  - policy: 127.0.0.1:0\n  - milter: 127.0.0.1:0\n",
      ["headers"],
      /^f\.yaml:2:5: listeners\[0\]\.policy: no rule of this policy can run on the policy listener/,
    ],
    [
      "a rule that runs on no listener",
      "listeners:\n  - policy: 127.0.0.1:0\n  - policy: 127.0.0.1:0\n",
      ["bodyAnomalies"],
      /^f\.yaml:1:1: listeners: needs-it could never run: a policy listener does not see what it needs; add a listener of the kind milter, /,
    ],
  ] as const)("%s is refused", (_what, text, needs, sentence) => {
    const guard = createGuard({ rules: [rule("needs-it", needs, () => ({ kind: "pass", code: "ok" }))] });
    expect(() => serving(parseConfig(text, "f.yaml"), guard)).toThrow(sentence);
  });
});
