import type { FakeZone } from "@fromguard/core/testing";
import { describe, expect, it } from "vitest";
import { evaluate } from "./attempt-at.js";

const down = { failed: "SERVFAIL" };

describe("reject_non_fqdn_sender", () => {
  const need = (address: string) =>
    `reject 504 4.5.2 <${address}>: Sender address rejected: need fully-qualified address`;

  it.each([
    ["the null sender", ""],
    ["two labels", "u@a.test"],
    ["one final dot", "u@a.test."],
    ["an underscore", "u@_a.test"],
    ["digits and a letter", "u@1.a"],
    ["an address literal", "u@[192.0.2.1]"],
    ["anything in brackets", "u@[nonsense]"],
    ["the domain behind the last at sign", "u@host@a.test"],
  ])("lets pass %s", async (_case, sender) => {
    expect((await evaluate("reject_non_fqdn_sender", { mail: { sender } })).result).toBe("dunno");
  });

  it.each([
    ["no domain", "user"],
    ["a percent sign in place of the at sign", "user%a.test"],
    ["a bang path", "a.test!user"],
    ["an empty domain", "user@"],
    ["one label", "u@host"],
    ["one label and a dot", "u@host."],
    ["two final dots", "u@a.test.."],
    ["digits alone", "u@1.2"],
    ["a hyphen at the start of a label", "u@-a.test"],
    ["an open bracket", "u@[192.0.2.1"],
    ["letters beyond ASCII without SMTPUTF8", "u@müller.test"],
  ])("refuses %s", async (_case, sender) => {
    expect((await evaluate("reject_non_fqdn_sender", { mail: { sender } })).result).toBe(need(sender));
  });

  it("lets letters beyond ASCII pass with SMTPUTF8, but wants a plain dot", async () => {
    const of = async (sender: string) =>
      (await evaluate("reject_non_fqdn_sender", { mail: { sender, smtputf8: true } })).result;
    expect(await of("u@müller.test")).toBe("dunno");
    expect(await of("u@müller。test")).toBe(need("u@müller。test"));
  });

  it("has a configurable code", async () => {
    const given = { mail: { sender: "u@host" }, parameters: { non_fqdn_reject_code: "450" } };
    expect((await evaluate("reject_non_fqdn_sender", given)).result).toMatch(/^reject 450 /);
  });
});

describe("reject_non_fqdn_recipient", () => {
  it("judges the recipient, and nothing where there is none", async () => {
    expect((await evaluate("reject_non_fqdn_recipient", { mail: { recipient: "u@host" } })).result).toBe(
      "reject 504 4.5.2 <u@host>: Recipient address rejected: need fully-qualified address",
    );
    expect((await evaluate("reject_non_fqdn_recipient")).result).toBe("dunno");
  });
});

describe("reject_unknown_sender_domain", () => {
  const refused = (what: string) => `reject 450 4.1.8 <u@x.test>: Sender address rejected: ${what}`;
  it.each<[string, FakeZone, string]>([
    ["an MX record", { mx: ["mail.test"] }, "dunno"],
    ["an A record", { a: ["192.0.2.1"] }, "dunno"],
    ["an AAAA record", { aaaa: ["2001:db8::1"] }, "dunno"],
    ["nothing", {}, refused("Domain not found")],
    ["only answers that will never come", { mx: { failed: "FORMERR", permanent: true } }, refused("Domain not found")],
    ["MX records that name no host", { mx: ["-x.test"], a: ["192.0.2.1"] }, refused("Malformed DNS server reply")],
    [
      "a null MX",
      { mx: ["."], a: ["192.0.2.1"] },
      "reject 550 4.7.27 <u@x.test>: Sender address rejected: Domain x.test does not accept mail (nullMX)",
    ],
    ["a failure", { mx: down }, "later 450 4.1.8 <u@x.test>: Sender address rejected: Domain not found"],
    ["a failure beside an A record", { mx: down, a: ["192.0.2.1"] }, "dunno"],
  ])("of a domain with %s", async (_case, zone, result) => {
    const given = { mail: { sender: "u@x.test" }, zones: { "x.test": zone } };
    expect((await evaluate("reject_unknown_sender_domain", given)).result).toBe(result);
    expect((await evaluate("reject_unknown_address", given)).result).toBe(result);
  });

  it.each([
    ["the null sender", ""],
    ["a local domain", "u@example.com"],
    ["a virtual alias domain", "u@alias.example"],
    ["a virtual mailbox domain", "u@virt.example"],
    ["an address literal", "u@[192.0.2.1]"],
    ["an address without a domain, which gets the local one", "user"],
  ])("asks nothing of %s", async (_case, sender) => {
    const { result, atOnce } = await evaluate("reject_unknown_sender_domain", { mail: { sender } });
    expect([result, atOnce]).toEqual(["dunno", true]);
  });

  it.each([
    ["a relay domain is looked up", "u@relay.example", "relay.example", {}],
    ["A-labels are asked for", "u@müller.test", "xn--mller-kva.test", { smtputf8: true }],
    ["the folded name is asked for", "u@straße.test", "strasse.test", { smtputf8: true }],
    ["capitals do not matter", "u@X.Test", "x.test", {}],
  ])("%s", async (_case, sender, name, mail) => {
    const given = { mail: { sender, ...mail }, zones: { [name]: { mx: ["."] } } };
    expect((await evaluate("reject_unknown_sender_domain", given)).result).toContain(`Domain ${name} does not accept`);
  });

  it("defers at once where so configured, and has a configurable code", async () => {
    const parameters = { unknown_address_tempfail_action: "defer", unknown_address_reject_code: "550" };
    const of = async (zone: FakeZone) =>
      (
        await evaluate("reject_unknown_sender_domain", {
          mail: { sender: "u@x.test" },
          zones: { "x.test": zone },
          parameters,
        })
      ).result;
    expect(await of({ mx: down })).toMatch(/^reject 450 4\.1\.8 /);
    expect(await of({})).toMatch(/^reject 550 4\.1\.8 /);
  });

  it("tells the null MX of a recipient otherwise", async () => {
    const given = { mail: { recipient: "u@x.test" }, zones: { "x.test": { mx: ["."] } } };
    expect((await evaluate("reject_unknown_recipient_domain", given)).result).toBe(
      "reject 556 4.1.10 <u@x.test>: Recipient address rejected: Domain x.test does not accept mail (nullMX)",
    );
  });

  it("ends the evaluation where the address cannot be resolved", async () => {
    const domains = { virtual_alias_domains: { has: () => ({ kind: "unknown", cause: "down" }) as const } };
    const given = { mail: { sender: "u@x.test" }, domains };
    expect((await evaluate("reject_unknown_sender_domain", given)).result).toBe(
      "end data 451 4.3.0 <u@x.test>: Temporary lookup failure",
    );
  });
});
