import { failTable, inlineTable } from "@fromguard/core";
import { describe, expect, it } from "vitest";
import { evaluate, type Given } from "./attempt-at.js";

const tables = {
  local_recipient_maps: [inlineTable("{alice=1,bob@example.com=1}")],
  virtual_mailbox_maps: [inlineTable("{v@virt.example=1}")],
  relay_recipient_maps: [inlineTable("{r@relay.example=1}")],
  virtual_alias_maps: [inlineTable("{va@alias.example=alice}")],
  sender_canonical_maps: [inlineTable("{only-a-sender@example.com=alice}")],
};
const parameters = Object.fromEntries(Object.keys(tables).map((name) => [name, "inline:{...}"]));

function sender(address: string, more: Given = {}): Given {
  return { tables, ...more, mail: { sender: address }, parameters: { ...parameters, ...more.parameters } };
}

const unknown = (address: string, table: string) =>
  `reject 550 5.1.0 <${address}>: Sender address rejected: User unknown in ${table}`;

describe("reject_unlisted_sender", () => {
  it.each([
    "",
    "alice",
    "alice@example.com",
    "alice+x@example.com",
    "ALICE@mail.example.com",
    "bob@example.com",
    "v@virt.example",
    "r@relay.example",
    "va@alias.example",
    "only-a-sender@example.com",
    "postmaster@example.com",
    "mailer-daemon@example.com",
    "double-bounce@example.com",
    "anyone@x.test",
  ])("knows %j", async (address) => {
    expect((await evaluate("reject_unlisted_sender", sender(address))).result).toBe("dunno");
  });

  it.each([
    ["nobody@example.com", unknown("nobody@example.com", "local recipient table")],
    ["bob@mail.example.com", unknown("bob@mail.example.com", "local recipient table")],
    ["Postmasters@example.com", unknown("Postmasters@example.com", "local recipient table")],
    ["w@virt.example", unknown("w@virt.example", "virtual mailbox table")],
    ["postmaster@virt.example", unknown("postmaster@virt.example", "virtual mailbox table")],
    ["s@relay.example", unknown("s@relay.example", "relay recipient table")],
    [
      "vb@alias.example",
      "reject 550 4.1.7 <vb@alias.example>: Sender address rejected: User unknown in virtual alias table",
    ],
  ])("does not know %j", async (address, result) => {
    expect((await evaluate("reject_unlisted_sender", sender(address))).result).toBe(result);
  });

  it.each([
    [
      "to the recipient that they stand for",
      "r@far.test",
      "reject 550 5.7.1 <s@x.test>: Sender address rejected: gone",
    ],
    ["to another", "t@far.test", "dunno"],
    ["before there is a recipient", undefined, "dunno"],
  ])("asks sender-dependent transports of %s", async (_case, recipient, result) => {
    const given: Given = {
      tables: { sender_dependent_default_transport_maps: [inlineTable("{{r@far.test = error:5.7.1 gone}}")] },
      parameters: { empty_address_default_transport_maps_lookup_key: "<>" },
      mail: { sender: "s@x.test", recipient },
    };
    expect((await evaluate("reject_unlisted_sender", given)).result).toBe(result);
  });

  it("does not name tables where so configured", async () => {
    const given = sender("nobody@example.com", { parameters: { show_user_unknown_table_name: "no" } });
    expect((await evaluate("reject_unlisted_sender", given)).result).toBe(
      "reject 550 5.1.0 <nobody@example.com>: Sender address rejected: User unknown",
    );
  });

  it("knows every user of a class without tables", async () => {
    const given = sender("nobody@example.com", { parameters: { local_recipient_maps: "" } });
    expect((await evaluate("reject_unlisted_sender", given)).result).toBe("dunno");
  });

  it("is off with no_unknown_recipient_checks", async () => {
    const options = { receive_override_options: "no_address_mappings, no_unknown_recipient_checks" };
    const given = sender("nobody@example.com", { parameters: options });
    expect((await evaluate("reject_unlisted_sender", given)).result).toBe("dunno");
  });

  it("ends the evaluation where a table fails", async () => {
    const given = sender("alice@example.com", { tables: { ...tables, canonical_maps: [failTable("x")] } });
    expect((await evaluate("reject_unlisted_sender", given)).result).toBe(
      "end data 451 4.3.0 <alice@example.com>: Temporary lookup failure",
    );
  });
});

describe("reject_unlisted_recipient", () => {
  it.each([
    [
      "nobody@example.com",
      "550 5.1.1 <nobody@example.com>: Recipient address rejected: User unknown in local recipient table",
    ],
    [
      "vb@alias.example",
      "550 4.1.1 <vb@alias.example>: Recipient address rejected: User unknown in virtual alias table",
    ],
    [
      "only-a-sender@example.com",
      "550 5.1.1 <only-a-sender@example.com>: Recipient address rejected: User unknown in local recipient table",
    ],
  ])("does not know %j", async (recipient, reply) => {
    for (const name of ["reject_unlisted_recipient", "check_recipient_maps"]) {
      expect((await evaluate(name, { tables, parameters, mail: { recipient } })).result).toBe(`reject ${reply}`);
    }
  });

  it("knows a listed one, and judges nothing without a recipient", async () => {
    const given = { tables, parameters, mail: { recipient: "alice@example.com" } };
    expect((await evaluate("reject_unlisted_recipient", given)).result).toBe("dunno");
    expect((await evaluate("reject_unlisted_recipient", { tables, parameters })).result).toBe("dunno");
  });
});
