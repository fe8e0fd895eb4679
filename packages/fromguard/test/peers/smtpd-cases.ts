import type { Attempt } from "@fromguard/postfix";
import fc from "fast-check";
import type { Zone } from "./name-server.js";
import type { SmtpdOverrides } from "./postfix.js";

/** One Postfix with some smtpds; `@DIR@` in values stands for the folder of the files. */
export interface Configuration {
  /** What all daemons share: what addresses are. */
  readonly mainCf: Readonly<Record<string, string>>;
  readonly smtpds: Readonly<Record<string, SmtpdOverrides>>;
  readonly files: Readonly<Record<string, string>>;
}

/** How many smtpds a configuration has. */
export const SMTPDS = 8;

/** Names with every kind of answer. */
export const ZONE: Zone = {
  "a.test": { MX: [[10, "mx.a.test"]] },
  "sub.a.test": { A: ["192.0.2.8"] },
  "mx.a.test": { A: ["192.0.2.50"] },
  "b.test": { A: ["192.0.2.1"] },
  "c.test": { AAAA: ["2001:db8::1"] },
  "nodata.test": {},
  "null.test": { MX: [[0, "."]], A: ["192.0.2.9"] },
  "null-and-more.test": {
    MX: [
      [0, "."],
      [10, "mx.a.test"],
    ],
  },
  "ip-mx.test": { MX: [[5, "192.0.2.3"]] },
  "bad-mx.test": { MX: [[5, "-bad-.test"]] },
  "mixed-mx.test": {
    MX: [
      [5, "-bad-.test"],
      [6, "mx.a.test"],
    ],
  },
  "dead-mx.test": { MX: [[5, "nowhere.test"]] },
  "servfail.test": "SERVFAIL",
  "refused.test": "REFUSED",
  "formerr.test": "FORMERR",
  "silent.test": "SILENT",
  "mx-fails.test": { MX: "SERVFAIL", A: ["192.0.2.2"] },
  "mx-fails-alone.test": { MX: "SERVFAIL" },
  "a-fails.test": { A: "SERVFAIL", AAAA: ["2001:db8::2"] },
  "aaaa-formerr.test": { AAAA: "FORMERR" },
  "alias.test": { CNAME: "a.test" },
  "alias-of-nothing.test": { CNAME: "nowhere.test" },
  "loop.test": { CNAME: "loop.test" },
  "under_score.test": { A: ["192.0.2.8"] },
  "strasse.test": { A: ["192.0.2.4"] },
  "xn--bcher-kva.test": { A: ["192.0.2.5"] },
  "example.com": { MX: [[10, "mail.example.com"]] },
  "relay.example": { A: ["192.0.2.7"] },
  "virt.example": {},
  "client.example.org": { A: ["198.51.100.7"] },
};

const DOMAINS = [...Object.keys(ZONE).filter((name) => name !== "silent.test"), "nowhere.test", "sub.relay.example"];
const ODD_DOMAINS = [
  "A.TEST",
  "Sub.A.Test",
  "straße.test",
  "bücher.test",
  "localhost",
  "mail.example.com",
  "alias.example",
  "a",
  "a.",
  "a.test.",
  "a.test..",
  "-a.test",
  "a..test",
  "123.456",
  "a.1",
  "1.2.3.4",
  "[192.0.2.1]",
  "[127.0.0.1]",
  "[IPv6:::1]",
  "[1.2.3]",
  "[::1]",
  "",
  `${"a".repeat(64)}.test`,
];
const LOCAL_PARTS = ["u", "alice", "Alice", "bob", "carol", "root", "postmaster"];
const ODD_LOCAL_PARTS = [
  "alice+x",
  "bob+y+z",
  "bob-y",
  "carol+",
  "+x",
  "owner-list",
  "list-request",
  "mailer-daemon",
  "double-bounce",
  '"a b"',
  '"alice"',
  '"a@b"',
  '"a\\"b"',
  '""',
  "ü",
  "-x",
  "u%a.test",
  "b.test!u",
  "x,y",
  "x y",
  "a\x01b",
  "",
  "l".repeat(70),
];
const ODD_ADDRESSES = [
  "alice",
  "Bob",
  "postmaster",
  "u%a.test",
  "a.test!u",
  "a@b@a.test",
  "@r1,@r2:u@a.test",
  "@a.test:alice@example.com",
  "u (c) <u@a.test>",
  "u@a.test (comment)",
  "Alice <alice@example.com>",
  "<u@a.test>",
  "u@[192.0.2.1",
  "a@b.test, c@d.test",
  "u;",
  "\tu@a.test",
];

const of = (values: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...values);
const mostly = (usual: readonly string[], odd: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof({ weight: 3, arbitrary: of(usual) }, { weight: 1, arbitrary: of(odd) });

const address = fc
  .tuple(mostly(LOCAL_PARTS, ODD_LOCAL_PARTS), mostly([...DOMAINS, "example.com", "example.com"], ODD_DOMAINS))
  .map(([local, domain]) => `${local}@${domain}`);

const sender = fc.oneof(
  { weight: 12, arbitrary: address },
  { weight: 2, arbitrary: of(ODD_ADDRESSES) },
  { weight: 1, arbitrary: fc.constant("") },
);
const recipient = fc.oneof(
  {
    weight: 4,
    arbitrary: of(["u@relay.example", "alice@example.com", "carol@virt.example", "known@alias.example", "u@a.test"]),
  },
  { weight: 2, arbitrary: address },
  { weight: 1, arbitrary: of([...ODD_ADDRESSES, "u%a.test@example.com", '"q q"@relay.example']) },
);
const login = fc.option(
  mostly(
    ["alice", "bob", "carol", "u"],
    ["ALICE", "alice@example.com", "x y", " alice", "a,b", "STRASSE", "straße", "postmaster", "<>"],
  ),
  { nil: null, freq: 3 },
);
const client = fc.constantFrom<Attempt["client"]>(
  { address: "198.51.100.7", name: "client.example.org" },
  { address: "198.51.100.7", name: "client.example.org" },
  { address: "192.0.2.50", name: "mx.a.test" },
  { address: "203.0.113.9", name: "unknown", reverseName: "unknown" },
  { address: "203.0.113.9", name: "unknown", reverseName: "forged.example.org" },
  { address: "2001:db8::7", name: "six.example.org" },
);
const helo = mostly(
  ["client.example.org", "mx.a.test"],
  [
    "bare",
    "[192.0.2.1]",
    "[IPv6:::1]",
    "[1.2.3]",
    "bad..name",
    "nowhere.test",
    "servfail.test",
    "under_score.test",
    "x.",
  ],
);

/** What a client does. */
export const attempts: fc.Arbitrary<Attempt> = fc.record({
  login,
  sender,
  recipient,
  client,
  helo,
  smtputf8: fc.boolean(),
});

const ACTIONS = [
  "OK",
  "RELAY",
  "DUNNO",
  "permit",
  "REJECT",
  "reject go away",
  "REJECT 5.1.3 no",
  "REJECT 9.1.3 no",
  "DEFER",
  "defer 4.3.7 busy",
  "550 no",
  "550 5.1.8 no",
  "450 4.2.2 hm",
  "421 4.7.0 soft",
  "599 odd",
  "600 odd",
  "200 odd",
  "550",
  "DEFER_IF_PERMIT later",
  "DEFER_IF_REJECT 4.2.0 later",
  "DEFER_IF_PERMIT",
  "DISCARD",
  "HOLD",
  "WARN look",
  "INFO",
  "PREPEND X-A: b",
  "PREPEND nothing",
  "FILTER smtp:[127.0.0.1]",
  "FILTER nothing",
  "REDIRECT x@y.test",
  "BCC x@y.test",
  "some_class",
  "Some_Class",
  "reject_non_fqdn_sender, reject_unknown_sender_domain",
  "warn_if_reject reject_sender_login_mismatch",
  "defer_unauth_destination",
  "no_such_restriction",
  "check_sender_access static:REJECT",
  "ÄÖ umlauts",
  "REJECT ÄÖ umlauts",
];
const OWNERS = [
  "alice",
  "bob",
  "alice, bob",
  "bob carol\tu",
  "Alice",
  ",",
  "ALICE@example.com",
  "strasse",
  "x y",
  "root",
];

const mapKey = fc.oneof(
  { weight: 3, arbitrary: address },
  { weight: 2, arbitrary: of(DOMAINS) },
  { weight: 1, arbitrary: of(LOCAL_PARTS).map((local) => `${local}@`) },
  { weight: 1, arbitrary: of(DOMAINS).map((domain) => `@${domain}`) },
  {
    weight: 1,
    arbitrary: of([
      "alice",
      "bob",
      "<>",
      "test",
      ".test",
      ".a.test",
      "198.51.100",
      "192.0.2.50",
      "[192.0.2.1]",
      "2001:db8",
      "org",
    ]),
  },
);

/** Two lines with one key are no table to smtpd. */
const lines = (value: readonly string[]): fc.Arbitrary<string> =>
  fc
    .uniqueArray(fc.tuple(mapKey, of(value)), {
      minLength: 3,
      maxLength: 25,
      selector: ([key]) => key.toLowerCase(),
    })
    .map((rows) => rows.map(([key, result]) => `${key.replace(/[\x01#\t]/g, "")} ${result}\n`).join(""));

const PATTERNS = [
  "/^([^@+]+)(\\+[^@]*)?@example\\.com$/",
  "/^(alice|bob)@/",
  "/@a\\.test$/",
  "/@(.*\\.)?relay\\.example$/",
  "/^u@([^@]+)\\.test$/",
  "!/@/",
  "/test/i",
  "/^$/",
  "/[^a-z@.]/",
];
const patternLines = (value: readonly string[]): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(of(PATTERNS), of(value)), { minLength: 3, maxLength: 12 })
    .map((rows) => rows.map((row) => `${row.join(" ")}\n`).join(""));

const CIDR = "198.51.100.0/24 REJECT net\n192.0.2.50 OK\n2001:db8::/32 DEFER six\n0.0.0.0/0 DUNNO\n";

const files = fc.record({
  access: lines(ACTIONS),
  "access.pcre": patternLines(ACTIONS),
  "access.cidr": fc.constant(CIDR),
  logins: lines(OWNERS),
  "logins.pcre": patternLines([...OWNERS, "$1"]),
  "logins.regexp": patternLines(OWNERS),
});

const accessMap = fc.oneof(
  { weight: 6, arbitrary: of(["texthash:@DIR@/access", "texthash:@DIR@/access", "pcre:@DIR@/access.pcre"]) },
  { weight: 1, arbitrary: of(ACTIONS.filter((action) => /^\w+$/.test(action))).map((action) => `static:${action}`) },
  {
    weight: 2,
    arbitrary: of([
      "cidr:@DIR@/access.cidr",
      "fail:down",
      "texthash:@DIR@/none",
      "inline:{a.test=REJECT,alice=OK,u@=WARN}",
      "inline:{{u@a.test = 550 5.7.1 inline, text}, {b.test = DEFER_IF_PERMIT}}",
      "inline:{broken}",
      "unionmap:{texthash:@DIR@/access,static:DUNNO}",
      "unionmap:{static:OK,fail:down}",
      "pipemap:{texthash:@DIR@/access,inline:{OK=REJECT}}",
      "{ texthash:@DIR@/access }",
    ]),
  },
);
const ACCESS = [
  "sender",
  "sender",
  "client",
  "reverse_client_hostname",
  "helo",
  "recipient",
  "sasl",
  "sender_mx",
  "sender_a",
].map((subject) => `check_${subject}_access`);

const SENDER_RULES = [
  "permit_mynetworks",
  "permit_sasl_authenticated",
  "reject_non_fqdn_sender",
  "reject_unknown_sender_domain",
  "reject_authenticated_sender_login_mismatch",
  "reject_known_sender_login_mismatch",
  "reject_unauthenticated_sender_login_mismatch",
  "reject_sender_login_mismatch",
  "reject_unlisted_sender",
  "some_class",
];
const OTHER_RULES = [
  "permit",
  "reject",
  "defer",
  "permit x",
  "reject y z",
  "defer_if_permit",
  "defer_if_reject",
  "warn_if_reject",
  "reject_unauth_destination",
  "defer_unauth_destination",
  "permit_auth_destination",
  "reject_unknown_address",
  "reject_non_fqdn_recipient",
  "reject_unknown_recipient_domain",
  "reject_unlisted_recipient",
  "reject_multi_recipient_bounce",
  "reject_non_fqdn_helo_hostname",
  "reject_invalid_helo_hostname",
  "reject_unknown_helo_hostname",
  "reject_unknown_client_hostname",
  "reject_unknown_reverse_client_hostname",
  "reject_plaintext_session",
  "no_such_restriction",
  "Reject_Non_FQDN_Sender",
  "Reject_Sender_Login_Mismatch",
  "Some_Class",
  "check_sender_access",
  "sleep 0",
];

const restriction = fc
  .tuple(
    fc.integer({ min: 0, max: 7 }),
    fc.oneof(
      { weight: 5, arbitrary: of(SENDER_RULES) },
      { weight: 3, arbitrary: of(OTHER_RULES) },
      { weight: 3, arbitrary: fc.tuple(of(ACCESS), accessMap).map(([name, map]) => `${name} ${map}`) },
      { weight: 1, arbitrary: accessMap },
    ),
  )
  .map(([one, rule]) => (one === 0 ? `warn_if_reject ${rule}` : rule));
const list = (maxLength: number, rule = restriction): fc.Arbitrary<string> =>
  fc.array(rule, { minLength: 1, maxLength }).map((rules) => rules.join(", "));

const LOGIN_MAPS = [
  "texthash:@DIR@/logins",
  "pcre:@DIR@/logins.pcre",
  "regexp:@DIR@/logins.regexp",
  "texthash:@DIR@/logins, pcre:@DIR@/logins.pcre",
  "pcre:@DIR@/logins.pcre, texthash:@DIR@/logins",
  "unionmap:{texthash:@DIR@/logins,pcre:@DIR@/logins.pcre}",
  "pipemap:{texthash:@DIR@/logins,inline:{alice=carol}}",
  "inline:{{alice@example.com=alice}, {@a.test=bob}, {bob=bob}}",
  "inline:{alice@example.com=}",
  "static:alice",
  "static:{alice bob}",
  "fail:down",
  "texthash:@DIR@/none",
  "",
];

/** Each with its usual value first, which is as likely as all others. */
function choices<Name extends string>(
  values: Readonly<Record<Name, readonly string[]>>,
): fc.Arbitrary<Readonly<Record<Name, string>>> {
  const entries = Object.entries<readonly string[]>(values).map(([name, [usual = "", ...others]]) => [
    name,
    fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 2, arbitrary: of([usual, ...others]) }),
  ]);
  return fc.record(Object.fromEntries(entries));
}

/** Parameters that are set now and then. */
function some(values: Readonly<Record<string, fc.Arbitrary<string>>>): fc.Arbitrary<SmtpdOverrides> {
  const unset = { weight: 5, arbitrary: fc.constant(undefined) };
  const entries = Object.entries(values).map(([name, arbitrary]) => [name, fc.oneof(unset, { weight: 1, arbitrary })]);
  return fc
    .record<Record<string, string | undefined>>(Object.fromEntries(entries))
    .map((all) =>
      Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
    );
}

const CODES = ["450", "550", "554", "521"];

/** smtpd starts with a list that holds a relay check, which no `permit` and no `warn_if_reject` in front of it hides. */
const relayList = fc
  .array(
    restriction.filter((rule) => !/\bpermit\b|warn_if_reject$/.test(rule)),
    { minLength: 1, maxLength: 2 },
  )
  .map((rules) => [...rules, "reject_unauth_destination"].join(", "));

const smtpd = fc
  .record({
    smtpd_sender_restrictions: list(5),
    smtpd_sender_login_maps: of(LOGIN_MAPS),
    // A class within itself ends smtpd with a segmentation fault; by way of a table it is found out.
    some_class: list(
      3,
      restriction.filter((rule) => !/some_class$/.test(rule)),
    ),
  })
  .chain((always) =>
    some({
      smtpd_client_restrictions: list(2),
      smtpd_helo_restrictions: list(2),
      smtpd_relay_restrictions: relayList,
      smtpd_recipient_restrictions: list(3),
      smtpd_delay_reject: of(["no"]),
      smtpd_relay_before_recipient_restrictions: of(["yes", "no"]),
      smtpd_reject_unlisted_sender: of(["yes"]),
      smtpd_reject_unlisted_recipient: of(["yes", "no"]),
      smtpd_sasl_auth_enable: of(["no"]),
      smtpd_null_access_lookup_key: of(["<>", "alice", "null@"]),
      soft_bounce: of(["yes"]),
      strict_rfc821_envelopes: of(["yes"]),
      strict_smtputf8: of(["yes"]),
      non_fqdn_reject_code: of([...CODES, "204"]),
      unknown_address_reject_code: of(CODES),
      unknown_address_tempfail_action: of(["defer", "defer_if_permit"]),
      reject_tempfail_action: of(["defer"]),
      access_map_reject_code: of(CODES),
      access_map_defer_code: of(CODES),
      relay_domains_reject_code: of(CODES),
      reject_code: of(CODES),
      defer_code: of(["451", "550"]),
    }).map((others): SmtpdOverrides => ({ ...always, ...others })),
  );

const PARENTS =
  "debug_peer_list,fast_flush_domains,mynetworks,permit_mx_backup_networks,qmqpd_authorized_clients,relay_domains,smtpd_access_maps";

const mainCf = choices({
  myorigin: ["$mydomain", "$myhostname", "a.test"],
  mydestination: ["$myhostname, localhost.$mydomain, $mydomain, localhost", "$myhostname, localhost", ""],
  recipient_delimiter: ["+", "+-", "-", ""],
  virtual_mailbox_maps: ["", "inline:{carol@virt.example=1}"],
  local_recipient_maps: ["", "inline:{alice=1,bob=1,root=1}"],
  relay_recipient_maps: ["", "inline:{u@relay.example=1}"],
  canonical_maps: ["", "inline:{bob@a.test=x@y.test}"],
  parent_domain_matches_subdomains: [PARENTS, ""],
  append_dot_mydomain: ["no", "yes"],
  append_at_myorigin: ["yes", "no"],
  resolve_numeric_domain: ["no", "yes"],
  resolve_null_domain: ["no", "yes"],
  resolve_dequoted_address: ["yes", "no"],
  swap_bangpath: ["yes", "no"],
  allow_percent_hack: ["yes", "no"],
  allow_min_user: ["no", "yes"],
  allow_untrusted_routing: ["no", "yes"],
  smtputf8_enable: ["yes", "no"],
  show_user_unknown_table_name: ["yes", "no"],
}).map((chosen) => ({
  mydomain: "example.com",
  mynetworks: "192.0.2.0/24, 127.0.0.0/8, [2001:db8::]/32",
  relay_domains: "relay.example",
  virtual_mailbox_domains: "virt.example",
  virtual_alias_domains: "alias.example",
  virtual_alias_maps: "inline:{known@alias.example=alice@example.com}",
  smtpd_restriction_classes: "some_class",
  smtpd_reject_unlisted_recipient: "no",
  smtpd_sasl_auth_enable: "yes",
  smtpd_client_connection_count_limit: "0",
  // Otherwise XCLIENT takes no IPv6 address.
  inet_protocols: "all",
  ...chosen,
}));

/** What an administrator might have set. */
export const configurations: fc.Arbitrary<Configuration> = fc.record({
  mainCf,
  files,
  smtpds: fc
    .array(smtpd, { minLength: SMTPDS, maxLength: SMTPDS })
    .map((each) => Object.fromEntries(each.map((overrides, index) => [`smtpd${index}`, overrides]))),
});
