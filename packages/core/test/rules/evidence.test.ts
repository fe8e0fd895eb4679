import { describe, expect, it } from "vitest";
import {
  bodyUnambiguous,
  domainExists,
  envelopeHeaderAligned,
  type FactsInput,
  facts,
  headerOriginatorsOwned,
  localOriginatorsMatchEnvelope,
  loginEqualsSenders,
  loginOwnsEnvelope,
  type Ownership,
  ownedAddresses,
  ownedAddressNeedsLogin,
  type Rule,
  readHeaderBytes,
  readMessage,
  relayOnlyForLogin,
  requireFqdn,
  requireLogin,
  senderDomainIsOurs,
  senderExists,
} from "../../src/index.js";
import { fakeResolver, memoryTable } from "../../src/testing/index.js";

const octets = (...lines: readonly string[]) => new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`);
const header = (...lines: readonly string[]): FactsInput => ({ headers: readHeaderBytes(octets(...lines)) });
const as = (login: string, input: FactsInput): FactsInput => ({ login, ...input });
const from = (envelopeFrom: string, input: FactsInput = {}): FactsInput => ({ envelopeFrom, ...input });
const body = (text: string, limits = {}): FactsInput => {
  const raw = octets("From: ann@example.com", "Content-Type: multipart/mixed; boundary=b", "", text);
  return { bodyAnomalies: readMessage(raw, limits).bodyAnomalies };
};

const ownership = ownedAddresses({ ann: ["ann@example.com", "Team@example.com"], bob: ["bob@example.com"] });
/** Grants all but `chief`, which needs a Sender, and what it cannot answer. */
const grants: Ownership = {
  name: "grants",
  ask: (login, questions) =>
    questions.map(({ address: { localPart } }) => {
      if (localPart === "down") {
        return { kind: "unknown", code: "table-unavailable", cause: "down", evidence: () => ({ source: "grants" }) };
      }
      const evidence = () => ({ login, source: "grants" });
      return localPart === "chief" ? { kind: "yes", requires: "sender-field", evidence } : { kind: "yes", evidence };
    }),
};
const silent: Ownership = { name: "silent", ask: () => [] };
const resolver = fakeResolver({
  "null.test": { mx: [{ preference: 0, exchange: "" }] },
  "bad.test": { mx: ["-x.test"] },
  "down.test": { mx: { failed: "SERVFAIL" } },
});
const owned = headerOriginatorsOwned({ ownership });
const aligned = envelopeHeaderAligned({ ourDomains: ["example.com"] });
const local = localOriginatorsMatchEnvelope();
const ours = senderDomainIsOurs({ ourDomains: ["example.com"] });

/** What is told of addresses that ann may not use, but for their places. */
const onBehalf = {
  login: "ann",
  source: "grants",
  address: "chief@example.com",
  detail: "it is granted on behalf: beside one own Sender",
  remedy: "add an own Sender",
};
const ofBob = {
  login: "ann",
  address: "bob@example.com",
  source: "owned addresses",
  key: "bob@example.com",
  result: "bob",
  remedy: "add bob@example.com to the addresses of ann",
};
const unlisted = (address: string) => ({
  login: "ann",
  address,
  source: "owned addresses",
  remedy: `add ${address} to the addresses of ann`,
});

/** What each refusal tells the operator, whole. */
const REFUSALS: readonly (readonly [name: string, rule: Rule, input: FactsInput, code: string, evidence: object])[] = [
  [
    "fqdn: one label",
    requireFqdn(),
    from("ann@localhost"),
    "sender-not-fqdn",
    { remedy: "send as user@host.domain", address: "ann@localhost" },
  ],
  [
    "nobody at all",
    requireLogin(),
    {},
    "login-required",
    { detail: "neither a login nor a local user", remedy: "log in before MAIL FROM" },
  ],
  [
    "a sender of another domain",
    ours,
    as("ann", from("x@other.test")),
    "sender-domain-not-ours",
    { remedy: "add its domain to ourDomains", address: "x@other.test" },
  ],
  [
    "an unlisted sender",
    senderExists({ senders: memoryTable({}, { name: "listed" }) }),
    from("x@other.test"),
    "sender-unknown",
    { source: "listed", key: "x@other.test", remedy: "add x@other.test to listed", address: "x@other.test" },
  ],
  [
    "relaying to another domain",
    relayOnlyForLogin({ ourDomains: ["example.com"] }),
    { recipients: ["x@example.com", "y@other.test"] },
    "relay-denied",
    {
      address: "y@other.test",
      detail: "the recipient is not in a domain of this server, and nobody is logged in",
      remedy: "log in, or add the domain to ourDomains",
    },
  ],
  [
    "relaying to a path that is none",
    relayOnlyForLogin({ ourDomains: ["example.com"] }),
    { recipients: ["(y@other.test"] },
    "relay-denied",
    {
      address: "(y@other.test",
      detail: "the recipient is not in a domain of this server, and nobody is logged in",
      remedy: "log in, or add the domain to ourDomains",
    },
  ],
  [
    "a domain that is none",
    domainExists({ resolver }),
    from("x@a..b"),
    "sender-domain-unknown",
    { source: "dns", key: "a..b", address: "x@a..b", detail: "it is no domain name" },
  ],
  [
    "a domain without records",
    domainExists({ resolver }),
    from("x@none.test"),
    "sender-domain-unknown",
    { source: "dns", key: "none.test", address: "x@none.test", result: "no MX, A or AAAA record" },
  ],
  [
    "a domain with a null MX",
    domainExists({ resolver }),
    from("x@null.test"),
    "sender-domain-null-mx",
    { source: "dns", key: "null.test", address: "x@null.test", result: "null MX" },
  ],
  [
    "a domain with malformed MX records",
    domainExists({ resolver }),
    from("x@bad.test"),
    "sender-domain-malformed",
    { source: "dns", key: "bad.test", address: "x@bad.test", result: "MX records that name no host" },
  ],
  [
    "a domain that cannot be looked up",
    domainExists({ resolver }),
    from("x@down.test"),
    "dns-unavailable",
    { source: "dns", key: "down.test", address: "x@down.test" },
  ],
  [
    "the null reverse-path where it is refused",
    loginOwnsEnvelope({ ownership, nullReversePath: "reject" }),
    as("ann", from("<>")),
    "envelope-not-owned",
    { login: "ann", address: "", detail: "the policy refuses the null reverse-path" },
  ],
  [
    "an envelope domain in another form",
    loginOwnsEnvelope({ ownership }),
    as("ann", from("ann@example.com.")),
    "envelope-malformed",
    { login: "ann", detail: "the domain is not in a plain form", address: "ann@example.com" },
  ],
  [
    "a foreign envelope",
    loginOwnsEnvelope({ ownership }),
    as("ann", from("bob@example.com")),
    "envelope-not-owned",
    ofBob,
  ],
  [
    "an envelope of nobody",
    loginOwnsEnvelope({ ownership }),
    as("ann", from("x@example.com")),
    "envelope-not-owned",
    unlisted("x@example.com"),
  ],
  [
    "an envelope granted on behalf",
    loginOwnsEnvelope({ ownership: grants }),
    as("ann", from("chief@example.com")),
    "envelope-not-owned",
    {
      login: "ann",
      source: "grants",
      detail: "it is owned only beside a Sender field, not in the envelope",
      address: "chief@example.com",
    },
  ],
  [
    "an envelope in another case",
    loginOwnsEnvelope({ ownership, localPartCase: "exact" }),
    as("ann", from("team@example.com")),
    "envelope-not-owned",
    {
      login: "ann",
      address: "team@example.com",
      source: "owned addresses",
      key: "team@example.com",
      result: "ann",
      detail: "the case of the local part differs from the owned address",
    },
  ],
  [
    "an envelope that nobody answers for",
    loginOwnsEnvelope({ ownership: silent }),
    as("ann", from("x@example.com")),
    "ownership-incomplete",
    {},
  ],
  [
    "an envelope that cannot be asked for",
    loginOwnsEnvelope({ ownership: grants }),
    as("ann", from("down@example.com")),
    "table-unavailable",
    { login: "ann", source: "grants", address: "down@example.com" },
  ],
  [
    "an owned envelope of a stranger",
    ownedAddressNeedsLogin({ ownership }),
    from("ann@example.com"),
    "owned-address-needs-login",
    {
      address: "ann@example.com",
      source: "owned addresses",
      key: "ann@example.com",
      result: "ann",
      remedy: "log in as an owner",
    },
  ],
  [
    "a stranger without a domain",
    ownedAddressNeedsLogin({ ownership }),
    from("ann"),
    "sender-not-fqdn",
    { detail: "the host appends its own domain, so that the address may be owned", address: "ann" },
  ],
  [
    "a stranger whom nobody answers for",
    ownedAddressNeedsLogin({ ownership: silent }),
    from("ann@example.com"),
    "ownership-incomplete",
    { address: "ann@example.com" },
  ],
  [
    "a stranger who cannot be asked for",
    ownedAddressNeedsLogin({ ownership: grants }),
    from("down@example.com"),
    "table-unavailable",
    { source: "grants", address: "down@example.com" },
  ],
  ["no From", owned, as("ann", header("Subject: x")), "from-missing", { login: "ann", field: "From" }],
  [
    "two From fields",
    owned,
    as("ann", header("From: ann@example.com", "From: team@example.com")),
    "from-multiple",
    { login: "ann", field: "From", offset: 23, remedy: "send one From field" },
  ],
  [
    "the same From twice",
    owned,
    as("ann", header("From: ann@example.com", "From: ann@example.com")),
    "from-multiple",
    { login: "ann", field: "From", offset: 23, remedy: 'the option repeatedFrom: "accept" takes this form' },
  ],
  [
    "a From of two and the first of them",
    headerOriginatorsOwned({ ownership, repeatedFrom: "accept" }),
    as("ann", header("From: ann@example.com, team@example.com", "From: ann@example.com")),
    "from-multiple",
    { login: "ann", field: "From", offset: 41, remedy: "send one From field" },
  ],
  [
    "a From of two, and of one other",
    headerOriginatorsOwned({ ownership, repeatedFrom: "accept" }),
    as("ann", header("From: ann@example.com, team@example.com", "From: ann@example.com, Team@example.com")),
    "from-multiple",
    { login: "ann", field: "From", offset: 41, remedy: "send one From field" },
  ],
  [
    "three From fields, the last another",
    headerOriginatorsOwned({ ownership, repeatedFrom: "accept" }),
    as("ann", header("From: ann@example.com", "From: ann@example.com", "From: team@example.com")),
    "from-multiple",
    { login: "ann", field: "From", offset: 23, remedy: "send one From field" },
  ],
  [
    "two Sender fields",
    owned,
    as("ann", header("From: ann@example.com", "Sender: ann@example.com", "Sender: ann@example.com")),
    "sender-multiple",
    { login: "ann", field: "Sender", remedy: "send one Sender field" },
  ],
  [
    "several authors without a Sender",
    headerOriginatorsOwned({ ownership, severalAuthorsWithoutSender: "reject" }),
    as("ann", header("From: ann@example.com, team@example.com")),
    "sender-missing",
    { login: "ann", field: "Sender", remedy: "add a Sender field with an own address" },
  ],
  [
    "a form that the policy refuses",
    owned,
    as("ann", header("Subject: x", "From : ann@example.com")),
    "header-name-malformed",
    { login: "ann", offset: 12, field: "From ", remedy: 'the option blankBeforeColon: "accept" takes this form' },
  ],
  [
    "a form within a field",
    owned,
    as("ann", header("From: ann@example.com, none:;")),
    "from-malformed",
    { login: "ann", offset: 23, field: "From", remedy: 'the option emptyGroup: "accept" takes this form' },
  ],
  [
    "an anomaly of no form",
    owned,
    as("ann", header("From: ann@example.com", "x")),
    "header-line-malformed",
    { login: "ann", offset: 23 },
  ],
  [
    "a foreign From",
    owned,
    as("ann", header("From: ann@example.com, Bob <bob@example.com>")),
    "from-not-owned",
    { ...ofBob, field: "From", offset: 28 },
  ],
  [
    "a foreign Author",
    owned,
    as("ann", header("From: ann@example.com", "Author: x@example.com")),
    "author-not-owned",
    { ...unlisted("x@example.com"), field: "Author", offset: 31 },
  ],
  [
    "a foreign Sender",
    owned,
    as("ann", header("From: ann@example.com", "Sender : x@example.com")),
    "header-name-malformed",
    { login: "ann", offset: 23, field: "Sender ", remedy: 'the option blankBeforeColon: "accept" takes this form' },
  ],
  [
    "a foreign Resent-From",
    owned,
    as("ann", header("From: ann@example.com", "Resent-From: x@example.com")),
    "resent-not-owned",
    { ...unlisted("x@example.com"), field: "Resent-From", offset: 36 },
  ],
  [
    "a foreign mailbox behind a foreign name",
    owned,
    as("ann", header('From: "x@y.test" <ann@example.com>, x@example.com')),
    "from-not-owned",
    { ...unlisted("x@example.com"), field: "From", offset: 36 },
  ],
  [
    "a foreign address in a name",
    owned,
    as("ann", header('From: "x@y.test" <ann@example.com>')),
    "name-contains-address",
    {
      login: "ann",
      address: "x@y.test",
      source: "owned addresses",
      remedy: 'the option foreignAddressInName: "accept" takes this form',
      field: "From",
      offset: 6,
    },
  ],
  [
    "a local part alone",
    owned,
    as("ann", header("From: ann")),
    "addr-unqualified",
    {
      login: "ann",
      address: "ann",
      field: "From",
      offset: 6,
      remedy: 'the option bareLocalPart: "accept" takes this form',
    },
  ],
  [
    "a foreign local part alone, where own ones are taken",
    headerOriginatorsOwned({ ownership, bareLocalPart: "accept" }),
    as("ann", header("From: bob")),
    "addr-unqualified",
    {
      login: "ann",
      address: "bob",
      source: "owned addresses",
      field: "From",
      offset: 6,
    },
  ],
  [
    "a From in another case",
    headerOriginatorsOwned({ ownership, localPartCase: "reject" }),
    as("ann", header("From: team@example.com")),
    "from-not-owned",
    {
      login: "ann",
      address: "team@example.com",
      source: "owned addresses",
      key: "team@example.com",
      result: "ann",
      field: "From",
      offset: 6,
    },
  ],
  [
    "a From on behalf, alone",
    headerOriginatorsOwned({ ownership: grants }),
    as("ann", header("From: chief@example.com")),
    "from-not-owned",
    { ...onBehalf, field: "From", offset: 6 },
  ],
  [
    "a From on behalf beside two Sender mailboxes",
    headerOriginatorsOwned({ ownership: grants }),
    as("ann", header("From: chief@example.com", "Sender: ann@example.com, x@example.com")),
    "from-not-owned",
    { ...onBehalf, field: "From", offset: 6 },
  ],
  [
    "a From on behalf beside a Sender on behalf",
    headerOriginatorsOwned({ ownership: grants }),
    as("ann", header("From: chief@example.com", "Sender: chief@example.com")),
    "from-not-owned",
    { ...onBehalf, field: "From", offset: 6 },
  ],
  [
    "a Sender on behalf",
    headerOriginatorsOwned({ ownership: grants }),
    as("ann", header("From: ann@example.com", "Sender: chief@example.com")),
    "sender-not-owned",
    { ...onBehalf, field: "Sender", offset: 31 },
  ],
  [
    "a From on behalf beside a Sender that cannot be asked for",
    headerOriginatorsOwned({ ownership: grants }),
    as("ann", header("From: chief@example.com", "Sender: down@example.com")),
    "ownership-unknown",
    { ...onBehalf, field: "From", offset: 6 },
  ],
  [
    "a From that cannot be asked for",
    headerOriginatorsOwned({ ownership: grants }),
    as("ann", header("From: ann@example.com, down@example.com")),
    "table-unavailable",
    { source: "grants", login: "ann", address: "down@example.com", field: "From", offset: 23 },
  ],
  [
    "a From that nobody answers for",
    headerOriginatorsOwned({ ownership: silent }),
    as("ann", header("From: ann@example.com")),
    "ownership-incomplete",
    {},
  ],
  [
    "a redirect by one who cannot be asked for",
    headerOriginatorsOwned({ ownership: grants, redirect: "accept" }),
    as("ann", header("From: chief@example.com", "Resent-From: down@example.com")),
    "ownership-unknown",
    { ...onBehalf, field: "From", offset: 6 },
  ],
  [
    "a redirect beside two From fields",
    headerOriginatorsOwned({ ownership, preset: "relaxed-resent" }),
    as("ann", header("From: x@y.test", "From: x@y.test", "Resent-From: ann@example.com")),
    "from-not-owned",
    { ...unlisted("x@y.test"), field: "From", offset: 6 },
  ],
  [
    "a redirect by a foreign address",
    headerOriginatorsOwned({ ownership, redirect: "accept" }),
    as("ann", header("From: x@y.test", "Resent-From: ann@example.com, bob@example.com")),
    "from-not-owned",
    { ...unlisted("x@y.test"), field: "From", offset: 6 },
  ],
  [
    "a redirect of a foreign Sender",
    headerOriginatorsOwned({ ownership, redirect: "accept" }),
    as("ann", header("From: x@y.test", "Sender: x@y.test", "Resent-From: ann@example.com")),
    "sender-not-owned",
    { ...unlisted("x@y.test"), field: "Sender", offset: 24 },
  ],
  [
    "a redirect of a foreign name",
    headerOriginatorsOwned({ ownership, redirect: "accept" }),
    as("ann", header('From: "z@y.test" <x@y.test>', "Resent-From: ann@example.com")),
    "name-contains-address",
    {
      login: "ann",
      address: "z@y.test",
      source: "owned addresses",
      remedy: 'the option foreignAddressInName: "accept" takes this form',
      field: "From",
      offset: 6,
    },
  ],
  [
    "alignment: no From",
    aligned,
    as("ann", from("ann@example.com", header("Subject: x"))),
    "from-missing",
    { login: "ann", field: "From" },
  ],
  [
    "alignment: two From fields",
    aligned,
    as("ann", from("ann@example.com", header("From: ann@example.com", "From: ann@example.com"))),
    "from-multiple",
    { login: "ann", field: "From", offset: 23 },
  ],
  [
    "alignment: a local part alone",
    aligned,
    as("ann", from("ann@example.com", header("From: ann"))),
    "addr-unqualified",
    { login: "ann", address: "ann", field: "From", offset: 6, remedy: "write the domain" },
  ],
  [
    "alignment: a stranger with an own domain",
    aligned,
    from("x@y.test", header("From: ann@example.com")),
    "owned-address-needs-login",
    { address: "ann@example.com", field: "From", offset: 6, remedy: "log in to send as one of ourDomains" },
  ],
  [
    "alignment: an anomaly of a stranger",
    aligned,
    from("x@y.test", header("From: ann@example.com", "x")),
    "header-line-malformed",
    { offset: 23 },
  ],
  [
    "alignment: the null reverse-path where it is refused",
    envelopeHeaderAligned({ nullEnvelope: "reject" }),
    as("ann", from("<>", header("From: ann@example.com"))),
    "envelope-header-misaligned",
    {
      login: "ann",
      address: "",
      detail: "the null reverse-path has no domain to compare",
      remedy: 'nullEnvelope: "skip"',
    },
  ],
  [
    "alignment: an envelope in another form",
    aligned,
    as("ann", from("ann@example.com.", header("From: ann@example.com"))),
    "envelope-malformed",
    { login: "ann", address: "ann@example.com", detail: "the domain is not in a plain form" },
  ],
  [
    "alignment: another domain",
    aligned,
    as("ann", from("ann@other.test", header("From: ann@example.com"))),
    "envelope-header-misaligned",
    {
      login: "ann",
      address: "ann@example.com",
      field: "From",
      offset: 6,
      detail: "the envelope sender is in other.test",
      remedy: "send it with an envelope sender of the same domain",
    },
  ],
  [
    "alignment: another literal",
    envelopeHeaderAligned({ organisationalDomain: () => "same" }),
    from("ann@[192.0.2.1]", header("From: ann@example.com")),
    "envelope-header-misaligned",
    {
      address: "ann@example.com",
      field: "From",
      offset: 6,
      detail: "the envelope sender is in [192.0.2.1]",
      remedy: "send it with an envelope sender of the same domain",
    },
  ],
  [
    "local: the null reverse-path",
    local,
    from("<>", { localUser: "ann", ...header("From: ann@example.com") }),
    "envelope-not-owned",
    { address: "", detail: "the null reverse-path names nobody with whom the header could be compared" },
  ],
  [
    "local: an envelope in another form",
    local,
    from("ann@example.com.", { localUser: "ann", ...header("From: ann@example.com.") }),
    "envelope-malformed",
    { detail: "the domain is not in a plain form", address: "ann@example.com" },
  ],
  [
    "local: an anomaly",
    local,
    from("ann@example.com", { localUser: "ann", ...header("From: ann@example.com", "x") }),
    "header-line-malformed",
    { login: "ann@example.com", offset: 23 },
  ],
  [
    "local: another From",
    local,
    from("ann@example.com", { localUser: "ann", ...header("From: ann+x@example.com") }),
    "from-not-owned",
    {
      login: "ann@example.com",
      address: "ann+x@example.com",
      source: "the envelope sender",
      remedy: "send it as ann@example.com",
      field: "From",
      offset: 6,
    },
  ],
  [
    "equal: another envelope",
    loginEqualsSenders(),
    as("ann@example.com", from("x@example.com", header("From: ann@example.com"))),
    "login-differs-from-sender",
    {
      login: "ann@example.com",
      address: "x@example.com",
      remedy: "send as ann@example.com, or log in as x@example.com",
    },
  ],
  [
    "equal: another From",
    loginEqualsSenders(),
    as("ann@example.com", from("ann@example.com", header("From: x@example.com"))),
    "login-differs-from-sender",
    {
      login: "ann@example.com",
      address: "x@example.com",
      field: "From",
      offset: 6,
      remedy: "send as ann@example.com, or log in as x@example.com",
    },
  ],
  [
    "equal: no From",
    loginEqualsSenders(),
    as("ann@example.com", from("ann@example.com", header("Subject: x"))),
    "from-missing",
    { login: "ann@example.com", field: "From" },
  ],
  [
    "equal: two From fields",
    loginEqualsSenders(),
    as("ann@example.com", from("ann@example.com", header("From: ann@example.com", "From: ann@example.com"))),
    "from-multiple",
    { login: "ann@example.com", field: "From", offset: 23 },
  ],
  [
    "smuggling by a stranger",
    bodyUnambiguous({ ownership }),
    body("a\n.\r\nb"),
    "smuggling",
    { offset: 2, detail: "the offset is that in the body" },
  ],
  [
    "smuggling by a login",
    bodyUnambiguous({ ownership }),
    as("ann", body("a\n.\r\nb")),
    "smuggling",
    { login: "ann", offset: 2, detail: "the offset is that in the body" },
  ],
  [
    "parts without end",
    bodyUnambiguous({ ownership }),
    as("ann", body("--b\r\n\r\n--b\r\n\r\n", { maxMimeParts: 1 })),
    "header-too-long",
    { login: "ann", detail: "too many MIME parts, or a part with too long a header" },
  ],
  [
    "a foreign From within a part",
    bodyUnambiguous({ ownership, innerFrom: "reject" }),
    as("ann", body("--b\r\nContent-Type: text/plain; hp=clear\r\nFrom: bob@example.com\r\n\r\n")),
    "from-not-owned",
    { ...ofBob, field: "From", offset: 42 },
  ],
];

describe("evidence", () => {
  it.each(REFUSALS)("%s", async (_, rule, input, code, evidence) => {
    const context = { signal: new AbortController().signal, observe: () => {} };
    const verdict = await rule.evaluate(facts(input) as never, context);
    expect({ code: verdict.code, evidence: "evidence" in verdict ? verdict.evidence : undefined }).toStrictEqual({
      code,
      evidence,
    });
  });
});

describe("a rule", () => {
  it.each<[Rule, string, readonly string[]]>([
    [requireFqdn(), "sender-fqdn", ["envelopeFrom"]],
    [requireLogin(), "require-login", ["login", "localUser"]],
    [domainExists({ resolver }), "domain-exists", ["envelopeFrom"]],
    [ours, "sender-domain-is-ours", ["envelopeFrom"]],
    [senderExists({ senders: memoryTable({}) }), "sender-exists", ["envelopeFrom"]],
    [relayOnlyForLogin({ ourDomains: [] }), "relay-only-for-login", ["login", "localUser", "recipients"]],
    [loginOwnsEnvelope({ ownership }), "login-owns-envelope", ["login", "envelopeFrom"]],
    [ownedAddressNeedsLogin({ ownership }), "owned-address-needs-login", ["login", "localUser", "envelopeFrom"]],
    [owned, "header-originators-owned", ["login", "headers"]],
    [bodyUnambiguous({ ownership }), "body-unambiguous", ["login", "bodyAnomalies"]],
    [aligned, "envelope-header-aligned", ["login", "localUser", "envelopeFrom", "headers"]],
    [local, "local-originators-match-envelope", ["localUser", "envelopeFrom", "headers"]],
    [loginEqualsSenders(), "login-equals-senders", ["login", "envelopeFrom", "headers"]],
  ])("has its name and asks for its facts: %#", (rule, name, needs) => {
    expect([rule.name, rule.needs]).toEqual([name, needs]);
    for (const part of rule.conjuncts ?? []) expect([part.name, part.needs.length]).toEqual([name, 2]);
  });
});
