import { createGuard, MAX_REPLY_TEXT, requireLogin, rule } from "@fromguard/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseConfig } from "../../src/config/config.js";
import { askMilter } from "../../src/demo/milter-client.js";
import { askPolicy } from "../../src/demo/policy-client.js";
import { servedPolicy } from "../../src/serve/served-policy.js";
import { tracedGuard, traceIdOf } from "../../src/serve/trace-id.js";
import { folderWith } from "../support/folder.js";
import { FORGED } from "../support/forged.js";
import { events, start } from "../support/running.js";

const QUESTION = { login: "bob", sender: "ann@example.com", recipient: "x@example.com" };
const IN_REPLY = /^553 5\.7\.1 .* \(trace ([0-9a-f]{10})\)$/;

async function daemonWith(more: string) {
  const config = `listeners:
  - policy: 127.0.0.1:0
  - milter: 127.0.0.1:0
  - http: 127.0.0.1:0
ownership:
  - login-map: inline:{ann@example.com=ann}
${more}`;
  const folder = await folderWith({
    "f.yaml": config,
    "main.cf":
      "compatibility_level = 3.6\nmydestination =\nrelay_domains = example.com\nsmtpd_sasl_auth_enable = yes\nsmtpd_sender_login_maps = inline:{ann@example.com=ann}\nsmtpd_sender_restrictions = reject_sender_login_mismatch\n",
  });
  const daemon = await start(`${folder}/f.yaml`);
  onTestFinished(async () => void (await daemon.stop()));
  const addressOf = (kind: string) => events(daemon.io).find((event) => event.kind === kind)?.address as string;
  const policy = () => askPolicy(addressOf("policy"), QUESTION);
  const milter = () => askMilter(addressOf("milter"), FORGED);
  const http = async () => {
    const response = await fetch(`http://${addressOf("http")}/v1/check`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ login: "bob", envelopeFrom: "ann@example.com" }),
    });
    const { reply } = (await response.json()) as { reply: { code: number; enhanced: string; text: string } };
    return `${reply.code} ${reply.enhanced} ${reply.text}`;
  };
  const logged = (event: string) => events(daemon.io).filter((line) => line.event === event);
  return { policy, milter, http, logged };
}

describe("the id of a decision", () => {
  it("stands at the end of the refusal of each listener, in its line of the log, and in that of the audit", async () => {
    const { policy, milter, http, logged } = await daemonWith("rules: [login-owns-envelope]\nlog: { audit: true }\n");
    const replies = [await policy(), await milter(), await http()];
    const ids = replies.map((reply) => IN_REPLY.exec(reply)?.[1]);
    expect(new Set(ids).size).toBe(3);
    const decisions = logged("decision");
    expect(decisions.map(({ listener, trace }) => [listener, trace])).toEqual([
      ["policy", ids[0]],
      ["milter", ids[1]],
      ["http", ids[2]],
    ]);
    expect(decisions.map(({ reply }) => reply)).toEqual(replies);
    expect(logged("audit").map(({ trace }) => trace)).toEqual([ids[1]]);
  });

  it.each([
    ["where that is turned off", "rules: [login-owns-envelope]\ntrace-id: false\n"],
    ["in replies of Postfix", "rules:\n  - postfix-restrictions: { main-cf: main.cf }\n"],
  ])("is not shown %s", async (_, more) => {
    const { policy } = await daemonWith(more);
    expect(await policy()).toMatch(/^553 5\.7\.1 (?!.*\(trace )/);
  });

  it("is not made where the log holds no decisions", async () => {
    const guard = createGuard({ rules: [requireLogin()] });
    const textWith = async (log: string) => {
      const config = parseConfig(`listeners:\n  - policy: 127.0.0.1:0\nlog: ${log}\n`, "f.yaml");
      const decision = await servedPolicy(config, { guard }).listeners[0]?.guard.check({
        login: null,
        localUser: null,
      });
      return decision?.reply?.text;
    };
    expect(await textWith("{ level: warn }")).toBe("Authentication required");
    expect(await textWith("{ level: warn, audit: true }")).toMatch(/^Authentication required \(trace \w{10}\)$/);
  });

  it("keeps a reply within its limit", async () => {
    const reply = { code: 550, enhanced: "5.7.1", text: "x".repeat(MAX_REPLY_TEXT) };
    const guard = tracedGuard(
      createGuard({ rules: [rule("long", [], () => ({ kind: "fail", code: "mine", reply, evidence: {} }))] }),
    );
    const decision = await guard.check({});
    expect(decision.reply?.text).toHaveLength(MAX_REPLY_TEXT);
    expect(decision.reply?.text).toMatch(new RegExp(`x\\.\\.\\. \\(trace ${traceIdOf(decision)}\\)$`));
    const explained = await guard.explain({});
    expect(explained.decision.reply?.text).toContain(traceIdOf(explained.decision));
    expect(traceIdOf(await guard.begin().learn({}))).toMatch(/^[0-9a-f]{10}$/);
  });
});
