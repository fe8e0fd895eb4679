import type { Attempt } from "@fromguard/postfix";
import fc from "fast-check";
import { of } from "./smtpd-attempts.js";
import type { Configuration } from "./smtpd-cases.js";

/** Lists that are files, and tables of what is on lists. Capitals in the keys of texthash and inline are never found in lists. */
const FILES = {
  nets: "192.0.2.0/28 x\n!198.51.100.0/24 x\n2001:db8::/64 x\n",
  names:
    "a.test x\n.b.test x\nexample.org x\n192.0.2.50 x\n2001:db8::7 x\nclient.example.org x\n[192.0.2.50] x\nC.test x\nA.test x\n2001:DB8:1::7 x\nx.Example.org x\n",
  "names.pcre": "/^192\\.0\\.2\\.5/ x\n/\\.test$/ x\n/^client\\./ x\n/A\\.TEST/i x\n",
  list: "# note, a.test\n192.0.2.0/28,\n  a.test # b.test\n!mx.a.test !198.51.100.7\n.b.test\nEXAMPLE.org\n",
  nested: "@DIR@/list !@DIR@/more\nsub.relay.example\n",
  more: "!b.test 203.0.113.9\n[2001:db8::]/48\n#c.test\ntexthash:@DIR@/names\n",
  loop: "c.test @DIR@/none d.test\n",
};

const TABLES = [
  "cidr:@DIR@/nets",
  "texthash:@DIR@/names",
  "pcre:@DIR@/names.pcre",
  "inline:{a.test=x, {.b.test=x}, 192.0.2.7=x, C.test=x, {X.b.test=x}}",
  "inline:{sub.relay.example=x,strasse.test=x,[192.0.2.50]=x}",
];
const LIST_FILES = ["list", "nested", "more"].map((file) => `@DIR@/${file}`);
/** Whatever comes to them has no answer. */
const BROKEN = ["fail:down", "@DIR@/none", "@DIR@/loop", "texthash:@DIR@/none", "inline:{broken}", "no-type:name"];
const NETWORKS = [
  ...[
    "192.0.2.0/24",
    "192.0.2.50",
    "192.0.2.50/32",
    "198.51.100.0/25",
    "198.51.100.128/25",
    "0.0.0.0/0",
    "192.0.2.0/264",
  ],
  ...["[192.0.2.0]/24", "[192.0.2.50]", "[192.0.2.0/24]", "192.0.2.050", "127.0.0.0/8", "203.0.113.8/30", "203.0.113"],
  ...["[2001:db8::]/32", "[2001:db8::7]", "[2001:DB8:0::7]", "[2001:db8::7]/128", "[2001:db8::/32]", "[::]/0", "[::1]"],
  ...["[::ffff:192.0.2.50]", "[::ffff:0:0]/96"],
];
const BAD_NETWORKS = [
  "192.0.2.1/24",
  "192.0.2.0/33",
  "192.0.2/24",
  "[2001:db8::1]/32",
  "[2001:db8::7",
  "192.0.2.0/x",
  "1/8",
];
const NAMES = [
  ...["a.test", ".a.test", "A.TEST", "test", ".test", "b.test", ".b.test", "mx.a.test", "example.org", ".Example.org"],
  ...[
    "client.example.org",
    "unknown",
    "relay.example",
    ".relay.example",
    "straße.test",
    "STRASSE.test",
    "xn--bcher-kva.test",
  ],
  ...["bücher.test", "[192.0.2.50]", "[192.0.2.51]", "[IPv6:2001:db8::7]", "*", ".", "a.test.", "{a.test b.test}", "="],
];

const word = (words: readonly string[]): fc.Arbitrary<string> =>
  fc.tuple(fc.constantFrom("", "", "", "!", "!!"), of(words)).map((parts) => parts.join(""));

/** A list of some words, broken ones now and then. */
function list(words: readonly string[], broken: readonly string[]): fc.Arbitrary<string> {
  const one = fc.oneof(
    { weight: 8, arbitrary: word(words) },
    { weight: 2, arbitrary: word(TABLES) },
    { weight: 2, arbitrary: word(LIST_FILES) },
    { weight: 1, arbitrary: word(broken) },
  );
  return fc
    .tuple(
      fc.array(fc.tuple(one, of([", ", " ", ",", "\t,, "])), { maxLength: 5 }),
      of(["", "", "", " # a.test b.test"]),
    )
    .map(([words, comment]) => `${words.flat().join("")}${comment}`);
}

const domains = list(NAMES, BROKEN);
const PARENTS = [
  "mynetworks, relay_domains, smtpd_access_maps",
  "",
  "mynetworks",
  "relay_domains",
  "!mynetworks static:x",
];

const mainCf = fc
  .record({
    mydestination: domains,
    relay_domains: domains,
    virtual_alias_domains: domains,
    virtual_mailbox_domains: domains,
    parent_domain_matches_subdomains: of(PARENTS),
  })
  .map((lists) => ({
    mydomain: "example.com",
    inet_protocols: "all",
    smtpd_client_connection_count_limit: "0",
    smtpd_reject_unlisted_recipient: "no",
    local_recipient_maps: "inline:{alice=1}",
    virtual_mailbox_maps: "inline:{alice@b.test=1}",
    relay_recipient_maps: "inline:{alice@a.test=1}",
    ...lists,
  }));

const smtpd = fc.oneof(
  fc.record({
    mynetworks: list([...NETWORKS, ...NETWORKS, ...NAMES], [...BROKEN, ...BAD_NETWORKS, ...BAD_NETWORKS]),
    smtpd_sender_restrictions: fc.constant("permit_mynetworks, reject"),
  }),
  fc.record({
    smtpd_sender_restrictions: of(["reject_unlisted_sender", ""]),
    smtpd_relay_restrictions: of(["permit_auth_destination, reject", "reject_unauth_destination"]),
  }),
);

/** Smtpds whose lists of networks and domains are anything that lists can hold. */
export function listConfigurations(smtpds: number): fc.Arbitrary<Configuration> {
  return fc.record({
    mainCf,
    files: fc.constant(FILES),
    smtpds: fc
      .array(smtpd, { minLength: smtpds, maxLength: smtpds })
      .map((each) => Object.fromEntries(each.map((overrides, index) => [`smtpd${index}`, overrides]))),
  });
}

const address = fc
  .tuple(
    of(["alice", "u"]),
    of([
      ...[
        "a.test",
        "A.test",
        "sub.a.test",
        "mx.a.test",
        "b.test",
        "x.b.test",
        "c.test",
        "example.org",
        "x.example.org",
      ],
      ...["relay.example", "sub.relay.example", "x.sub.relay.example", "strasse.test", "straße.test", "bücher.test"],
      ...["xn--bcher-kva.test", "[192.0.2.50]", "[192.0.2.51]", "[IPv6:2001:db8::7]", "test", "a.test."],
    ]),
  )
  .map((parts) => parts.join("@"));

/** From and to what may be on the lists. */
export const listAttempts: fc.Arbitrary<Attempt> = fc.record({
  login: fc.constant(null),
  sender: address,
  recipient: address,
  client: fc
    .tuple(
      of([
        "192.0.2.50",
        "192.0.2.7",
        "198.51.100.7",
        "198.51.100.200",
        "203.0.113.9",
        "2001:db8::7",
        "2001:db8:1::7",
        "::1",
      ]),
      of(["client.example.org", "unknown", "mx.a.test", "A.test", "x.b.test"]),
    )
    .map(([address, name]) => ({ address, name })),
  helo: fc.constant("client.example.org"),
  smtputf8: fc.constant(true),
});
