import { isFromguardError } from "@fromguard/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyCharacter } from "../../../../test/support/any-character.js";
import { parseConfig } from "../../src/config/config.js";
import { visible } from "../../src/report/style.js";

function complaintAbout(text: string): string {
  try {
    parseConfig(text, "f.yaml");
  } catch (error) {
    if (isFromguardError(error) && error.code === "FG_CONFIG_INVALID") return error.message;
    throw error;
  }
  return "no complaint";
}

const CASES: readonly (readonly [behaviour: string, yaml: string, complaint: string])[] = [
  [
    "a misspelt key is named with the right one",
    "listenrs: []\n",
    "f.yaml:1:1: listenrs: unknown key (did you mean listeners?)",
  ],
  ["a key like none is named", "\n\nbananas: 1\n", "f.yaml:3:1: bananas: unknown key"],
  [
    "a number that is not whole",
    "limits: { nesting: 1.5 }\n",
    "f.yaml:1:11: limits.nesting: must be a whole number, not 1.5",
  ],
  [
    "a code like none under actions",
    "actions: { bananas: reject }\n",
    "f.yaml:1:12: actions.bananas: unknown code: docs/codes.md lists them",
  ],
  [
    "a code like none under replies",
    "replies: { bananas: {} }\n",
    "f.yaml:1:12: replies.bananas: unknown code: docs/codes.md lists them",
  ],
  ["a list that is no list", "listeners: 5\n", "f.yaml:1:1: listeners: must be a list, not a number"],
  ["a file that is no map", "- policy: 127.0.0.1:1\n", "f.yaml:1:1: must be a map of keys, not a list"],
  ["a file that is text", "hello\n", "f.yaml:1:1: must be a map of keys, not text"],
  ["an empty list of listeners", "dns: {}\nlisteners: []\n", "f.yaml:2:1: listeners: must not be empty"],
  ["an empty list of rules", "rules: []\n", "f.yaml:1:1: rules: must not be empty"],
  ["a key without a value", "rules:\n", "f.yaml:1:1: rules: must be a list, not nothing"],
  [
    "a misspelt kind of listener",
    "listeners:\n  - polcy: 127.0.0.1:1\n",
    "f.yaml:2:5: listeners[0].polcy: unknown name (did you mean policy?)",
  ],
  [
    "a kind of listener like none",
    "listeners:\n  - carrier-pigeon: 127.0.0.1:1\n",
    "f.yaml:2:5: listeners[0].carrier-pigeon: unknown name: must be policy, milter or http",
  ],
  [
    "an address that another listener has",
    "listeners:\n  - policy: 127.0.0.1:1\n  - milter: 127.0.0.1:1\nownership:\n  - grants: g\n",
    "f.yaml:3:5: listeners[1].milter: another listener has the address 127.0.0.1:1",
  ],
  [
    "metrics at the address of a listener",
    "listeners:\n  - policy: unix:/run/x\nmetrics: unix:/run/x\nownership:\n  - grants: g\n",
    "f.yaml:3:1: metrics: another listener has the address unix:/run/x",
  ],
  [
    "port 0 twice, which is two ports",
    "listeners:\n  - policy: 127.0.0.1:0\n  - milter: 127.0.0.1:0\nownership:\n  - grants: g\n",
    "no complaint",
  ],
  [
    "two kinds in one listener",
    "listeners:\n  - policy: 127.0.0.1:1\n    milter: 127.0.0.1:2\n",
    "f.yaml:3:5: listeners[0].milter: stands beside policy: each needs an entry of its own",
  ],
  [
    "an unknown option of a listener",
    "listeners:\n  - policy: 127.0.0.1:1\n    polite: yes\n",
    "f.yaml:3:5: listeners[0].polite: unknown key",
  ],
  [
    "a refusal of local mail",
    "listeners:\n  - milter: 127.0.0.1:1\n    refused-local-mail: reject\n",
    "f.yaml:3:5: listeners[0].refused-local-mail: must be quarantine, defer or discard",
  ],
  [
    "local mail of another MTA",
    "listeners:\n  - milter: 127.0.0.1:1\n    local-mail: exim\n",
    "f.yaml:3:5: listeners[0].local-mail: must be postfix or sendmail",
  ],
  [
    "a mode that YAML reads as a decimal number",
    "listeners:\n  - policy: unix:/run/p\n    mode: 0660\n",
    'f.yaml:3:5: listeners[0].mode: must be octal text in quotes, such as "0660"',
  ],
  [
    "a mode of other digits",
    'listeners:\n  - policy: unix:/run/p\n    mode: "0680"\n',
    'f.yaml:3:5: listeners[0].mode: must be octal text in quotes, such as "0660"',
  ],
  [
    "an owner of a port",
    "listeners:\n  - milter: 127.0.0.1:1\n    owner: postfix\n",
    "f.yaml:3:5: listeners[0].owner: is for a unix:/PATH that is made here",
  ],
  [
    "a group of a socket of systemd",
    "metrics: { listen: systemd:metrics, allow-remote: true, group: www-data }\n",
    "f.yaml:1:57: metrics.group: is for a unix:/PATH that is made here",
  ],
  [
    "metrics on a socket of systemd, which may be reached by anybody",
    "metrics: systemd:metrics\n",
    "f.yaml:1:1: metrics.listen: it asks no password, and others can reach this address: write allow-remote: true if that is meant",
  ],
  [
    "a rule of a context that is misspelt",
    "listeners:\n  - policy: 127.0.0.1:1\n    contexts:\n      submission: [login-owns-envelop]\n",
    "f.yaml:4:20: listeners[0].contexts.submission[0].login-owns-envelop: unknown name (did you mean login-owns-envelope?)",
  ],
  [
    "a context without rules",
    "listeners:\n  - policy: 127.0.0.1:1\n    contexts: { submission: [] }\n",
    "f.yaml:3:17: listeners[0].contexts.submission: must not be empty",
  ],
  [
    "contexts of a milter",
    "listeners:\n  - milter: 127.0.0.1:1\n    contexts: { submission: [sender-fqdn] }\n",
    "f.yaml:3:5: listeners[0].contexts: unknown key",
  ],
  [
    "a listener that is text",
    "listeners:\n  - 127.0.0.1:1\n",
    "f.yaml:2:5: listeners[0]: must be a map with one key of policy, milter or http",
  ],
  [
    "an empty listener",
    "listeners:\n  - {}\n",
    "f.yaml:2:5: listeners[0]: must have one key of policy, milter or http",
  ],
  [
    "an address without a port",
    "listeners:\n  - milter: localhost\n",
    'f.yaml:2:5: listeners[0].milter: "localhost" is no address to listen on: write HOST:PORT, [IPV6]:PORT, unix:/PATH or systemd:NAME',
  ],
  [
    "an HTTP address that others can reach",
    "listeners:\n  - http: 0.0.0.0:80\n",
    "f.yaml:2:5: listeners[0].http: it asks no password, and others can reach this address: write allow-remote: true if that is meant",
  ],
  [
    "an HTTP address that is none",
    "listeners:\n  - http: nowhere\n",
    'f.yaml:2:5: listeners[0].http: "nowhere" is no address to listen on: write HOST:PORT, [IPV6]:PORT, unix:/PATH or systemd:NAME',
  ],
  [
    "metrics that others can reach",
    "metrics: 0.0.0.0:9464\n",
    "f.yaml:1:1: metrics.listen: it asks no password, and others can reach this address: write allow-remote: true if that is meant",
  ],
  [
    "metrics at no address",
    "metrics: { listen: nowhere }\n",
    'f.yaml:1:12: metrics.listen: "nowhere" is no address to listen on: write HOST:PORT, [IPV6]:PORT, unix:/PATH or systemd:NAME',
  ],
  ["metrics of a number", "metrics: 9464\n", "f.yaml:1:1: metrics: must be a map of keys, not a number"],
  [
    "an address that is a number",
    "listeners:\n  - policy: 10040\n",
    "f.yaml:2:5: listeners[0].policy: must be text, not a number",
  ],
  [
    "a map that is no text",
    "ownership:\n  - login-map: [pcre:/a, 7]\n",
    "f.yaml:2:26: ownership[0].login-map[1]: must be text, not a number",
  ],
  [
    "an option of ownership misspelt",
    "ownership:\n  - login-map: pcre:/a\n    recipient-delimeter: +\n",
    "f.yaml:3:5: ownership[0].recipient-delimeter: unknown key (did you mean recipient-delimiter?)",
  ],
  ["a timeout of no length", "dns: { timeout-ms: 0 }\n", "f.yaml:1:8: dns.timeout-ms: must be at least 1"],
  ["a timeout too long", "dns: { timeout-ms: 60001 }\n", "f.yaml:1:8: dns.timeout-ms: must be at most 60000"],
  [
    "a timeout that is no whole number",
    "dns: { timeout-ms: 1.5 }\n",
    "f.yaml:1:8: dns.timeout-ms: must be a whole number, not 1.5",
  ],
  ["a timeout in words", "dns:\n  timeout-ms: soon\n", "f.yaml:2:3: dns.timeout-ms: must be a number, not text"],
  ["the wrong unit", "dns:\n  timeout: 5\n", "f.yaml:2:3: dns.timeout: unknown key (did you mean timeout-ms?)"],
  [
    "a misspelt rule",
    "rules:\n  - sender-fqdn\n  - domain-exist\n",
    "f.yaml:3:5: rules[1].domain-exist: unknown name (did you mean domain-exists?)",
  ],
  [
    "a rule without what it needs",
    "rules:\n  - relay-only-for-login\n",
    "f.yaml:2:5: rules[0].relay-only-for-login.our-domains: required",
  ],
  [
    "an option of a rule misspelt",
    "rules:\n  - relay-only-for-login:\n      our-domain: [example.com]\n",
    "f.yaml:3:7: rules[0].relay-only-for-login.our-domain: unknown key (did you mean our-domains?)",
  ],
  [
    "an option for a rule that has none",
    "rules:\n  - require-login: { really: true }\n",
    "f.yaml:2:22: rules[0].require-login.really: unknown key",
  ],
  [
    "a preset misspelt",
    "rules:\n  - header-originators-owned:\n      preset: strikt\n",
    "f.yaml:3:7: rules[0].header-originators-owned.preset: must be default, strict, lenient or relaxed-resent (did you mean strict?)",
  ],
  [
    "options beside the rule instead of below",
    "rules:\n  - header-originators-owned:\n    preset: strict\n",
    "f.yaml:3:5: rules[0].preset: unknown key beside header-originators-owned: options stand below it",
  ],
  [
    "a cure without a target",
    "rules:\n  - header-originators-owned:\n      cure: { remove-signatures: true }\n",
    "f.yaml:3:7: rules[0].header-originators-owned.cure.to: required",
  ],
  [
    "a stamp of no kind",
    "rules:\n  - stamp-login: {}\n",
    "f.yaml:2:5: rules[0].stamp-login: needs authserv-id or pseudonym-key, and not both",
  ],
  [
    "a field for a stamp that has its own",
    "rules:\n  - stamp-login: { authserv-id: mx, field: X-L }\n",
    "f.yaml:2:37: rules[0].stamp-login.field: is for pseudonyms: it needs pseudonym-key",
  ],
  [
    "a rule that is a number",
    "rules:\n  - 5\n",
    "f.yaml:2:5: rules[0]: must be a map with one key of sender-fqdn, domain-exists, login-owns-envelope, header-originators-owned, body-unambiguous, require-login, relay-only-for-login, sender-domain-is-ours, postfix-restrictions, sender-exists, owned-address-needs-login, login-equals-senders, envelope-header-aligned, local-originators-match-envelope or stamp-login",
  ],
  ["a name of Object's own", "rules:\n  - constructor\n", "f.yaml:2:5: rules[0].constructor: unknown name"],
  [
    "the first fault in the order of the file",
    "bananas: 1\ndns: { timeout-ms: 0 }\n",
    "f.yaml:1:1: bananas: unknown key",
  ],
  [
    "a key that stands twice",
    "dns: {}\nrules: [require-login]\ndns: {}\n",
    "f.yaml:3:1: not valid YAML: a key stands twice",
  ],
  ["text that is no YAML", "rules: [\n", "f.yaml:2:1: not valid YAML"],
  ["a tab for indentation", "dns:\n\ttimeout-ms: 1\n", "f.yaml:2:1: not valid YAML"],
  [
    "an alias to nothing",
    "rules: *nowhere\n",
    "f.yaml:1:9: not valid YAML: no anchor has the name of this alias, nowhere",
  ],
  [
    "aliases without end",
    `rules: &a [x]\nlisteners: [${"*a,".repeat(101)}]\n`,
    "f.yaml:2:314: not valid YAML: more than 100 aliases",
  ],
  [
    "a map that is a map",
    "ownership:\n  - login-map: {}\n",
    "f.yaml:2:5: ownership[0].login-map: must be text or a list, not a map of keys",
  ],
  ["a second document", "dns: {}\n---\nrules: [require-login]\n", "f.yaml:2:1: not valid YAML"],
];

describe("a faulty configuration is one sentence that names file, line and key", () => {
  it.each(CASES)("%s", (_behaviour, yaml, complaint) => {
    const message = complaintAbout(yaml);
    if (complaint.endsWith("not valid YAML")) expect(message.startsWith(`${complaint}: `)).toBe(true);
    else if (complaint.endsWith("unknown name")) expect(message.startsWith(complaint)).toBe(true);
    else expect(message).toBe(complaint);
    expect(message).not.toMatch(/[\r\n]/);
  });
});

describe("any text at all", () => {
  const KEYS = ["listeners", "ownership", "dns", "rules", "policy", "login-map", "sender-fqdn", "preset", "servers"];
  const key = fc.oneof(fc.constantFrom(...KEYS), fc.string());
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.constantFrom(...KEYS)),
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(key, tie("tree"), { maxKeys: 3 }),
    ),
  }));

  it.each([
    ["shaped like a configuration", fc.dictionary(key, tree, { maxKeys: 4 }).map((value) => JSON.stringify(value))],
    ["of no shape", fc.string({ unit: anyCharacter })],
  ])("%s is a configuration, or one sentence that begins with the file", (_what, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        const complaint = complaintAbout(text);
        if (complaint !== "no complaint") expect(visible(complaint)).toMatch(/^f\.yaml:\d+:\d+: /);
      }),
    );
  });
});

describe("a right configuration", () => {
  it("holds the submission policy where it names no rules", () => {
    const { rules, dns } = parseConfig("", "f.yaml");
    expect(rules.map(({ kind }) => kind)).toEqual([
      "sender-fqdn",
      "domain-exists",
      "login-owns-envelope",
      "header-originators-owned",
    ]);
    expect(dns).toEqual({ servers: undefined, timeoutMs: 5000, staleSeconds: 0 });
  });

  it("keeps kinds, options and order", () => {
    const config = parseConfig(
      `listeners:
  - policy: unix:/run/fromguard/policy.sock
  - http: "[::1]:0"
ownership:
  - login-map: [pcre:/a, pcre:/b]
    recipient-delimiter: "+"
  - login-map: pcre:c
dns: { servers: ["127.0.0.1:5353"], timeout-ms: 100 }
rules:
  - header-originators-owned: { preset: strict }
  - relay-only-for-login: { our-domains: [example.com] }
  - require-login:
`,
      "f.yaml",
    );
    expect(config.listeners.map(({ kind }) => kind)).toEqual(["policy", "http"]);
    expect(config.ownership.sources.map(({ options }) => options)).toEqual([
      { "login-map": ["pcre:/a", "pcre:/b"], "recipient-delimiter": "+", "on-failure": "unknown" },
      { "login-map": ["pcre:c"], "on-failure": "unknown" },
    ]);
    expect(config.dns).toEqual({ servers: ["127.0.0.1:5353"], timeoutMs: 100, staleSeconds: 0 });
    expect(config.rules.map(({ kind, options }) => [kind, options])).toEqual([
      ["header-originators-owned", { preset: "strict", shadow: false }],
      ["relay-only-for-login", { "our-domains": ["example.com"], shadow: false }],
      ["require-login", { shadow: false }],
    ]);
  });
});
