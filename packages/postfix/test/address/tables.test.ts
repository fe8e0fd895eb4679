import { failTable, type Lookup, type Table, tableOf } from "@fromguard/core";
import { describe, expect, it } from "vitest";
import type { AddressResolver } from "../../src/address/address-resolver.js";
import { createAddressResolver } from "../../src/address/create-address-resolver.js";
import type { MatchList } from "../../src/lists/match-list.js";
import { settingsOf } from "./settings.js";

const failing: MatchList<string> = { has: () => ({ kind: "unknown", cause: "down" }) };
const unknown = { kind: "unknown" };

describe("a table that cannot answer leaves the address unknown", () => {
  it.each(["mydestination", "virtual_alias_domains", "virtual_mailbox_domains", "relay_domains"])("%s", (parameter) => {
    const addresses = createAddressResolver(settingsOf({ lists: { [parameter]: failing } }));
    expect(addresses.resolve("x@a.test")).toMatchObject(unknown);
    expect(addresses.resolve('"x y"@a.test')).toMatchObject(unknown);
    expect(addresses.parse("x@a.test", { name: "MAIL", smtputf8: false })).toEqual({ ok: true, internal: "x@a.test" });
  });

  it.each([
    "transport_maps",
    "relocated_maps",
    "sender_dependent_relayhost_maps",
    "sender_dependent_default_transport_maps",
  ])("%s", (parameter) => {
    const down = createAddressResolver(settingsOf({ tables: { [parameter]: [failTable("fail:x")] } }));
    expect(down.resolve("x@a.test")).toMatchObject(unknown);
    const empty = createAddressResolver(settingsOf({ tables: { [parameter]: [everything("")] } }));
    expect(empty.resolve("x@a.test")).toMatchObject(unknown);
  });

  it("asks again for what was unknown", () => {
    let down = true;
    const list: MatchList<string> = { has: () => (down ? { kind: "unknown", cause: "" } : { kind: "not-listed" }) };
    const addresses = createAddressResolver(settingsOf({ lists: { relay_domains: list } }));
    expect(addresses.resolve("x@a.test")).toMatchObject(unknown);
    down = false;
    expect(addresses.resolve("x@a.test")).toMatchObject({ addressClass: "default" });
  });
});

describe("transports that depend on the sender", () => {
  const of = (tables: Readonly<Record<string, readonly Table[]>>, parameters = {}): AddressResolver =>
    createAddressResolver(settingsOf({ tables, parameters }));
  it("come from sender_dependent_default_transport_maps, but for relay domains", () => {
    const maps = [tableOf({ "ann@example.com": "error:5.7.1 not you", "bob@example.com": "DUNNO", "<>": "bounces:" })];
    const addresses = of(
      { sender_dependent_default_transport_maps: maps },
      { empty_address_default_transport_maps_lookup_key: "<>" },
    );
    expect(addresses.resolve("x@a.test", "ann")).toMatchObject({ transport: "error", nexthop: "5.7.1 not you" });
    expect(addresses.resolve("x@a.test", "bob@example.com")).toMatchObject({ transport: "smtp", nexthop: "a.test" });
    expect(addresses.resolve("x@a.test")).toMatchObject({ transport: "bounces", nexthop: "a.test" });
    expect(addresses.resolve("x@relay.example", "ann@example.com")).toMatchObject({ transport: "relay" });
  });

  it("go to the host of sender_dependent_relayhost_maps before relayhost", () => {
    const maps = [tableOf({ "@example.com": "[gate]:587" })];
    const addresses = of({ sender_dependent_relayhost_maps: maps }, { relayhost: "[common]" });
    expect(addresses.resolve("x@a.test", "ann@example.com")).toMatchObject({ nexthop: "[gate]:587" });
    expect(addresses.resolve("x@a.test", "x@b.test")).toMatchObject({ nexthop: "[common]" });
    expect(addresses.resolve("x@example.com", "ann@example.com")).toMatchObject({ nexthop: "mail.example.com" });
  });
});

describe("answers from elsewhere come as promises", () => {
  const late: MatchList<string> = {
    has: async (domain) => (domain === "late.test" ? { kind: "listed", entry: domain } : { kind: "not-listed" }),
  };
  const addresses = createAddressResolver(settingsOf({ lists: { mydestination: late } }));
  it.each([
    ["x%y.test@late.test", "x@y.test", "default"],
    ["a@b@late.test@late.test", "a@b", "default"],
    ["x@late.test", "x@late.test", "local"],
  ])("%s", async (internal, address, addressClass) => {
    expect(await addresses.resolve(internal)).toMatchObject({ address, addressClass });
    expect(await addresses.parse(internal, { name: "MAIL", smtputf8: false })).toMatchObject({ ok: true });
  });
});

describe("answers are kept", () => {
  const counting = (maxCached: number, now: () => number) => {
    const asked: string[] = [];
    const list: MatchList<string> = {
      has(domain) {
        asked.push(domain);
        return { kind: "not-listed" };
      },
    };
    const addresses = createAddressResolver(settingsOf({ lists: { mydestination: list } }), { maxCached, now });
    return { addresses, asked };
  };

  it("the least recently asked for goes first, all after 30 seconds", () => {
    let time = 0;
    const { addresses, asked } = counting(2, () => time);
    for (const domain of ["a.test", "b.test", "a.test", "c.test", "a.test", "b.test"])
      void addresses.resolve(`x@${domain}`);
    expect(asked).toEqual(["a.test", "b.test", "c.test", "b.test"]);
    time = 30_000;
    void addresses.resolve("x@b.test");
    expect(asked.at(-1)).toBe("b.test");
    expect(asked).toHaveLength(5);
  });

  it("none with 0", () => {
    const { addresses, asked } = counting(0, () => 0);
    void addresses.resolve("x@a.test");
    void addresses.resolve("x@a.test");
    expect(asked).toHaveLength(2);
  });
});

function everything(value: string): Table {
  const lookup: Lookup = { kind: "found", value, evidence: () => ({ source: "static:" }) };
  return { name: "static:", keys: "parts", lookup: () => lookup };
}
