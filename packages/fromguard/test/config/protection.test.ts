import { describe, expect, it } from "vitest";
import { gapsOfLocalSenders, type Protecting, protectionGaps } from "../../src/config/protection.js";
import type { RuleName } from "../../src/config/rule-schemas.js";

const BOTH: readonly RuleName[] = ["login-owns-envelope", "header-originators-owned"];

describe("the gaps of a policy", () => {
  it.each<[string, readonly RuleName[], readonly RegExp[]]>([
    ["are none where a login is required and owns both senders", ["require-login", ...BOTH], []],
    ["are none where the login equals the senders", ["require-login", "login-equals-senders"], []],
    ["are all who do not log in", BOTH, [/^no rule refuses anything to clients without a login/]],
    [
      "are our users' names where only relay is closed",
      ["relay-only-for-login", ...BOTH],
      [/to our domains in the name/],
    ],
    [
      "are the header where the envelope needs a login",
      ["owned-address-needs-login", ...BOTH],
      [/into the From header/],
    ],
    ["are the header where a main.cf decides", ["postfix-restrictions"], [/any address into the From/]],
    ["are none where a header rule stands beside it", ["postfix-restrictions", "header-originators-owned"], []],
    ["are all senders where a login is all that is asked", ["require-login"], [/^no rule compares the sender/]],
    [
      "are the header behind an owned envelope",
      ["require-login", "login-owns-envelope"],
      [/any address into the From/],
    ],
    ["are the envelope before an owned header", ["require-login", "header-originators-owned"], [/any envelope sender/]],
  ])("%s", (_, rules, expected) => {
    const gaps = protectionGaps({ rules: rules.map((kind) => ({ kind })), listeners: [{ kind: "policy" }] });
    expect(gaps).toHaveLength(expected.length);
    for (const [index, pattern] of expected.entries()) expect(gaps[index]).toMatch(pattern);
  });
});

describe("what is accepted though it fails", () => {
  const rules = (["require-login", ...BOTH] as const).map((kind) => ({ kind }));
  const [first, ...others] = rules;
  const OPEN = /^fail-open: mail is accepted where .* cannot find out/;

  it.each<[string, Partial<Protecting>, readonly RegExp[]]>([
    ["nothing by default", { onError: "defer", actions: {} }, []],
    ["what a policy cannot find out", { onError: "accept" }, [OPEN]],
    ["what a rule cannot find out", { rules: [{ ...first!, options: { "on-error": "accept" } }, ...others] }, [OPEN]],
    [
      "no rule that says defer itself",
      { onError: "accept", rules: rules.map((rule) => ({ ...rule, options: { "on-error": "defer" } })) },
      [],
    ],
    ["everything in shadow", { shadow: true }, [/^the policy refuses nothing \(shadow\)/]],
    [
      "what a rule in shadow would refuse",
      { rules: [{ ...first!, options: { shadow: true } }, ...others] },
      [/^[a-z-]+ refuses nothing \(shadow\)/, /^no rule refuses anything to clients without a login/],
    ],
    [
      "a listener in shadow",
      { listeners: [{ kind: "policy", options: { policy: "127.0.0.1:1", shadow: true } }] },
      [/^policy 127\.0\.0\.1:1 refuses nothing \(shadow\)/],
    ],
    ["what is observed", { actions: { default: "observe" } }, [/^every failure without an action .* only logged$/]],
    ["what is tagged", { actions: { "from-not-owned": "tag" } }, [/^from-not-owned is accepted \(actions: tag\)/]],
    ["nothing that is held", { actions: { default: "quarantine" } }, []],
    [
      "own addresses while a source is ignored",
      {
        rules: [...rules, { kind: "owned-address-needs-login" }],
        ownership: { sources: [{ options: { "on-failure": "ignore" } }] },
      },
      [/^fail-open: while a source with on-failure: ignore/],
    ],
  ])("%s", (_, config, expected) => {
    const gaps = protectionGaps({ rules, listeners: [{ kind: "policy" }], ...config });
    expect(gaps).toHaveLength(expected.length);
    for (const [index, pattern] of expected.entries()) expect(gaps[index]).toMatch(pattern);
  });
});

describe("clients without a login, beside From in our domains", () => {
  const aligned = { kind: "envelope-header-aligned", options: { "our-domains": ["example.com"] } } as const;
  const owned = BOTH.map((kind) => ({ kind }));
  it.each<[string, Protecting["rules"], readonly RegExp[]]>([
    ["have no gap where the envelope is kept too", [aligned, { kind: "owned-address-needs-login" }], []],
    ["have the envelope where it is not", [aligned], [/as envelope sender, behind a From that is not ours/]],
    [
      "have all where no domain is said to be ours",
      [{ kind: "envelope-header-aligned" }],
      [/^no rule refuses anything to clients without a login/],
    ],
    [
      "have From where that rule only watches",
      [{ ...aligned, options: { ...aligned.options, shadow: true } }, { kind: "owned-address-needs-login" }],
      [/refuses nothing \(shadow\)/, /into the From header, behind an envelope sender that nobody owns/],
    ],
  ])("%s", (_, rules, expected) => {
    const gaps = protectionGaps({ rules: [...rules, ...owned], listeners: [{ kind: "http" }] });
    expect(gaps).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
  });
});

describe("the gaps of contexts", () => {
  const closed = ["require-login", ...BOTH] as const;
  const POLICY = { kind: "policy", options: { policy: "127.0.0.1:1" } } as const;
  const rulesOf = (names: readonly RuleName[]) => names.map((kind) => ({ kind }));
  const gapsOf = (names: readonly RuleName[], more: Partial<Protecting> = {}) =>
    protectionGaps({
      rules: rulesOf([...closed, "local-originators-match-envelope"]),
      listeners: [POLICY, { kind: "milter" }],
      contexts: [{ listener: 0, name: "inbound", rules: rulesOf(names) }],
      ...more,
    });

  it.each<[string, readonly RuleName[], Partial<Protecting>, readonly RegExp[]]>([
    ["none where the milter has the rules on the header", ["require-login", "login-owns-envelope"], {}, []],
    [
      "clients without a login",
      ["login-owns-envelope"],
      {},
      [/^in the context inbound: no rule refuses anything to clients without a login/],
    ],
    [
      "any sender of a login",
      ["require-login", "sender-fqdn"],
      {},
      [/^in the context inbound: whoever logs in may use any envelope sender/],
    ],
    [
      "any From where no listener sees it",
      ["require-login", "login-owns-envelope"],
      { rules: rulesOf(["require-login", "login-equals-senders"]), listeners: [POLICY] },
      [/^in the context inbound: whoever logs in may write any address into the From header/],
    ],
    [
      "fail-open",
      ["require-login", "login-owns-envelope"],
      { rules: [], onError: "accept", listeners: [POLICY, { kind: "milter", options: { shadow: true } }] },
      [
        /^milter undefined refuses nothing/,
        /^no rule refuses/,
        /^no rule compares/,
        /^in the context inbound: whoever logs in may write any address/,
        /^in the context inbound: fail-open: mail is accepted where require-login or login-owns-envelope cannot/,
      ],
    ],
    [
      "nothing more where the listener only watches",
      [],
      { listeners: [{ ...POLICY, options: { ...POLICY.options, shadow: true } }] },
      [/^policy 127\.0\.0\.1:1 refuses nothing/],
    ],
  ])("%s", (_, names, more, expected) => {
    expect(gapsOf(names, more)).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
  });
});

describe("the gaps of local mail", () => {
  const OPEN = ["require-login", ...BOTH] as const;
  it.each<[string, readonly RuleName[], readonly ("policy" | "milter" | "http")[], number]>([
    ["are told where a milter has rules on logins alone", OPEN, ["policy", "milter"], 1],
    ["are told of the login that equals the senders", ["require-login", "login-equals-senders"], ["milter"], 1],
    ["are none without a milter, which alone sees local mail", OPEN, ["policy", "http"], 0],
    ["are none beside the rule for local mail", [...OPEN, "local-originators-match-envelope"], ["milter"], 0],
  ])("%s", (_, rules, listeners, count) => {
    const config = { rules: rules.map((kind) => ({ kind })), listeners: listeners.map((kind) => ({ kind })) };
    const gaps = protectionGaps(config).filter((gap) => gap.includes("sendmail"));
    expect(gaps).toHaveLength(count);
    for (const gap of gaps) expect(gap).toMatch(/non_smtpd_milters.*local-originators-match-envelope/);
  });
});

describe("the gaps of a main.cf", () => {
  it.each<[string, Record<string, string>, number]>([
    ["are local senders that nobody owns, behind a milter", { milter: "inet:127.0.0.1:1", maps: "static:*" }, 1],
    ["are none where the senders are bound to users", { milter: "inet:127.0.0.1:1", maps: "texthash:/m" }, 0],
    ["are for lint to tell where no milter sees local mail", { milter: "", maps: "static:*" }, 0],
  ])("%s", (_, { milter = "", maps = "" }, count) => {
    const get = (name: string) => (name === "non_smtpd_milters" ? milter : maps);
    const gaps = gapsOfLocalSenders({ get });
    expect(gaps).toHaveLength(count);
    for (const gap of gaps) expect(gap).toMatch(/authorized_submit_users and local_login_sender_maps/);
  });
});
