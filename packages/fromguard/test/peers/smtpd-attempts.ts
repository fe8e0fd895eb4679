import type { Attempt } from "@fromguard/postfix";
import fc from "fast-check";
import type { Zone } from "./name-server.js";

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
  // A name of which IDNA2008 refuses the order of its letters, and Postfix does not.
  "xn--a-0hc.test": { A: ["192.0.2.5"] },
  "example.com": { MX: [[10, "mail.example.com"]] },
  "relay.example": { A: ["192.0.2.7"] },
  "virt.example": {},
  "ns.test": { A: ["192.0.2.50"] },
  "with-ns.test": { NS: ["ns.test", "mx.a.test"], A: ["192.0.2.1"], MX: [[10, "mx.a.test"]] },
  "sub.with-ns.test": { A: ["192.0.2.1"] },
  "bad-ns.test": { NS: ["-bad-.test"] },
  "ns-fails.test": { NS: "SERVFAIL" },
  "backup.test": {
    MX: [
      [10, "relay.example"],
      [20, "mail.example.com"],
    ],
  },
  "backup-by-address.test": {
    MX: [
      [10, "mx.a.test"],
      [20, "this-host.test"],
    ],
  },
  "backup-of-nothing.test": {
    MX: [
      [10, "nowhere.test"],
      [20, "mail.example.com"],
    ],
  },
  "primary.test": {
    MX: [
      [10, "mail.example.com"],
      [20, "mx.a.test"],
    ],
  },
  "this-host.test": { A: ["127.0.0.1"] },
  "7.100.51.198.list.test": { A: ["127.0.0.2"], TXT: ["see http://list.test/?7"] },
  "50.2.0.192.list.test": { A: ["127.0.0.4", "127.0.0.9"], TXT: ["one", "two"] },
  "9.113.0.203.list.test": { A: ["127.0.0.3"] },
  "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.list.test": {
    A: ["127.0.1.5"],
    TXT: ["t".repeat(255), "u".repeat(240), "v".repeat(50)],
  },
  "client.example.org.list.test": { A: ["127.0.0.2"], TXT: ["$rbl_code is \u00e9 not expanded"] },
  "forged.example.org.list.test": { A: ["127.0.0.2"], TXT: "SERVFAIL" },
  "a.test.list.test": { A: ["127.0.0.2"], TXT: ["sender list"] },
  "b.test.list.test": { A: ["127.0.0.8"] },
  "c.test.list.test": { A: "SERVFAIL" },
  "example.com.list.test": { A: ["127.0.0.10"], TXT: [""] },
  "relay.example.list.test": { A: ["10.0.0.1"] },
  "mx.a.test.list.test": { CNAME: "a.test.list.test" },
  "xn--bcher-kva.test.list.test": { A: ["127.0.0.2"] },
  "7.100.51.198.down-list.test": "SERVFAIL",
  "50.2.0.192.down-list.test": "REFUSED",
  "a.test.down-list.test": "FORMERR",
  "client.example.org.down-list.test": "SERVFAIL",
  // As in /etc/hosts, where Postfix looks first for addresses of servers.
  localhost: { A: ["127.0.0.1"], AAAA: ["::1"] },
  "client.example.org": { A: ["198.51.100.7"] },
};

export const DOMAINS: readonly string[] = [
  ...Object.keys(ZONE).filter((name) => name !== "localhost" && !name.includes("list.test")),
  "nowhere.test",
  "sub.relay.example",
];
const ODD_DOMAINS = [
  "A.TEST",
  "Sub.A.Test",
  "straße.test",
  "bücher.test",
  "aא.test",
  "a\u200db.test",
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
export const LOCAL_PARTS = ["u", "alice", "Alice", "bob", "carol", "root", "postmaster"];
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

/** One of some. */
export const of = (values: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...values);
const mostly = (usual: readonly string[], odd: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof({ weight: 3, arbitrary: of(usual) }, { weight: 1, arbitrary: of(odd) });

/** Mostly plain ones. */
export const address = fc
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
