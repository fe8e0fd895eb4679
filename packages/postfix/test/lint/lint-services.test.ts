import { describe, expect, it } from "vitest";
import { lintServices } from "../../src/lint/lint-main-cf.js";
import { readMainCf } from "../../src/main-cf/read-main-cf.js";
import { readMasterCf, runsSmtpd } from "../../src/master-cf/read-master-cf.js";
import { LOGIN_RULE, SOUND } from "./sound.js";

const smtpd = (name: string, ...options: readonly string[]) =>
  `${name} inet n - y - - smtpd\n${options.map((option) => `  -o ${option}\n`).join("")}`;

function lint(masterCf: string, more = "", texts: Readonly<Record<string, string>> = {}) {
  const text = SOUND + LOGIN_RULE + more;
  const { config } = readMainCf(text, { file: "main.cf" });
  const { services } = readMasterCf(masterCf, { file: "master.cf" });
  const linted = services.filter(runsSmtpd).map((service) => ({
    service,
    config: readMainCf(text, {
      file: "main.cf",
      overrides: Object.fromEntries(service.overrides.map(({ name, value }) => [name, value])),
      overridePlaces: Object.fromEntries(service.overrides.map(({ name, place }) => [name, place])),
    }).config,
  }));
  const read = Object.entries(texts).map(([spec, content]) => [spec, { file: "/table", text: content }] as const);
  return lintServices({ config, texts: new Map(read), unusable: new Map() }, linted);
}

/** Code, file and line, and the services with their lines. */
const told = (...args: Parameters<typeof lint>) =>
  lint(...args).map(({ code, place, services }) => [
    code,
    `${place.file}:${place.line ?? "-"}`,
    services?.map(({ name, place: at }) => `${name} ${at.file}:${at.line}`),
  ]);

const SMTP = smtpd("smtp");
const ONLY_LOGINS = "smtpd_client_restrictions=permit_sasl_authenticated,reject";

describe("services of master.cf are sound", () => {
  it.each([
    ["where they are as main.cf", SMTP + smtpd("submission", "syslog_name=postfix/submission")],
    ["where they only refuse more", SMTP + smtpd("submission", ONLY_LOGINS)],
    [
      "where the list is another with a login rule",
      smtpd("submission", "smtpd_sender_restrictions=reject_authenticated_sender_login_mismatch", ONLY_LOGINS),
    ],
    [
      "where a filter gives mail back",
      SMTP +
        smtpd(
          "127.0.0.1:10025",
          "smtpd_milters=",
          "smtpd_sender_restrictions=",
          "smtpd_sasl_auth_enable=no",
          "smtpd_client_restrictions=permit_mynetworks,reject",
        ),
    ],
    ["where others than smtpd have options", "pickup unix n - y 60 1 pickup -o smtpd_sender_restrictions=permit\n"],
    ["where there is none", ""],
  ])("%s", (_what, masterCf) => {
    expect(lint(masterCf)).toEqual([]);
  });

  it("where what main.cf lacks is set in each", () => {
    const more = "smtpd_sasl_auth_enable = no\nsoft_bounce = yes\n";
    expect(told(smtpd("smtp", "smtpd_sasl_auth_enable=yes", "soft_bounce=no"), more)).toEqual([]);
    expect(told("", more).map(([code]) => code)).toEqual([
      "strangers-use-our-addresses",
      "login-rule-without-sasl",
      "soft-bounce-on",
    ]);
  });
});

describe("lint of services finds", () => {
  it.each<[string, string, string, ReturnType<typeof told>]>([
    [
      "what main.cf has wrong, once",
      SMTP + smtpd("submission", ONLY_LOGINS) + smtpd("smtps"),
      "soft_bounce = yes\n",
      [["soft-bounce-on", "main.cf:9", undefined]],
    ],
    [
      "what main.cf has wrong and a service mends, with the others",
      SMTP + smtpd("submission", "soft_bounce=no") + smtpd("smtps"),
      "soft_bounce = yes\n",
      [["soft-bounce-on", "main.cf:9", ["smtp/inet master.cf:1", "smtps/inet master.cf:4"]]],
    ],
    [
      "what two services have wrong, once",
      SMTP + smtpd("submission", "soft_bounce=yes") + smtpd("smtps", "soft_bounce=yes"),
      "",
      [["soft-bounce-on", "master.cf:3", ["submission/inet master.cf:2", "smtps/inet master.cf:4"]]],
    ],
    [
      "a login rule that is dropped",
      SMTP + smtpd("submission", "syslog_name=x", "smtpd_sender_restrictions=", ONLY_LOGINS),
      "",
      [["login-rule-dropped", "master.cf:4", ["submission/inet master.cf:2"]]],
    ],
    [
      "SASL without login maps",
      SMTP + smtpd("submission", "smtpd_sasl_auth_enable=yes", "smtpd_sender_login_maps=", ONLY_LOGINS),
      "",
      [["login-rule-without-map", "main.cf:8", ["submission/inet master.cf:2"]]],
    ],
    [
      "SASL without any login rule",
      smtpd("smtp", "smtpd_client_restrictions=permit_mynetworks,reject") +
        smtpd("submission", "smtpd_sasl_auth_enable=yes", ONLY_LOGINS),
      "smtpd_sasl_auth_enable = no\nsmtpd_sender_login_maps =\nsmtpd_sender_restrictions =\n",
      [["logins-unchecked", "main.cf:11", ["submission/inet master.cf:3"]]],
    ],
    [
      "our addresses without a login, and a login rule that is dropped",
      SMTP + smtpd("[::]:2525", "smtpd_sender_restrictions=reject_non_fqdn_sender"),
      "",
      [
        ["login-rule-dropped", "master.cf:3", ["[::]:2525/inet master.cf:2"]],
        ["strangers-use-our-addresses", "master.cf:3", ["[::]:2525/inet master.cf:2"]],
      ],
    ],
    [
      "our addresses without a login on port 25 alone",
      SMTP + smtpd("submission", "smtpd_sasl_auth_enable=yes", ONLY_LOGINS),
      "smtpd_sasl_auth_enable = no\n",
      [
        ["strangers-use-our-addresses", "main.cf:8", ["smtp/inet master.cf:1"]],
        ["login-rule-without-sasl", "main.cf:9", ["smtp/inet master.cf:1"]],
      ],
    ],
    [
      "milters that are turned off",
      SMTP + smtpd("submission", "receive_override_options=no_milters", ONLY_LOGINS),
      "",
      [["no-header-check", "master.cf:3", ["submission/inet master.cf:2"]]],
    ],
    [
      "a permit that comes by way of main.cf",
      SMTP + smtpd("submission", "smtpd_sender_restrictions=$mua_sender", ONLY_LOGINS),
      "mua_sender = permit_sasl_authenticated, reject_sender_login_mismatch\n",
      [["permit-before-login-rule", "master.cf:3", ["submission/inet master.cf:2"]]],
    ],
  ])("%s", (_what, masterCf, more, expected) => {
    expect(told(masterCf, more)).toEqual(expected);
  });

  it("the same in main.cf and in a service with a list of its own, each with its cure", () => {
    const masterCf = SMTP + smtpd("[::]:2525", "smtpd_sender_restrictions=reject_non_fqdn_sender");
    const found = lint(masterCf, "smtpd_sender_restrictions = reject_authenticated_sender_login_mismatch\n");
    const strangers = found.filter(({ code }) => code === "strangers-use-our-addresses");
    expect(strangers.map(({ services, cure }) => [services?.map(({ name }) => name), cure[0]])).toEqual([
      [["smtp/inet"], "smtpd_sender_restrictions = reject_sender_login_mismatch"],
      [["[::]:2525/inet"], "-o { smtpd_sender_restrictions = reject_sender_login_mismatch, reject_non_fqdn_sender }"],
    ]);
  });

  it("no dropped rule where a table of the service names it, and one where only the table of another does", () => {
    const texts = { "texthash:/logins": "ann reject_sender_login_mismatch\n" };
    const asked = "{ smtpd_sender_restrictions = check_sasl_access texthash:/logins }";
    const masterCf = smtpd("a", asked, ONLY_LOGINS) + smtpd("b", "smtpd_sender_restrictions=", ONLY_LOGINS);
    const found = lint(masterCf, "", texts).filter(({ code }) => code === "login-rule-dropped");
    expect(found.map(({ services }) => services?.map(({ name }) => name))).toEqual([["b/inet"]]);
  });

  it("local submission once, whatever a service sets", () => {
    const masterCf = SMTP + smtpd("submission", "non_smtpd_milters=inet:127.0.0.1:1");
    expect(told(masterCf, "non_smtpd_milters =\n")).toEqual([["local-submission-open", "main.cf:-", undefined]]);
  });

  it("and a cure for the service, which cures", () => {
    const masterCf = smtpd("submission", "smtpd_sender_restrictions=reject_non_fqdn_sender", ONLY_LOGINS);
    const [finding] = lint(SMTP + masterCf);
    expect(finding).toMatchObject({
      problem:
        "reject_sender_login_mismatch, which main.cf has in smtpd_sender_restrictions, is in no list of the service",
      example: "whoever logs in there may send as alice@example.com",
      cure: ["-o { smtpd_sender_restrictions = reject_sender_login_mismatch, reject_non_fqdn_sender }"],
    });
    expect(lint(`${SMTP}${masterCf}  ${finding?.cure[0]}\n`)).toEqual([]);
  });

  it("a value that no smtpd reads is an error with the line of master.cf", () => {
    expect(() => lint(SMTP + smtpd("submission", "smtpd_delay_reject=maybe"))).toThrow(
      "master.cf:3: smtpd_delay_reject: bad boolean configuration: smtpd_delay_reject = maybe",
    );
  });
});
