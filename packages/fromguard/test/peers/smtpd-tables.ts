import fc from "fast-check";
import { address, DOMAINS, LOCAL_PARTS, of } from "./smtpd-attempts.js";

/** What access maps answer: every action, and what is none. */
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

/** The tables beside main.cf. */
export const files = fc.record({
  access: lines(ACTIONS),
  "access.pcre": patternLines(ACTIONS),
  "access.cidr": fc.constant(CIDR),
  logins: lines(OWNERS),
  "logins.pcre": patternLines([...OWNERS, "$1"]),
  "logins.regexp": patternLines(OWNERS),
});

/** What stands behind `check_x_access`. */
export const accessMap = fc.oneof(
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

/** Values of `smtpd_sender_login_maps`. */
export const LOGIN_MAPS: readonly string[] = [
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
