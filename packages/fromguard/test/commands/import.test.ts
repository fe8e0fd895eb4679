import { readFile, writeFile } from "node:fs/promises";
import { facts } from "@fromguard/core";
import { wireResolver } from "@fromguard/node";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseConfig } from "../../src/config/config.js";
import { buildPolicy } from "../../src/config/policy.js";
import { startNameServer } from "../../src/demo/name-server.js";
import { main } from "../../src/main.js";
import { loadMainCf } from "../../src/main-cf/load-main-cf.js";
import { openSmtpd } from "../../src/main-cf/open-smtpd.js";
import { folderWith } from "../support/folder.js";
import { testIo } from "../support/test-io.js";

const BASE = `compatibility_level = 3.6
myhostname = mx.example.com
mydestination =
mynetworks = 10.0.0.0/8
relay_domains = example.com
parent_domain_matches_subdomains =
recipient_delimiter = +
smtpd_sasl_auth_enable = yes
smtpd_sender_login_maps = pcre:@DIR@/senders
`;
const SENDERS = "/^([^@+]+)(\\+[^@]*)?@example\\.com$/  $" + "{1}\n/^team@example\\.net$/ bob, carol\n";
const RELAY = "smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination\n";
const LOGIN = "smtpd_relay_restrictions = permit_sasl_authenticated, reject\n";

async function importing(more: string, argv: readonly string[] = [], masterCf?: string) {
  const folder = await folderWith({ senders: SENDERS, ...(masterCf === undefined ? {} : { "master.cf": masterCf }) });
  await writeFile(`${folder}/main.cf`, (BASE + more).replaceAll("@DIR@", folder));
  const io = testIo();
  const code = await main(["import", ...argv, `${folder}/main.cf`], io);
  return {
    folder,
    code,
    yaml: io.out(),
    out: io.out().replaceAll(folder, "@DIR@"),
    err: io.err().replaceAll(folder, "@DIR@"),
  };
}

const ATTEMPTS = [null, "bob", "BOB", "carol"].flatMap((login) =>
  [
    "bob@example.com",
    "Bob+tag@Example.com",
    "alice@example.com",
    "team@example.net",
    "x@nowhere.test",
    "x@down.test",
    "x@host",
    "x@[192.0.2.9]",
    "",
  ].flatMap((sender) =>
    ["dave@example.com", "dave@elsewhere.test", "dave@sub.example.com"].map((recipient) => ({
      login,
      sender,
      recipient,
    })),
  ),
);

/** What each decides: accept or not. */
async function decideBoth(folder: string, yaml: string) {
  const zone = {
    "example.com": { mx: "mx.example.com" },
    "example.net": { mx: "mx.example.net" },
    "down.test": "down",
  } as const;
  const dns = await startNameServer(zone);
  onTestFinished(dns.close);
  const resolver = wireResolver({ servers: [dns.address], timeoutMs: 2000 });
  const loaded = await loadMainCf(`${folder}/main.cf`, { overrides: [], ignoreUnknown: false });
  const smtpd = openSmtpd(loaded, resolver);
  const config = parseConfig(`${yaml}\ndns: { servers: ["${dns.address}"], timeout-ms: 2000 }\n`, `${folder}/f.yaml`);
  const { guard } = await buildPolicy(config);
  const all = await Promise.all(
    ATTEMPTS.map(async (attempt) => {
      const { login, sender, recipient } = attempt;
      const client = { address: "192.0.2.7", name: "unknown" };
      const { reply } = await smtpd.decide(
        { login, sender, recipient, client, helo: "h.test", smtputf8: false },
        { signal: new AbortController().signal },
      );
      const given = facts({ login, envelopeFrom: sender, recipients: [recipient], client, helo: "h.test" });
      const known = Object.keys(given) as (keyof typeof given)[];
      const { decision } = await guard.within({ name: "rcpt", facts: known, partial: true }).explain(given);
      return { attempt, postfix: reply, ours: decision };
    }),
  );
  return all;
}

describe("a translation", () => {
  it.each([
    ["relaying alone", RELAY],
    ["a login for all", LOGIN],
    ["names and relaying", `${RELAY}smtpd_sender_restrictions = reject_non_fqdn_sender\n`],
    ["domains", `${RELAY}smtpd_sender_restrictions = reject_unknown_sender_domain\n`],
    [
      "logins and senders",
      `${LOGIN}smtpd_sender_restrictions = reject_non_fqdn_sender, reject_sender_login_mismatch\n`,
    ],
    [
      "everything",
      `${RELAY}smtpd_sender_restrictions = reject_non_fqdn_sender, reject_unknown_sender_domain, reject_sender_login_mismatch\n`,
    ],
    [
      "the halves of the login rule around the permit",
      `${RELAY}smtpd_sender_restrictions = reject_non_fqdn_sender, reject_authenticated_sender_login_mismatch, permit_sasl_authenticated, reject_unauthenticated_sender_login_mismatch\n`,
    ],
    [
      "a class",
      `${RELAY}smtpd_restriction_classes = ours\nours = reject_non_fqdn_sender, reject_sender_login_mismatch\nsmtpd_recipient_restrictions = ours\n`,
    ],
  ])("refuses the same as main.cf: %s", async (_what, more) => {
    const { folder, code, yaml, err } = await importing(more);
    expect(code).toBe(0);
    expect(err).not.toMatch(/left-out|stricter/);
    const decisions = await decideBoth(folder, yaml);
    expect(new Set(decisions.map(({ ours }) => ours.action === "accept")).size).toBe(2);
    for (const { attempt, postfix, ours } of decisions) {
      expect([attempt, postfix, ours.action === "accept"]).toEqual([attempt, postfix, postfix.startsWith("2")]);
    }
  });

  it.each([
    [
      "reject_known_sender_login_mismatch",
      /stricter .*main\.cf:10 reject_known.*: who logs in may use no address that nobody owns/,
    ],
    [
      "permit_mynetworks, reject_non_fqdn_sender",
      /stricter .*: stands behind permit_mynetworks in smtpd_sender_restrictions/,
    ],
    ["reject_unlisted_sender, reject_non_fqdn_sender", /left-out .*reject_unlisted_sender: write sender-exists/],
    [
      "check_sender_access static:DUNNO, reject_non_fqdn_sender",
      /left-out .*check_sender_access static:DUNNO: access maps stay/,
    ],
    [
      "warn_if_reject reject_unknown_sender_domain, reject_non_fqdn_sender",
      /left-out .*reject_unknown_sender_domain: only warns/,
    ],
    ["reject_unknown_sender_domain", /reply .*with 550, not 450/],
  ])("notes what it does not keep of %s", async (list, words) => {
    const { code, out, err } = await importing(`smtpd_sender_restrictions = ${list}\n`);
    expect(code).toBe(0);
    expect(err).toMatch(words);
    const [, note = ""] = /^note: (.*)$/m.exec(err) ?? [];
    expect(out).toContain(`#   ${note}\n`);
  });

  it("is stricter only, where it says so and leaves nothing out", async () => {
    const list = "permit_mynetworks, reject_non_fqdn_sender, reject_known_sender_login_mismatch";
    const { folder, yaml, err } = await importing(`${RELAY}smtpd_sender_restrictions = ${list}\n`);
    expect(err).not.toMatch(/left-out/);
    for (const { attempt, postfix, ours } of await decideBoth(folder, yaml)) {
      if (ours.action === "accept") expect([attempt, postfix]).toEqual([attempt, "250 2.1.5 Ok"]);
    }
  });

  it("writes maps, delimiter and domains", async () => {
    const { out } = await importing(
      `${RELAY}smtpd_sender_restrictions = reject_non_fqdn_sender, reject_sender_login_mismatch\n`,
    );
    expect(out).toContain(`ownership:
  - login-map:
      - pcre:@DIR@/senders
    recipient-delimiter: +
`);
    expect(out).toContain("  - relay-only-for-login:\n      our-domains:\n        - example.com\n");
  });

  it("is refused where no rule of ours does what is there", async () => {
    const { code, out, err } = await importing(
      "smtpd_sender_restrictions = reject_unlisted_sender\nsmtpd_sasl_auth_enable = no\n",
    );
    expect([code, out]).toEqual([78, ""]);
    expect(err).toContain("no restriction in it has a rule of ours: use --exact\n");
  });
});

describe("--exact", () => {
  it("answers in Postfix's words", async () => {
    const list = "check_sender_access inline:{alice@example.com=DEFER}, reject_known_sender_login_mismatch";
    const { folder, code, yaml, err } = await importing(`${RELAY}smtpd_sender_restrictions = ${list}\n`, ["--exact"]);
    expect([code, err]).toEqual([0, ""]);
    for (const { attempt, postfix, ours } of await decideBoth(folder, yaml)) {
      const { reply } = ours;
      const said = reply === undefined ? "250 2.1.5 Ok" : `${reply.code} ${reply.enhanced} ${reply.text}`;
      expect([attempt, said]).toEqual([attempt, postfix]);
    }
  });

  it("keeps overrides", async () => {
    const { folder, out } = await importing(RELAY, ["--exact", "--override", "smtpd_sender_restrictions=reject"]);
    expect(out).toContain("main-cf: @DIR@/main.cf\n      override:\n        - smtpd_sender_restrictions=reject\n");
    await writeFile(`${folder}/f.yaml`, out.replaceAll("@DIR@", folder));
    const io = testIo();
    const argv = [
      "--config",
      `${folder}/f.yaml`,
      "--client",
      "192.0.2.7",
      "--sender",
      "a@b.test",
      "--recipient",
      "c@example.com",
    ];
    expect(await main(["check", ...argv], io)).toBe(1);
    expect(io.out()).toContain("REJECT  554 5.7.1 <a@b.test>: Sender address rejected: Access denied\n");
  });

  it("tells a fault of main.cf with its place, when it is imported and when it is served", async () => {
    const more = "smtpd_helo_restrictions = rejekt\n";
    const { code, err, folder } = await importing(RELAY + more, ["--exact"]);
    expect([code, err]).toEqual([
      78,
      'fromguard: @DIR@/main.cf:11: smtpd_helo_restrictions: unknown smtpd restriction: "rejekt" (did you mean reject?)\n',
    ]);
    await writeFile(`${folder}/f.yaml`, "rules:\n  - postfix-restrictions: { main-cf: main.cf }\n");
    const io = testIo();
    expect(await main(["check", "--config", `${folder}/f.yaml`, "--sender", "a"], io)).toBe(78);
    expect(io.err()).toContain(
      `${folder}/main.cf:11: smtpd_helo_restrictions: unknown smtpd restriction: "rejekt" (did you mean reject?)\n`,
    );
  });
});

describe("import beside a master.cf", () => {
  const MASTER_CF = `smtp inet n - y - - smtpd
  -o syslog_name=postfix/smtp
submission inet n - y - - smtpd
  -o { smtpd_sender_restrictions = reject_known_sender_login_mismatch }
  -o soft_bounce=yes
pickup unix n - y 60 1 pickup
`;

  it("names the services that it leaves out, and what they have of their own", async () => {
    const { code, out, err } = await importing(RELAY, [], MASTER_CF);
    const note =
      "left-out @DIR@/master.cf:3 submission/inet: has its own smtpd_sender_restrictions, soft_bounce: import it by itself, with --service submission\n";
    expect([code, err]).toEqual([0, `note: ${note}`]);
    expect(out).toContain(`#   ${note}`);
    expect((await importing(RELAY, ["--exact"], MASTER_CF)).err).toBe(err);
  });

  it("takes the options of one service, and names the others", async () => {
    const { folder, code, yaml, out, err } = await importing(RELAY, ["--service", "submission"], MASTER_CF);
    expect(code).toBe(0);
    expect(parseConfig(yaml, `${folder}/f.yaml`).rules.map(({ kind }) => kind)).toContain("login-owns-envelope");
    expect(out).toContain("@DIR@/master.cf:5 soft_bounce: refuses for good\n");
    expect(err).toMatch(/left-out @DIR@\/master\.cf:1 smtp\/inet: has its own .*with --service smtp\n/);
    expect(err).not.toContain("submission/inet");
  });

  it("writes them into the exact configuration", async () => {
    const { out } = await importing(RELAY, ["--exact", "--service", "submission", "--override", "x=y"], MASTER_CF);
    expect(out).toContain(
      "override:\n        - smtpd_sender_restrictions=reject_known_sender_login_mismatch\n        - soft_bounce=yes\n        - x=y\n",
    );
  });

  it("knows the services", async () => {
    expect(await importing(RELAY, ["--service", "pickup"], MASTER_CF)).toMatchObject({ code: 64, out: "" });
    expect(await importing(RELAY, ["--service", "smtp"])).toMatchObject({ code: 66, out: "" });
  });
});

describe("--output", () => {
  it("writes a new file, and never over one", async () => {
    const folder = await folderWith({});
    const output = `${folder}/f.yaml`;
    const { code, out } = await importing(RELAY, ["--output", output]);
    expect([code, out]).toEqual([0, ""]);
    const written = await readFile(output, "utf8");
    expect(parseConfig(written, output).rules.map(({ kind }) => kind)).toEqual(["relay-only-for-login"]);
    const again = await importing(LOGIN, ["--output", output]);
    expect(again.code).toBe(64);
    expect(again.err).toContain("cannot be written: it is there already\n");
    expect(await readFile(output, "utf8")).toBe(written);
  });
});
