import { type FactsInput, facts, readHeaderBytes } from "@fromguard/core";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/config.js";
import { buildPolicy } from "../../src/config/policy.js";

const OWNERSHIP = 'ownership:\n  - login-map: "inline:{ann@example.com=ann}"\n';
const BOTH = "rules: [login-owns-envelope, header-originators-owned]\n";
const headers = (text: string) => readHeaderBytes(new TextEncoder().encode(`${text}\r\n\r\n`));

/** What becomes of mail of `ann`: the action, the code or what was observed, and the kinds of edits. */
async function outcomeOf(yaml: string, given: FactsInput) {
  const { guard } = await buildPolicy(parseConfig(OWNERSHIP + yaml, "f.yaml"));
  const { action, code, edits, observed } = await guard.check(facts({ login: "ann", ...given }));
  const seen = observed.map(({ rule, verdict }) => `${rule}:${verdict.code}`);
  return [action, seen.length > 0 ? seen.join() : code, ...edits.map(({ kind }) => kind)];
}

const FORGED = { envelopeFrom: "ann@example.com", headers: headers("From: ceo@example.com") };
const FOREIGN = "header-originators-owned:from-not-owned";

describe("actions", () => {
  it.each([
    ["", ["reject", "from-not-owned"]],
    ["actions: { from-not-owned: reject }\n", ["reject", "from-not-owned"]],
    ["actions: { from-not-owned: defer }\n", ["defer", "from-not-owned"]],
    ["actions: { from-not-owned: quarantine }\n", ["accept", FOREIGN, "quarantine"]],
    ["actions: { from-not-owned: tag }\n", ["accept", FOREIGN, "add-header"]],
    ["actions: { from-not-owned: rewrite }\n", ["accept", "ok", "change-header"]],
    ["actions: { from-not-owned: observe }\n", ["accept", FOREIGN]],
    ["actions: { default: tag }\n", ["accept", FOREIGN, "add-header"]],
    ["actions: { default: tag, from-not-owned: reject }\n", ["reject", "from-not-owned"]],
    ["actions: { sender-missing: observe }\n", ["reject", "from-not-owned"]],
  ])("%s", async (actions, expected) => {
    expect(await outcomeOf(BOTH + actions, FORGED)).toEqual(expected);
  });

  it("what cannot be rewritten is refused, whatever the default", async () => {
    const structural = { ...FORGED, headers: headers("From: ceo@example.com\r\nSubject : x") };
    expect(await outcomeOf(`${BOTH}actions: { from-not-owned: rewrite }\n`, structural)).toEqual([
      "reject",
      "header-name-malformed",
    ]);
    const nobodys = { ...FORGED, envelopeFrom: "ceo@example.com" };
    const rules = "rules: [header-originators-owned]\nactions: { from-not-owned: rewrite, default: observe }\n";
    expect(await outcomeOf(rules, nobodys)).toEqual(["reject", "from-not-owned"]);
  });

  it("an action of a code goes before the cure of the rule", async () => {
    const rules = "rules: [{ header-originators-owned: { cure: { to: envelope } } }]\n";
    expect(await outcomeOf(rules, FORGED)).toEqual(["accept", "ok", "change-header"]);
    expect(await outcomeOf(`${rules}actions: { from-not-owned: reject }\n`, FORGED)).toEqual([
      "reject",
      "from-not-owned",
    ]);
  });

  it.each([
    ["actions: { from-missing: rewrite }\n", "f.yaml:1:12: actions.from-missing: no rewritten header cures it"],
    [
      "actions: { from-not-owned: rejekt }\n",
      "must be reject, defer, quarantine, tag, rewrite or observe (did you mean reject?)",
    ],
    [
      "actions: { from-not-ownd: reject }\n",
      "f.yaml:1:12: actions.from-not-ownd: unknown key (did you mean from-not-owned?)",
    ],
    ["actions: { default: rewrite }\n", "actions.default: must be reject, defer, quarantine, tag or observe"],
  ])("%s is a fault", (yaml, complaint) => {
    expect(() => parseConfig(yaml, "f.yaml")).toThrow(complaint);
  });
});

describe("where a rule cannot find out", () => {
  const DOWN = "rules: [{ sender-exists: { senders: 'fail:down' RULE } }]\n";
  const SENT = { envelopeFrom: "ann@example.com" };

  it.each([
    ["", "", ["defer", "table-unavailable"]],
    ["", "on-error: accept\n", ["accept", "sender-exists:table-unavailable"]],
    [", on-error: accept", "", ["accept", "sender-exists:table-unavailable"]],
    [", on-error: defer", "on-error: accept\n", ["defer", "table-unavailable"]],
    ["", "actions: { default: reject }\n", ["defer", "table-unavailable"]],
  ])("rule { %s } and policy %s", async (rule, policy, expected) => {
    expect(await outcomeOf(DOWN.replace(" RULE", rule) + policy, SENT)).toEqual(expected);
  });
});

describe("shadow", () => {
  it.each([
    ["rules: [{ header-originators-owned: { shadow: true } }]\n", ["accept", FOREIGN]],
    [`${BOTH}shadow: true\n`, ["accept", FOREIGN]],
    [`${BOTH}shadow: true\nactions: { default: quarantine }\n`, ["accept", FOREIGN]],
    ["shadow: true\nrules: [{ header-originators-owned: { cure: { to: envelope } } }]\n", ["accept", FOREIGN]],
    ["rules: [{ login-owns-envelope: { shadow: true } }, header-originators-owned]\n", ["reject", "from-not-owned"]],
  ])("%s", async (yaml, expected) => {
    expect(await outcomeOf(yaml, FORGED)).toEqual(expected);
  });
});

it("an action is of every rule that has the code", async () => {
  const rules =
    "rules: [{ sender-exists: { senders: 'inline:{x@example.com=y}' } }]\nactions: { sender-unknown: defer }\n";
  expect(await outcomeOf(rules, { envelopeFrom: "ann@example.com" })).toEqual(["defer", "sender-unknown"]);
});
