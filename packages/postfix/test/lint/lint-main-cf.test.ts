import { describe, expect, it } from "vitest";
import type { LintCode, TableText } from "../../src/lint/finding.js";
import { lintedTables, lintMainCf } from "../../src/lint/lint-main-cf.js";
import { readMainCf } from "../../src/main-cf/read-main-cf.js";
import { LOGIN_RULE, SOUND } from "./sound.js";

interface Options {
  readonly texts?: Readonly<Record<string, string>>;
  readonly unusable?: Readonly<Record<string, string>>;
}

function lint(more: string, { texts = {}, unusable = {} }: Options = {}) {
  const { config } = readMainCf(SOUND + more, { file: "main.cf" });
  const read = Object.entries(texts).map(([spec, text]): [string, TableText] => {
    return [spec, { file: spec.replace(/^\w+:/, ""), text }];
  });
  return lintMainCf({ config, texts: new Map(read), unusable: new Map(Object.entries(unusable)) });
}

const codes = (more: string, options?: Options) => lint(more, options).map(({ code }) => code);

const sender = (list: string) => `smtpd_sender_restrictions = ${list}\n`;
const RULE = "reject_sender_login_mismatch";

describe("a main.cf is sound", () => {
  it.each([
    ["where the login rule stands first", LOGIN_RULE],
    ["where it stands behind what only refuses", sender(`reject_non_fqdn_sender, ${RULE}, permit_mynetworks`)],
    ["where a permit is of another list", `smtpd_client_restrictions = permit_mynetworks\n${LOGIN_RULE}`],
    [
      "where the rule stands elsewhere, first",
      `${LOGIN_RULE}smtpd_recipient_restrictions = permit_mynetworks, ${RULE}\n`,
    ],
    ["where it is in a class", `smtpd_restriction_classes = ours\nours = ${RULE}\n${sender("ours")}`],
    [
      "where those who log in are let by a rule for others",
      sender(
        "reject_authenticated_sender_login_mismatch, permit_sasl_authenticated, reject_unauthenticated_sender_login_mismatch",
      ),
    ],
    ["where the known rule refuses both", sender("reject_known_sender_login_mismatch")],
    [
      "where who does not log in is refused anyway",
      `${sender("reject_authenticated_sender_login_mismatch")}smtpd_relay_restrictions = permit_sasl_authenticated, reject\n`,
    ],
    ["where a class calls itself", `smtpd_restriction_classes = a\na = a\n${sender(`${RULE}, a`)}`],
    [
      "where a milter is chosen by client",
      `${LOGIN_RULE}smtpd_milters =\nsmtpd_milter_maps = static:x\nauthorized_submit_users = root\n`,
    ],
    [
      "where only trusted clients are let in, without a login",
      "smtpd_client_restrictions = permit_mynetworks, reject\n",
    ],
    ["where only some may use sendmail", `${LOGIN_RULE}non_smtpd_milters =\nauthorized_submit_users = root\n`],
  ])("%s", (_what, more) => {
    expect(lint(more)).toEqual([]);
  });

  it("where an access map before the rule refuses alone", () => {
    const texts = { "texthash:/access": "# ok\nevil@example.org REJECT\n" };
    expect(codes(sender(`check_sender_access texthash:/access, ${RULE}`), { texts })).toEqual([]);
  });
});

type LintCase = readonly [what: string, more: string, expected: readonly LintCode[], options?: Options];

const CASES: readonly LintCase[] = [
  ["permit_mynetworks before the login rule", sender(`permit_mynetworks, ${RULE}`), ["permit-before-login-rule"]],
  ["permit_sasl_authenticated before it", sender(`permit_sasl_authenticated, ${RULE}`), ["permit-before-login-rule"]],
  ["permit before it", sender(`permit, ${RULE}`), ["permit-before-login-rule", "dead-restriction"]],
  ["a policy server before it", sender(`check_policy_service inet:127.0.0.1:1, ${RULE}`), ["permit-before-login-rule"]],
  [
    "an access map that says OK before it",
    sender(`check_sender_access texthash:/access, ${RULE}`),
    ["permit-before-login-rule"],
    { texts: { "texthash:/access": "a@example.org REJECT\nb@example.org OK\n" } },
  ],
  ["an access map that is not known", sender(`check_sender_access ldap:/x, ${RULE}`), ["permit-before-login-rule"]],
  ["a bare map that is an access map", sender(`static:OK, ${RULE}`), ["permit-before-login-rule"]],
  [
    "a class that permits before it",
    `smtpd_restriction_classes = near\nnear = permit_mynetworks\n${sender(`near, ${RULE}`)}`,
    ["permit-before-login-rule"],
  ],
  [
    "the rule stands in the recipient list alone, behind the permits",
    `smtpd_recipient_restrictions = permit_mynetworks, permit_sasl_authenticated, ${RULE}\n`,
    ["permit-before-login-rule"],
  ],
  ["restrictions behind permit", sender(`${RULE}, permit, reject_non_fqdn_sender`), ["dead-restriction"]],
  [
    "restrictions behind reject",
    `${LOGIN_RULE}smtpd_relay_restrictions = permit_mynetworks, reject, permit\n`,
    ["dead-restriction"],
  ],
  [
    "restrictions behind permit in a class",
    `smtpd_restriction_classes = c\nc = permit, reject\n${sender(`${RULE}, c`)}`,
    ["dead-restriction"],
  ],
  [
    "restrictions behind a class that rejects",
    `smtpd_restriction_classes = c\nc = reject\n${sender(`${RULE}, c, reject_non_fqdn_sender`)}`,
    ["dead-restriction"],
  ],
  ["warn_if_reject left over", sender(`${RULE}, warn_if_reject reject_non_fqdn_sender`), ["warn-if-reject-left"]],
  [
    "warn_if_reject before the login rule",
    sender(`warn_if_reject ${RULE}`),
    ["login-rule-only-warns", "strangers-use-our-addresses"],
  ],
  ["no delay", `${LOGIN_RULE}smtpd_delay_reject = no\n`, ["delay-reject-off"]],
  ["soft_bounce", `${LOGIN_RULE}soft_bounce = yes\n`, ["soft-bounce-on"]],
  ["a login map that no rule asks", "", ["login-map-unused", "strangers-use-our-addresses"]],
  ["no SASL", `${LOGIN_RULE}smtpd_sasl_auth_enable = no\n`, ["login-rule-without-sasl", "strangers-use-our-addresses"]],
  ["no login map", `${LOGIN_RULE}smtpd_sender_login_maps =\n`, ["login-rule-without-map"]],
  [
    "only those who log in are held to their addresses",
    sender("reject_authenticated_sender_login_mismatch"),
    ["strangers-use-our-addresses"],
  ],
  [
    "only those who do not log in are held to addresses that are not owned",
    sender("reject_unauthenticated_sender_login_mismatch"),
    ["logins-unchecked"],
  ],
  ["neither login rule nor map", "smtpd_sender_login_maps =\n", ["logins-unchecked", "strangers-use-our-addresses"]],
  [
    "no login rule where only logins are let in",
    "smtpd_sender_login_maps =\nsmtpd_client_restrictions = permit_sasl_authenticated, reject\n",
    ["logins-unchecked"],
  ],
  [
    "no milter, by option",
    `${LOGIN_RULE}receive_override_options = no_address_mappings, no_milters\n`,
    ["no-header-check"],
  ],
  ["no milter", `${LOGIN_RULE}smtpd_milters =\nauthorized_submit_users = root\n`, ["no-header-check"]],
  ["sendmail is open to all", `${LOGIN_RULE}non_smtpd_milters =\n`, ["local-submission-open"]],
  ["the whole net in mynetworks", `${LOGIN_RULE}mynetworks = 0.0.0.0/0\n`, ["mynetworks-open"]],
  ["an unknown name", sender(`${RULE}, rejekt_all`), ["unknown-restriction"]],
  [
    "the login rule in capitals",
    sender("REJECT_SENDER_LOGIN_MISMATCH"),
    ["login-map-unused", "strangers-use-our-addresses", "login-rule-in-capitals"],
  ],
  [
    "a class in the wrong case",
    `smtpd_restriction_classes = strict\nstrict = reject_non_fqdn_sender\n${sender(`${RULE}, Strict`)}`,
    ["wrong-case-of-class"],
  ],
  [
    "static: before other maps",
    `${LOGIN_RULE}smtpd_sender_login_maps = static:root, pcre:/senders\n`,
    ["login-map-shadowed"],
  ],
  [
    "static: behind a map with @domain",
    `${LOGIN_RULE}smtpd_sender_login_maps = texthash:/x, static:root\n`,
    ["login-map-shadowed"],
  ],
  [
    "a table that cannot be opened",
    LOGIN_RULE,
    ["table-unusable"],
    { unusable: { "pcre:/senders": "/senders: there is no such file" } },
  ],
];

describe("lint finds", () => {
  for (const [what, more, expected, options] of CASES) {
    it(`${what}; and its cure cures`, () => {
      const findings = lint(more, options);
      expect(new Set(findings.map(({ code }) => code))).toEqual(new Set(expected));
      for (const { code, place, problem, example, cure } of findings) {
        expect(place.file).toBe("main.cf");
        expect([problem, example].join("")).not.toMatch(/\.$|undefined/);
        if (code === "table-unusable") continue;
        expect(cure).not.toEqual([]);
        expect(codes(`${more}${cure.join("\n")}\n`, options), `the cure of ${code}`).not.toContain(code);
      }
    });
  }

  it("says line, example and cure", () => {
    expect(lint(sender(`permit_mynetworks, ${RULE}`))).toEqual([
      {
        code: "permit-before-login-rule",
        place: { file: "main.cf", line: 8, key: "smtpd_sender_restrictions" },
        problem: `permit_mynetworks stands before ${RULE}, and ends smtpd_sender_restrictions for every client in $mynetworks`,
        example: `every client in $mynetworks may send as alice@example.com: ${RULE} is not reached`,
        cure: [`smtpd_sender_restrictions = ${RULE}, permit_mynetworks`],
      },
    ]);
  });
});

describe("lines of login maps that can never match", () => {
  it.each([
    ["/^Alice@example\\.com$/i alice", "/^Alice@example\\.com$/ alice"],
    ["!/^Bob@/is x", "!/^Bob@/s x"],
    ["if /@Example/i\nendif", undefined],
    ["/^Alice@/ alice", undefined],
    ["/^Alice@/ii alice", undefined],
    ["/^\\S+@[A-Za-z]+$/i x", undefined],
    ["/^(?<Name>a)(?P<Other>b)\\Q/i x", undefined],
    ["/^[[:ALPHA:]]/i x", undefined],
    ["#/A/i x", undefined],
    ["/A", undefined],
  ])("%s", (text, cure) => {
    const found = lint(LOGIN_RULE, { texts: { "pcre:/senders": `# map\n${text}\n` } });
    expect(found.map((finding) => [finding.code, finding.place, finding.cure])).toEqual(
      cure === undefined ? [] : [["login-map-never-matches", { file: "/senders", line: 2 }, [cure]]],
    );
  });
});

it("looks at the tables of lists and login maps, and at no others", () => {
  const more = `${sender("check_sender_access hash:/a, texthash:/b, check_policy_service inet:127.0.0.1:1")}alias_maps = hash:/c\n`;
  const { config } = readMainCf(SOUND + more, { file: "main.cf" });
  expect(lintedTables({ config })).toEqual(["pcre:/senders", "hash:/a", "texthash:/b"]);
});

it.each([RULE, "c0", "reject_non_fqdn_sender"])(
  "ends with lists of 10,000 words and classes that double, down to %s",
  (leaf) => {
    const classes = Array.from({ length: 40 }, (_, at) => `c${at} = c${at + 1}, c${at + 1}\n`).join("");
    const names = Array.from({ length: 41 }, (_, at) => `c${at}`).join(", ");
    const words = Array.from({ length: 10_000 }, () => "reject_non_fqdn_sender").join(", ");
    const lists = sender(`${RULE}, ${words}, permit_mynetworks, c0`);
    expect(codes(`smtpd_restriction_classes = ${names}\n${classes}c40 = ${leaf}\n${lists}`)).toEqual([]);
  },
);
