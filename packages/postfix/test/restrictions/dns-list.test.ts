import { failTable, tableOf } from "@fromguard/core";
import type { FakeZone } from "@fromguard/core/testing";
import { describe, expect, it } from "vitest";
import { evaluate, type Given } from "./attempt-at.js";

const down = { failed: "SERVFAIL" };
const zones: Readonly<Record<string, FakeZone>> = {
  "7.100.51.198.list.test": { a: ["127.0.0.2"], txt: ["see\u00e9", "more"] },
  "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.list.test": { a: ["127.0.0.2"] },
  "client.example.org.list.test": { a: ["127.0.0.2"] },
  "a.test.list.test": { a: ["127.0.0.9"], txt: ["$rbl_code"] },
  "down.test.list.test": { a: down },
  "7.100.51.198.down.test": { a: down },
};
const at = (name: string, given: Given = {}) => evaluate(name, { argument: "list.test", ...given, zones });

describe("a DNS list", () => {
  it("refuses a client by address, with the text of its records", async () => {
    expect((await at("reject_rbl_client")).result).toBe(
      "reject 554 4.7.1 Service unavailable; Client host [198.51.100.7] blocked using list.test; see  / more",
    );
  });

  it("is asked for IPv6 by half octets", async () => {
    expect((await at("reject_rbl_client", { mail: { clientAddress: "2001:db8::1" } })).result).toMatch(/^reject 554/);
  });

  it.each([
    ["reject_rhsbl_client", {}, "Client host [client.example.org]"],
    ["reject_rhsbl_reverse_client", {}, "Unverified Client host [client.example.org]"],
    ["reject_rhsbl_helo", {}, "Helo command [client.example.org]"],
    ["reject_rhsbl_sender", { sender: "u@A.test" }, "Sender address [u@A.test]"],
    ["reject_rhsbl_recipient", { recipient: "u@a.test" }, "Recipient address [u@a.test]"],
  ])("%s names what is on it", async (name, mail, subject) => {
    expect((await at(name, { mail })).result).toContain(`${subject} blocked using list.test`);
  });

  it.each([
    ["reject_rhsbl_client", { clientName: "unknown" }],
    ["reject_rhsbl_helo", { helo: "" }],
    ["reject_rhsbl_sender", { sender: "" }],
    ["reject_rhsbl_sender", { sender: "u@[192.0.2.1]" }],
    ["reject_rhsbl_sender", { sender: "u@192.0.2.1" }],
    ["reject_rhsbl_sender", { sender: "u@down.test" }],
    ["reject_rhsbl_recipient", {}],
    ["permit_rhswl_client", { clientName: "unknown" }],
  ])("%s of %j does nothing", async (name, mail) => {
    expect((await at(name, { mail })).result).toBe("dunno");
  });

  it("counts only by answers that pass its filter, and names its domain without", async () => {
    expect((await at("reject_rbl_client", { argument: "list.test=127.0.0.3" })).result).toBe("dunno");
    expect((await at("reject_rbl_client", { argument: "list.test=127.0.0.[1..2]" })).result).toContain(
      "using list.test;",
    );
  });

  it("permits, but no recipient of elsewhere, and defers a later refusal where it cannot be asked", async () => {
    expect((await at("permit_dnswl_client")).result).toBe("ok");
    expect((await at("permit_dnswl_client", { mail: { recipient: "u@elsewhere.test" } })).result).toBe("dunno");
    expect((await at("permit_dnswl_client", { argument: "down.test" })).result).toBe(
      "instead 450 4.7.1 <198.51.100.7>: Client host rejected: Service unavailable",
    );
  });
});

describe("the reply of a DNS list", () => {
  const sender = { sender: "ü@a.test" };
  const by = async (template: string) =>
    (await at("reject_rhsbl_sender", { mail: sender, parameters: { default_rbl_reply: template } })).result;

  it.each([
    ["521 5.1.3 $sender_name at $sender_domain", "reject 521 4.1.7 __ at a.test"],
    ["554 $rbl_txt", "reject 554 4.7.1 $rbl_code"],
    ["250 no", "reject 450 4.7.1 Service unavailable"],
    ["554 ", "reject 554 4.7.1 Service unavailable"],
  ])("%s", async (template, result) => {
    expect(await by(template)).toBe(result);
  });

  it("is that of rbl_reply_maps, by the list with its filter", async () => {
    const tables = { rbl_reply_maps: [tableOf({ "list.test": "521 other", "list.test=127.0.0.2": "550 mapped" })] };
    expect((await at("reject_rbl_client", { argument: "list.test=127.0.0.2", tables })).result).toBe(
      "reject 550 4.7.1 mapped",
    );
  });

  it("is a configuration error where the map cannot be asked", async () => {
    const tables = { rbl_reply_maps: [failTable("down")] };
    expect((await at("reject_rbl_client", { tables })).result).toMatch(/^end software 451 4\.3\.5/);
  });

  it("is the default where the template of the map names nothing", async () => {
    const tables = { rbl_reply_maps: [tableOf({ "list.test": "550 $no_such" })] };
    expect((await at("reject_rbl_client", { tables })).result).toContain("Service unavailable; Client host");
  });
});
