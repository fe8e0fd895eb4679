import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/config.js";
import { buildPolicy } from "../../src/config/policy.js";
import { askPolicy } from "../../src/demo/policy-client.js";
import { mtaAnswers, type Shown } from "../support/mta-answers.js";
import { served } from "../support/served.js";

const OWNERSHIP = 'ownership: [{ login-map: "inline:{ann@example.com=ann}" }]\n';
const BASE = `${OWNERSHIP}listeners: [{ policy: 127.0.0.1:0 }, { milter: 127.0.0.1:0 }, { http: 127.0.0.1:0 }]
metrics: 127.0.0.1:0
rules: [login-owns-envelope, header-originators-owned]
`;
const OF_ENVELOPE = { login: "ann", envelopeFrom: "ceo@example.com", from: "ann@example.com" };
const OF_HEADER = { login: "ann", envelopeFrom: "ann@example.com", from: "ceo@example.com" };

/** What each kind of listener answers to the same message. */
async function answers(actions: string, { login, envelopeFrom, from }: Shown) {
  const { addressOf } = await served(`${BASE}actions: { ${actions} }\n`);
  const policy = await askPolicy(addressOf("policy"), { login, sender: envelopeFrom, recipient: "x@example.com" });
  const milter = await mtaAnswers(addressOf("milter"), { login, envelopeFrom, from });
  const message = Buffer.from(`From: ${from}\r\n\r\nbody\r\n`).toString("base64");
  const body = JSON.stringify({ login, envelopeFrom, message });
  const headers = { "content-type": "application/json" };
  const response = await fetch(`http://${addressOf("http")}/v1/check`, { method: "POST", headers, body });
  const { action, code, reply, edits } = (await response.json()) as Told;
  return { policy, milter, http: [action, code, reply?.code, ...edits.map(({ kind }) => kind)] };
}

interface Told {
  readonly action: string;
  readonly code: string;
  readonly reply?: { readonly code: number };
  readonly edits: readonly { readonly kind: string }[];
}

const REJECTED = expect.stringMatching(/^553 5\.7\.1 /);
const DEFERRED = expect.stringMatching(/^451 4\.7\.1 /);

describe("a failure of the envelope, on each kind of listener", () => {
  const CODE = "envelope-not-owned";
  it.each<[string, unknown, readonly unknown[], readonly unknown[]]>([
    ["reject", REJECTED, [REJECTED], ["reject", CODE, 553]],
    ["defer", expect.stringMatching(/^DEFER_IF_PERMIT 4\.7\.1 /), [DEFERRED], ["defer", CODE, 451]],
    [
      "quarantine",
      expect.stringMatching(/^HOLD /),
      ["quarantine", "continue"],
      ["accept", "ok", undefined, "quarantine"],
    ],
    [
      "tag",
      expect.stringMatching(/^PREPEND X-Fromguard-Failed: envelope-not-owned; /),
      ["add-header", "continue"],
      ["accept", "ok", undefined, "add-header"],
    ],
    ["observe", "DUNNO", [], ["accept", "ok", undefined]],
  ])("%s", async (action, policy, milter, http) => {
    expect(await answers(`${CODE}: ${action}`, OF_ENVELOPE)).toEqual({ policy, milter, http });
  });

  it("cannot be rewritten, which is told at load", () => {
    expect(() => parseConfig(`${BASE}actions: { ${CODE}: rewrite }\n`, "f.yaml")).toThrow(
      `f.yaml:5:12: actions.${CODE}: no rewritten header cures it: reject, defer, quarantine, tag or observe it`,
    );
  });
});

describe("a failure of the header, on each kind of listener", () => {
  const CODE = "from-not-owned";
  it.each<[string, readonly unknown[], readonly unknown[]]>([
    ["reject", [REJECTED], ["reject", CODE, 553]],
    ["defer", [DEFERRED], ["defer", CODE, 451]],
    ["quarantine", ["quarantine", "continue"], ["accept", "ok", undefined, "quarantine"]],
    ["tag", ["add-header", "continue"], ["accept", "ok", undefined, "add-header"]],
    ["rewrite", ["change-header", "continue"], ["accept", "ok", undefined, "change-header"]],
    ["observe", [], ["accept", "ok", undefined]],
  ])("%s; a policy listener never sees it", async (action, milter, http) => {
    expect(await answers(`${CODE}: ${action}`, OF_HEADER)).toEqual({ policy: "DUNNO", milter, http });
  });

  it("is not told of a policy listener alone, which is refused at load", async () => {
    const yaml = `${OWNERSHIP}listeners: [{ policy: 127.0.0.1:0, contexts: { here: [header-originators-owned] } }]\nrules: [sender-fqdn]\nactions: { ${CODE}: tag }\n`;
    await expect(buildPolicy(parseConfig(yaml, "f.yaml"))).rejects.toThrow(
      /^f\.yaml:2:\d+: listeners\[0\]\.contexts\.here: a policy listener never/,
    );
  });

  it("is not rewritten where the rule that could is missing, which is told at load", async () => {
    const warningsOf = async (rules: string, actions: string) => {
      const yaml = `${OWNERSHIP}listeners: [{ milter: 127.0.0.1:0 }]\nrules: ${rules}\nactions: { ${actions} }\n`;
      const { warnings } = await buildPolicy(parseConfig(yaml, "f.yaml"));
      return warnings.filter((warning) => warning.includes("rewrite"));
    };
    const all = "require-login, local-originators-match-envelope";
    expect(
      await warningsOf(`[${all}, login-equals-senders]`, "from-not-owned: rewrite, from-multiple: rewrite"),
    ).toEqual([
      "from-multiple and from-not-owned is refused, not rewritten (actions: rewrite): only header-originators-owned rewrites, and it is not among the rules",
    ]);
    expect(await warningsOf(`[${all}, header-originators-owned]`, "from-not-owned: rewrite")).toEqual([]);
  });
});
