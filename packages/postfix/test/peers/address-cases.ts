import fc from "fast-check";

/** Tables beside main.cf, by file name. */
export const files = {
  transport: [
    "map.example lmtp:[inner.example]",
    ".map.example smtp:",
    "site.test :[kept.example]",
    "a.test error:",
    "a_b.test error:5.1.2 no such host",
    "user@relay.example slow",
    "u@relay.example retry:",
    "owner@a.test owners:",
    "u@a.test base:",
    "a@a.test base:",
    "strasse.test discard:folded",
    "MAIL.example.com :",
  ].join("\n"),
  "transport.pcre": ["/^User@/i upper:", "/^user@/ exact:", "/^\\*$/ wild:"].join("\n"),
  relocated: ["user@a.test new@b.test", "user elsewhere@b.test", "@virt.example gone@b.test"].join("\n"),
} as const;

/** What main.cf may say that changes what an address is. `@DIR@` is the folder of the tables. */
export const configurations: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "the defaults": {},
  "domains appended, no old routing": {
    append_dot_mydomain: "yes",
    swap_bangpath: "no",
    allow_percent_hack: "no",
    relayhost: "[gate.example]:587",
    local_transport: "lmtp:unix:private/lmtp",
    recipient_delimiter: "+-",
    transport_maps: "texthash:@DIR@/transport",
    relocated_maps: "texthash:@DIR@/relocated",
  },
  "lenient domains": {
    resolve_null_domain: "yes",
    resolve_numeric_domain: "yes",
    resolve_dequoted_address: "no",
    allow_min_user: "yes",
    show_user_unknown_table_name: "no",
    default_transport: "smtp:[next.example]",
    transport_maps: "pcre:@DIR@/transport.pcre",
  },
  "strict and without origin": {
    strict_rfc821_envelopes: "yes",
    append_at_myorigin: "no",
    empty_address_recipient: "nobody@a.test",
    virtual_transport: "lmtp:[virt.example]:24",
    parent_domain_matches_subdomains: "relay_domains, smtpd_access_maps, transport_maps",
    transport_maps: "texthash:@DIR@/transport",
  },
  "without SMTPUTF8, other names without extension": {
    smtputf8_enable: "no",
    myorigin: "site.test",
    mydestination: "site.test, host",
    recipient_delimiter: "-",
    owner_request_special: "no",
    double_bounce_sender: "U-e",
    address_verify_sender: "verify",
    transport_maps: "texthash:@DIR@/transport",
    relocated_maps: "texthash:@DIR@/relocated",
  },
};

const local = fc.oneof(
  fc.constantFrom(
    "user",
    "User",
    "u.v",
    "owner-x",
    "a-request",
    "-minus",
    "u+e",
    "+e",
    "u-e",
    "ü",
    "ẞ",
    "µ",
    "a..b",
    ".a",
    "a.",
    "x!",
    "ı",
    "ǅ",
  ),
  fc.constantFrom(
    "",
    '"a b"',
    '"a@b.test"',
    '"a@example.com"',
    '"a%b"',
    '"a!b"',
    '""',
    '"a\\"b"',
    "a\\ b",
    "a\\@b",
    "(c)u",
    "u(c)",
  ),
  fc.string({ unit: fc.constantFrom(..."ab.!%+-\"\\ @()[]|,;:<#'{}~=\tü".split("")), maxLength: 12 }),
);

const domain = fc.oneof(
  fc.constantFrom(
    "example.com",
    "EXAMPLE.com",
    "mail.example.com",
    "host",
    "localhost",
    "site.test",
    "a.b.test",
    "a.test",
  ),
  fc.constantFrom(
    "virt.example",
    "alias.example",
    "relay.example",
    "sub.Relay.example",
    "sub.virt.example",
    "map.example",
  ),
  fc.constantFrom(
    "[127.0.0.1]",
    "[127.0.0.1",
    "[IPv6:::1]",
    "[ipv6:2001:db8::1]",
    "[::1]",
    "[1.2.3]",
    "[0.0.0.0]",
    "[0.1.2.3]",
    "[]",
  ),
  fc.constantFrom(
    "[IPv6:1:2:3:4:5:6:7::]",
    "[IPv6:::1:2:3:4:5:6:7]",
    "[IPv6:1::1.2.3.4]",
    "[IPv6:::ffff:127.0.0.1]",
    "[01.2.3.4]",
  ),
  fc.constantFrom(
    "1.2.3.4",
    "127.0.0.1",
    "1.2",
    "2001:db8::1",
    "a.1",
    "1",
    "a_b.test",
    "_x",
    "-a.test",
    "a-.test",
    "a--b.test",
  ),
  fc.constantFrom(
    "",
    ".",
    "..",
    "a..b",
    "a.",
    "a.test.",
    "a.test..",
    ".a",
    "*.test",
    `${"a".repeat(63)}.test`,
    `${"a".repeat(64)}.test`,
  ),
  fc.constantFrom(
    "straße.test",
    "STRASSE.test",
    "müller.test",
    "MÜLLER.TEST",
    "xn--mller-kva.test",
    "a。b.test",
    "ﬁ.test",
    "ά.test",
    "ς.test",
  ),
  fc.constantFrom(
    [..."abcd"].map((letter) => letter.repeat(62)).join("."),
    [..."abcd"].map((letter) => letter.repeat(63)).join("."),
  ),
  fc.string({ unit: fc.constantFrom(...'ab01.-_@%![]"\\ ()ü:'.split("")), maxLength: 10 }),
);

const mailbox = fc
  .tuple(local, fc.constantFrom("@", "@", "@", "@", "%", "!", "@@", " @ ", ""), domain)
  .map((parts) => parts.join(""));

const nested = fc
  .tuple(mailbox, fc.constantFrom("@", "%", "!"), domain)
  .map(([inner, between, outer]) => (between === "!" ? `${outer}!${inner}` : `${inner}${between}${outer}`));

const noise = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'ab.@%!"\\()<>[],;: \tü|'.split("")), maxLength: 24 }),
  fc
    .tuple(
      fc.constantFrom("@a.test:", "@a.test,@b.test:", "@:", "<", "Name <", "g:", "a,", "(c) "),
      mailbox,
      fc.constantFrom("", ">", ";", ",", " (c)", " SIZE=1"),
    )
    .map((parts) => parts.join("")),
);

/** Groups, phrases, angles and comments in any order, most of them none by the grammar. */
const lists = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(":", ";", ",", "<", ">", "!", "(", ")", "(c)", "@", ".") },
      { weight: 1, arbitrary: fc.constantFrom("a", "b@a.test", '"q"', "[1.2.3.4]", " ", "\t", "\\") },
    ),
    { minLength: 1, maxLength: 9 },
  )
  .map((parts) => parts.join(""));

/** The text between the angle brackets of MAIL FROM. */
export const senders = fc.oneof(
  { weight: 3, arbitrary: mailbox },
  { weight: 2, arbitrary: nested },
  { weight: 2, arbitrary: noise },
  { weight: 2, arbitrary: lists },
);

/** Labels that UTS #46 takes or refuses, and that other readers refuse for the direction of text or for joiners. */
const label = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.string({
      unit: fc.oneof(
        fc.constantFrom(
          ..."abz09-_üßςאברباشد١۱ک\u0915\u094d\u0937\u0d15\u0d3fم\u0640·・日本ー׳‐AÜ≠ﬁẞ\u200c\u200d\u0300\u0338\u00ad\u05b0\u3002",
        ),
        fc.integer({ min: 0xa0, max: 0x2fff }).map((point) => String.fromCodePoint(point)),
      ),
      minLength: 1,
      maxLength: 6,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...["test", "1a", "ab--c", "-a", "a-", "ab--ü", "xn--mgba3gch31f060k", "xn--1ch", "XN--1CH", "xn--abc-", "xn--"],
      ...["xn--a", "xn--ü", "xn--fa-hia", "xn--7ba", "ü".repeat(57), "ü".repeat(58), "日本".repeat(15), "a".repeat(64)],
    ),
  },
);

/** Domains with characters beyond ASCII. */
export const internationalDomains = fc
  .array(label, { minLength: 1, maxLength: 4 })
  .map((labels) => labels.join("."))
  .filter((name) => /[^\x00-\x7f]/.test(name));
