import { describe, expect, it } from "vitest";
import { smtpdOfMainCf } from "../../src/kinds/smtpd-of-main-cf.js";
import { zoneResolver } from "../../src/kinds/zone.js";

const mainCf = {
  compatibility_level: "3.6",
  myhostname: "mail.example.com",
  local_recipient_maps: "",
  mynetworks: "192.0.2.0/24",
  relay_domains: "relay.example",
  smtpd_sasl_auth_enable: "yes",
  smtpd_sender_login_maps: "texthash:@DIR@/login",
  smtpd_sender_restrictions: "reject_sender_login_mismatch, check_policy_service inet:127.0.0.1:10998",
  smtpd_relay_restrictions: "permit_mynetworks, reject_unauth_destination",
};
const setup = { mainCf, files: { login: "a@a.test ann\n" } };
const attempt = {
  login: "ann",
  sender: "a@a.test",
  recipient: "user@relay.example",
  client: "198.51.100.7",
  clientName: "client.example.org",
  helo: "client.example.org",
  smtputf8: false,
};

describe("the smtpd of a recording", () => {
  it.each([
    ["the owner", {}, { stage: "RCPT", reply: "250 2.1.5 Ok" }],
    [
      "another login",
      { login: "bob" },
      { reply: "553 5.7.1 <a@a.test>: Sender address rejected: not owned by user bob" },
    ],
    [
      "what the policy server refuses",
      { policyReply: "reject no" },
      { reply: "554 5.7.1 <a@a.test>: Sender address rejected: no" },
    ],
    ["a policy server that hangs up", { policyReply: "@drop" }, { reply: /^451 4\.3\.5 / }],
    ["a reply without an action", { policyReply: "@noaction" }, { reply: /^451 4\.3\.5 / }],
    ["the first of two actions", { policyReply: "@two" }, { reply: "250 2.1.5 Ok" }],
  ])("answers %s", async (_what, differs, answer) => {
    const policyReply = "dunno";
    expect(await smtpdOfMainCf()(setup, { policyReply, ...attempt, ...differs }, zoneResolver({}))).toMatchObject(
      typeof answer.reply === "string" ? answer : { reply: expect.stringMatching(answer.reply) },
    );
  });
});
