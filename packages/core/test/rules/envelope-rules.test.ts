import { describe, expect, it } from "vitest";
import {
  domainExists,
  type FactsInput,
  facts,
  loginMap,
  loginOwnsEnvelope,
  type Ownership,
  ownedAddresses,
  ownedAddressNeedsLogin,
  relayOnlyForLogin,
  requireFqdn,
  requireLogin,
  senderDomainIsOurs,
  senderExists,
} from "../../src/index.js";
import {
  failingOwnership,
  failingTable,
  fakeResolver,
  hangingOwnership,
  judge,
  lateOwnership,
  memoryTable,
  type RuleCase,
  ruleCases,
} from "../../src/testing/index.js";

const from = (envelopeFrom: string, more: FactsInput = {}): FactsInput => ({ envelopeFrom, ...more });
const as = (login: string, envelopeFrom: string): FactsInput => ({ login, envelopeFrom });

describe("requireFqdn", () => {
  ruleCases(it, requireFqdn(), [
    ["two labels", from("ann@example.com"), "pass"],
    ["a trailing dot", from("ann@example.com."), "pass"],
    ["U-labels", from("ann@bücher.example"), "pass"],
    ["an underscore", from("ann@a_b.example"), "pass"],
    ["the domain behind the last at sign", from('"x@localhost"@example.com'), "pass"],
    ["one label", from("ann@localhost"), "fail:sender-not-fqdn", { evidence: { address: "ann@localhost" } }],
    ["one label with a dot", from("ann@localhost."), "fail:sender-not-fqdn"],
    ["a qualified address in quotes only", from('"x@example.com"@localhost'), "fail:sender-not-fqdn"],
    ["no domain", from("ann"), "fail:sender-not-fqdn"],
    ["a domain behind a percent sign", from("ann%example.com"), "fail:sender-not-fqdn"],
    ["a bang path", from("example.com!ann"), "fail:sender-not-fqdn"],
    ["two trailing dots", from("ann@example.com.."), "fail:sender-not-fqdn"],
    ["an empty label", from("ann@example..com"), "fail:sender-not-fqdn"],
    ["numbers alone", from("ann@192.0.2.1"), "fail:sender-not-fqdn"],
    ["a literal", from("ann@[192.0.2.1]"), "fail:sender-literal"],
    ["a literal that is none", from("ann@[192.0.2]"), "fail:sender-not-fqdn"],
    ["no mailbox", from("(ann@example.com"), "fail:envelope-malformed", { evidence: { offset: 0 } }],
    ["the null reverse-path", from("<>"), "skip:null-reverse-path"],
  ]);
  ruleCases(it, requireFqdn({ allowLiterals: true }), [["an allowed literal", from("ann@[192.0.2.1]"), "pass"]]);
});

describe("loginOwnsEnvelope", () => {
  const owned = ownedAddresses({
    ann: ["ann@example.com", "Team@example.com", "ann@[192.0.2.7]"],
    bob: ["bob@example.com"],
  });
  const cases: RuleCase[] = [
    ["an owner may send", as("ann", "ann@example.com"), "pass"],
    ["case of the domain is ignored", as("ann", "ann@EXAMPLE.com"), "pass"],
    ["case of the local part is the ownership's", as("ann", "team@example.com"), "pass"],
    ["a literal", as("ann", "ann@[192.0.2.7]"), "pass"],
    [
      "another's address",
      as("ann", "bob@example.com"),
      "fail:envelope-not-owned",
      { evidence: { login: "ann", address: "bob@example.com", source: "owned addresses", result: "bob" } },
    ],
    ["nobody's address", as("ann", "carol@example.com"), "fail:envelope-not-owned"],
    ["no domain", as("ann", "ann"), "fail:envelope-not-owned"],
    ["a comment", as("ann", "(ann@example.com"), "fail:envelope-malformed"],
    ["a source route", as("ann", "@bank.example:ann@example.com"), "fail:envelope-malformed"],
    ["a width variant of the domain", as("ann", "ann@ｅxample.com"), "fail:envelope-malformed"],
    ["a trailing dot", as("ann", "ann@example.com."), "fail:envelope-malformed"],
    ["a domain that is none", as("ann", "ann@example..com"), "fail:envelope-malformed"],
    ["the null reverse-path", as("ann", "<>"), "skip:null-reverse-path"],
    ["no login", from("ann@example.com"), "skip:no-login"],
    ["no login, no mailbox", from("(ann@example.com"), "skip:no-login"],
    ["a local user is no login", from("ann@example.com", { localUser: "ann" }), "skip:no-login"],
  ];
  ruleCases(it, loginOwnsEnvelope({ ownership: owned }), cases);
  describe("with an ownership that answers late", () => {
    ruleCases(it, loginOwnsEnvelope({ ownership: lateOwnership(owned) }), cases);
  });
  ruleCases(it, loginOwnsEnvelope({ ownership: owned, nullReversePath: "reject" }), [
    ["a refused null reverse-path", as("ann", "<>"), "fail:envelope-not-owned"],
    ["a refused null reverse-path without a login", from("<>"), "skip:no-login"],
  ]);
  ruleCases(it, loginOwnsEnvelope({ ownership: owned, localPartCase: "exact" }), [
    ["exact: the owned spelling", as("ann", "Team@example.com"), "pass"],
    ["exact: another case", as("ann", "team@example.com"), "fail:envelope-not-owned"],
  ]);
  ruleCases(it, loginOwnsEnvelope({ ownership: failingOwnership() }), [
    ["a source that is down is no no", as("ann", "ann@example.com"), "unknown:source-down"],
  ]);
  ruleCases(it, loginOwnsEnvelope({ ownership: failingOwnership({ throws: true, late: true }) }), [
    ["a source that rejects", as("ann", "ann@example.com"), "unknown:rule-failed"],
  ]);
  ruleCases(it, loginOwnsEnvelope({ ownership: { name: "lazy", ask: () => [] } }), [
    ["a source that leaves a question open", as("ann", "ann@example.com"), "unknown:ownership-incomplete"],
  ]);
  const onBehalf: Ownership = {
    name: "on behalf",
    ask: (_login, questions) => questions.map(() => ({ kind: "yes", requires: "sender-field", evidence: () => ({}) })),
  };
  ruleCases(it, loginOwnsEnvelope({ ownership: onBehalf }), [
    ["owned only beside a Sender", as("ann", "ann@example.com"), "fail:envelope-not-owned"],
  ]);

  it("aborts a source that hangs", async () => {
    const rule = loginOwnsEnvelope({ ownership: hangingOwnership() });
    const signal = AbortSignal.abort(new DOMException("too late", "TimeoutError"));
    expect(await judge(rule, facts(as("ann", "ann@example.com")), { signal })).toMatchObject({ kind: "unknown" });
  });
});

describe("loginOwnsEnvelope by a login map", () => {
  const ownership = loginMap({ tables: [memoryTable({ "sales@example.com": "ann, bob" })] });
  ruleCases(it, loginOwnsEnvelope({ ownership }), [
    ["owner may send", as("ann", "sales@example.com"), "pass"],
    ["case of domain and login are ignored", as("ANN", "sales@EXAMPLE.com"), "pass"],
    [
      "other login may not",
      as("eve", "sales@example.com"),
      "fail:envelope-not-owned",
      { evidence: { source: "memory", key: "sales@example.com", remedy: "sales@example.com ann, bob, eve" } },
    ],
  ]);
  ruleCases(it, loginOwnsEnvelope({ ownership: loginMap({ tables: [failingTable()] }) }), [
    ["table down is not a no", as("ann", "sales@example.com"), "unknown:table-unavailable"],
  ]);
});

describe("domainExists", () => {
  const resolver = fakeResolver({
    "mx.test": { mx: ["mail.test"] },
    "a.test": { a: ["192.0.2.1"] },
    "aaaa.test": { aaaa: ["2001:db8::1"] },
    "null.test": { mx: [{ preference: 0, exchange: "" }], a: ["192.0.2.1"] },
    "bad.test": { mx: ["-x.test"] },
    "down.test": { mx: { failed: "SERVFAIL" } },
    "odd.test": { mx: { failed: "FORMERR", permanent: true } },
    "xn--bcher-kva.example": { mx: ["mail.test"] },
  });
  ruleCases(it, domainExists({ resolver, ourDomains: ["inside.test"] }), [
    ["an MX record", from("ann@mx.test"), "pass"],
    ["its name is looked up in small letters", from("ann@MX.test."), "pass"],
    ["an A record", from("ann@a.test"), "pass"],
    ["an AAAA record", from("ann@aaaa.test"), "pass"],
    ["U-labels by their A-labels", from("ann@bücher.example"), "pass"],
    ["our own domain without a query", from("ann@inside.test"), "pass"],
    [
      "no record",
      from("ann@nowhere.test"),
      "fail:sender-domain-unknown",
      { evidence: { address: "ann@nowhere.test", source: "dns", key: "nowhere.test" } },
    ],
    ["a null MX", from("ann@null.test"), "fail:sender-domain-null-mx"],
    ["MX records that name no host", from("ann@bad.test"), "fail:sender-domain-malformed"],
    ["a failure is no no", from("ann@down.test"), "unknown:dns-unavailable"],
    ["nor is one for good", from("ann@odd.test"), "unknown:dns-unavailable"],
    ["no domain name", from("ann@a..test"), "fail:sender-domain-unknown"],
    ["a literal", from("ann@[192.0.2.1]"), "skip:address-literal"],
    ["no domain", from("ann"), "skip:no-domain"],
    ["the null reverse-path", from("<>"), "skip:null-reverse-path"],
    ["no mailbox", from("a b@mx.test"), "fail:envelope-malformed"],
  ]);

  it("refuses a domain of ours that is none", () => {
    expect(() => domainExists({ resolver, ourDomains: ["a b"] })).toThrow('ourDomains: "a b" is no domain');
  });
});

describe("requireLogin", () => {
  ruleCases(it, requireLogin(), [
    ["a login", { login: "ann" }, "pass"],
    ["a local user", { localUser: "root" }, "pass"],
    ["a trusted network is neither", { client: "127.0.0.1" }, "fail:login-required"],
    ["nobody", {}, "fail:login-required"],
  ]);

  it("a local user whose name the transport cannot tell", async () => {
    const given = { ...facts({}), localUser: { name: undefined } };
    expect(await judge(requireLogin(), given)).toEqual({ kind: "pass", code: "ok" });
  });
});

describe("relayOnlyForLogin", () => {
  const to = (...recipients: string[]): FactsInput => ({ recipients });
  ruleCases(it, relayOnlyForLogin({ ourDomains: ["example.com", "Bücher.example", "[192.0.2.7]"] }), [
    ["our domain", to("bob@example.com"), "pass"],
    ["our domain in another case and form", to("bob@EXAMPLE.com", "bob@xn--bcher-kva.example"), "pass"],
    ["our address literal", to("bob@[192.0.2.7]"), "pass"],
    ["postmaster without a domain", to("Postmaster"), "pass"],
    ["another's domain", to("bob@example.org"), "fail:relay-denied", { evidence: { address: "bob@example.org" } }],
    ["in another case", to("bob@EXAMPLE.ORG"), "fail:relay-denied", { evidence: { address: "bob@example.org" } }],
    ["another's domain beside ours", to("bob@example.com", "bob@example.org"), "fail:relay-denied"],
    ["a subdomain of ours", to("bob@mail.example.com"), "fail:relay-denied"],
    ["another recipient without a domain", to("bob"), "fail:relay-denied"],
    ["a percent hack", to("bob%example.org@example.com"), "fail:relay-denied"],
    ["a bang path", to("example.org!bob@example.com"), "fail:relay-denied"],
    ["an address within an address", to('"bob@example.org"@example.com'), "fail:relay-denied"],
    ["a source route", to("@example.com:bob@example.org"), "fail:relay-denied"],
    ["the null path", to("<>"), "fail:relay-denied"],
    ["anywhere for a login", { login: "ann", ...to("bob@example.org") }, "pass"],
    ["anywhere for a local user", { localUser: "root", ...to("bob@example.org") }, "pass"],
    ["not for a trusted network", { client: "127.0.0.1", ...to("bob@example.org") }, "fail:relay-denied"],
    ["no recipient", to(), "skip:no-recipients"],
  ]);
});

describe("the option ourDomains", () => {
  it.each([[domainExists], [relayOnlyForLogin], [senderDomainIsOurs]])("of %o refuses what is no domain", (make) => {
    const refused = { code: "FG_POLICY_INVALID", message: 'ourDomains: "a b" is no domain' };
    const options = { resolver: fakeResolver({}), ourDomains: ["a b"] };
    expect(() => make(options)).toThrow(expect.objectContaining(refused));
  });
});

describe("senderDomainIsOurs", () => {
  ruleCases(it, senderDomainIsOurs({ ourDomains: ["example.com"] }), [
    ["ours", from("ann@Example.com"), "pass"],
    ["another's", from("ann@example.org"), "fail:sender-domain-not-ours", { evidence: { address: "ann@example.org" } }],
    ["a subdomain of ours", from("ann@mail.example.com"), "fail:sender-domain-not-ours"],
    ["none", from("ann"), "fail:sender-domain-not-ours"],
    ["the null reverse-path", from("<>"), "skip:null-reverse-path"],
    ["no mailbox", from("ann@example.com x"), "fail:envelope-malformed"],
  ]);
});

describe("senderExists", () => {
  const senders = memoryTable({ "ann@example.com": "x", "@example.org": "x", "u@strasse.test": "x" });
  const cases: RuleCase[] = [
    ["a listed sender", from("Ann@Example.com"), "pass"],
    ["an extension of a listed sender", from("ann+x@example.com"), "pass"],
    ["a listed domain", from("any@example.org"), "pass"],
    [
      "an unlisted sender",
      from("bob@example.com"),
      "fail:sender-unknown",
      { evidence: { address: "bob@example.com", source: "memory", key: "bob@example.com" } },
    ],
    ["a name that is listed only folded", from("u@straße.test"), "fail:sender-unknown"],
    ["no domain", from("ann"), "fail:sender-unknown"],
    ["the null reverse-path", from("<>"), "skip:null-reverse-path"],
    ["no mailbox", from("ann@example.com x"), "fail:envelope-malformed"],
  ];
  ruleCases(it, senderExists({ senders, recipientDelimiter: "+" }), cases);
  describe("with a table that answers late", () => {
    const late = { ...senders, lookup: async (key: string) => senders.lookup(key) };
    ruleCases(it, senderExists({ senders: late, recipientDelimiter: "+" }), cases);
  });
  const listed = memoryTable({ "ann@fass.example": "yes" });
  const lookup = (key: string) => (key.includes("xn--") ? Promise.resolve(listed.lookup(key)) : listed.lookup(key));
  ruleCases(it, senderExists({ senders: { name: "mixed", keys: "parts", lookup } }), [
    ["one form of the domain at once, another later", from("ann@faß.example"), "fail:sender-unknown"],
  ]);
  ruleCases(it, senderExists({ senders: failingTable() }), [
    ["table down is not a no", from("ann@example.com"), "unknown:table-unavailable"],
  ]);
});

describe("ownedAddressNeedsLogin", () => {
  const ownership = ownedAddresses({ ann: ["ann@example.com"] });
  ruleCases(it, ownedAddressNeedsLogin({ ownership }), [
    ["nobody's address", from("bob@example.org"), "pass"],
    [
      "an owned address",
      from("ann@example.com"),
      "fail:owned-address-needs-login",
      { evidence: { address: "ann@example.com", result: "ann", login: undefined } },
    ],
    ["a look-alike of an owned address", from("ann@EXAMPLE.com."), "fail:owned-address-needs-login"],
    ["an address that the host completes", from("ann"), "fail:sender-not-fqdn"],
    ["with a login", as("ann", "ann@example.com"), "skip:logged-in"],
    ["with another login", as("bob", "ann@example.com"), "skip:logged-in"],
    ["by a local user", from("ann@example.com", { localUser: "root" }), "skip:local-user"],
    ["the null reverse-path", from("<>"), "skip:null-reverse-path"],
    ["no mailbox", from("(ann@example.com"), "fail:envelope-malformed"],
  ]);
  ruleCases(it, ownedAddressNeedsLogin({ ownership: loginMap({ tables: [memoryTable({ "@example.com": "," })] }) }), [
    ["a reserved address", from("ann@example.com"), "fail:owned-address-needs-login"],
  ]);
  ruleCases(it, ownedAddressNeedsLogin({ ownership: lateOwnership(failingOwnership()) }), [
    ["a source that is down is no no", from("ann@example.com"), "unknown:source-down"],
  ]);
});
