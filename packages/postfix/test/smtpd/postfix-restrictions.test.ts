import { createGuard, facts, pathFromInternal } from "@fromguard/core";
import { describe, expect, it } from "vitest";
import { postfixRestrictions } from "../../src/smtpd/postfix-restrictions.js";
import { type Lists, smtpdOf } from "./smtpd-of.js";

const given = {
  client: { address: "198.51.100.7", name: "client.example.org" },
  helo: "client.example.org",
  envelopeFrom: "u@a.test",
  recipients: ["r@relay.example"],
};

const decide = (lists: Lists, differs: Partial<Parameters<typeof facts>[0]> = {}) =>
  createGuard({ rules: [postfixRestrictions(smtpdOf(lists))] }).decide(facts({ ...given, ...differs }));

describe("an imported main.cf as a rule", () => {
  it.each<[string, Lists, Partial<Parameters<typeof facts>[0]>, object]>([
    ["accepts what smtpd accepts", {}, {}, { action: "accept" }],
    [
      "refuses with the reply and the code of the restriction",
      { sender: "reject_non_fqdn_sender" },
      { envelopeFrom: "u@host" },
      {
        action: "reject",
        code: "sender-not-fqdn",
        reply: {
          code: 504,
          enhanced: "5.5.2",
          text: "<u@host>: Sender address rejected: need fully-qualified address",
        },
      },
    ],
    [
      "defers where smtpd does",
      { sender: "reject_unknown_sender_domain" },
      { envelopeFrom: "u@down.test" },
      { action: "defer", code: "restriction-rejected", reply: { code: 450 } },
    ],
    [
      "has one code for what has none",
      { sender: "check_sender_access static:REJECT" },
      {},
      { action: "reject", code: "restriction-rejected" },
    ],
    ["refuses bad syntax", {}, { envelopeFrom: "a b@c d" }, { action: "reject", code: "envelope-malformed" }],
    [
      "judges each recipient, and refusing outweighs deferring",
      { recipient: "check_recipient_access inline:{d@relay.example=DEFER,x@relay.example=REJECT}" },
      { recipients: ["r@relay.example", "d@relay.example", "x@relay.example"] },
      { action: "reject" },
    ],
    [
      "keeps a deferral of one recipient",
      { recipient: "check_recipient_access inline:{d@relay.example=DEFER}" },
      { recipients: ["d@relay.example", "r@relay.example"] },
      { action: "defer" },
    ],
    ["passes over mail without a client", { sender: "reject" }, { client: null }, { action: "accept" }],
    [
      "quotes what needs quotes",
      { sender: "check_sender_access static:REJECT" },
      { envelopeFrom: '"a b"@a.test' },
      { reply: { text: "<a b@a.test>: Sender address rejected: Access denied" } },
    ],
  ])("%s", async (_what, lists, differs, decision) => {
    expect(await decide(lists, differs)).toMatchObject(decision);
  });

  it("takes the internal form of a policy request", async () => {
    const guard = createGuard({ rules: [postfixRestrictions(smtpdOf({ sender: "reject" }))] });
    const known = { ...facts(given), envelopeFrom: pathFromInternal("a b@a.test") };
    expect(await guard.decide(known)).toMatchObject({
      reply: { text: "<a b@a.test>: Sender address rejected: Access denied" },
    });
  });
});
