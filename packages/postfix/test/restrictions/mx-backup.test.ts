import type { FakeZone } from "@fromguard/core/testing";
import { describe, expect, it } from "vitest";
import { evaluate, type Given } from "./attempt-at.js";

const mx = (...exchanges: readonly string[]) =>
  exchanges.map((exchange, at) => ({ preference: 10 * (at + 1), exchange }));
const zones: Readonly<Record<string, FakeZone>> = {
  "backup.test": { mx: mx("other.test", "mine.test") },
  "primary.test": { mx: mx("mine.test", "other.test") },
  "single.test": { mx: mx("other.test") },
  "null.test": { mx: mx("") },
  "down.test": { mx: { failed: "SERVFAIL" } },
  "lost.test": { mx: mx("nowhere.test", "other.test") },
  "other.test": { a: ["192.0.2.7"] },
};
const at = (recipient: string, given: Given = {}) =>
  evaluate("permit_mx_backup", {
    zones,
    ...given,
    mail: { recipient },
    parameters: { mydestination: "mine.test", ...given.parameters },
  });

describe("permit_mx_backup", () => {
  it.each([
    ["a domain whose later mail server is this host", "u@backup.test", "ok"],
    ["a domain of this host", "u@mine.test", "ok"],
    ["a domain whose first mail server is this host", "u@primary.test", "dunno"],
    ["a domain with others alone", "u@single.test", "dunno"],
    ["a null MX", "u@null.test", "dunno"],
    ["no MX", "u@nowhere.test", "dunno"],
    ["an address literal", "u@[192.0.2.9]", "dunno"],
  ])("%s", async (_case, recipient, result) => {
    expect((await at(recipient)).result).toBe(result);
  });

  it("defers a later refusal where DNS cannot tell", async () => {
    expect((await at("u@down.test")).result).toBe(
      "instead 450 4.4.4 <u@down.test>: Recipient address rejected: Unable to look up mail exchanger information: Host not found, try again",
    );
    expect((await at("u@lost.test")).result).toBe(
      "instead 450 4.4.4 <u@lost.test>: Recipient address rejected: Unable to look up mail exchanger host nowhere.test: Name or service not known",
    );
  });

  it.each([
    [["192.0.2.7"], "ok"],
    [["192.0.2.8"], "dunno"],
  ])("wants the first servers on permit_mx_backup_networks: %j", async (networks, result) => {
    const mxBackupNetworks: NonNullable<Given["mxBackupNetworks"]> = {
      has: ({ address }) => (networks.includes(address) ? { kind: "listed", entry: address } : { kind: "not-listed" }),
    };
    const parameters = { permit_mx_backup_networks: networks.join(",") };
    expect((await at("u@backup.test", { mxBackupNetworks, parameters })).result).toBe(result);
  });
});
