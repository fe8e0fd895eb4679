import type { FakeZone } from "@fromguard/core/testing";
import { describe, expect, it } from "vitest";
import { evaluate } from "./attempt-at.js";

describe("client restrictions", () => {
  it("refuse a client without a name", async () => {
    const mail = { clientName: "unknown", clientAddress: "192.0.2.9" };
    expect((await evaluate("reject_unknown_client_hostname", { mail })).result).toBe(
      "reject 450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.9]",
    );
    expect((await evaluate("reject_unknown_reverse_client_hostname", { mail })).result).toBe(
      "reject 450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.9]",
    );
    expect((await evaluate("reject_unknown_client_hostname")).result).toBe("dunno");
    expect((await evaluate("reject_unknown_reverse_client_hostname")).result).toBe("dunno");
  });

  it("take an unverified name for a reverse name", async () => {
    const mail = { clientName: "unknown", reverseClientName: "client.example.org" };
    expect((await evaluate("reject_unknown_reverse_client_hostname", { mail })).result).toBe("dunno");
    expect((await evaluate("reject_unknown_client_hostname", { mail })).result).toMatch(/^reject/);
  });

  it("refuse a session in the clear", async () => {
    expect((await evaluate("reject_plaintext_session")).result).toBe("reject 450 4.7.1 Session encryption is required");
    expect((await evaluate("reject_plaintext_session", { mail: { encrypted: true } })).result).toBe("dunno");
  });

  it.each([
    ["its address", "192.0.2.1", "192.0.2.1", "ok"],
    ["a loopback address beside its address", "192.0.2.1", "127.0.0.1", "dunno"],
    ["another address", "192.0.2.1", "192.0.2.2", "dunno"],
    ["a loopback address of all", "all", "127.0.0.1", "ok"],
    ["another address of all", "all", "192.0.2.1", "dunno"],
    ["no address", "all", "unknown", "dunno"],
  ])("permit_inet_interfaces of %s", async (_case, inet_interfaces, clientAddress, result) => {
    const given = { parameters: { inet_interfaces }, mail: { clientAddress } };
    expect((await evaluate("permit_inet_interfaces", given)).result).toBe(result);
  });
});

describe("HELO restrictions", () => {
  const INVALID = "501 5.5.2 invalid ip address";
  const NAME = "501 5.5.2 Invalid name";
  const FQDN = "504 5.5.2 need fully-qualified hostname";
  const MISSING = "450 4.7.1 Host not found";

  it.each([
    ["a host", "host.test", "", "", ""],
    ["a host with a final dot, which DNS is not asked for", "host.test.", "", "", MISSING],
    ["a bare label", "host", "", FQDN, MISSING],
    ["an address", "192.0.2.1", "", FQDN, MISSING],
    ["an IPv6 address", "2001:db8::1", "", FQDN, MISSING],
    ["an address literal", "[192.0.2.1]", "", "", ""],
    ["an IPv6 literal", "[IPv6:2001:db8::1]", "", "", ""],
    ["an IPv6 literal without prefix", "[2001:db8::1]", INVALID, INVALID, INVALID],
    ["an open bracket", "[192.0.2.1", INVALID, INVALID, INVALID],
    ["a space", "a b", NAME, FQDN, MISSING],
    ["letters beyond ASCII", "müller.test", NAME, FQDN, MISSING],
    ["two final dots", "host.test..", NAME, FQDN, MISSING],
    ["nothing", "", "", "", ""],
  ])("of %s", async (_case, helo, ...results) => {
    const names = [
      ["reject_invalid_helo_hostname", "reject_invalid_hostname"],
      ["reject_non_fqdn_helo_hostname", "reject_non_fqdn_hostname"],
      ["reject_unknown_helo_hostname", "reject_unknown_hostname"],
    ];
    for (const [index, spellings] of names.entries()) {
      const [code, dsn, ...why] = (results[index] as string).split(" ");
      const expected =
        dsn === undefined ? "dunno" : `reject ${code} ${dsn} <${helo}>: Helo command rejected: ${why.join(" ")}`;
      for (const name of spellings) {
        const zones = { "host.test": { a: ["192.0.2.1"] } };
        expect([name, (await evaluate(name, { mail: { helo }, zones })).result]).toEqual([name, expected]);
      }
    }
  });

  it.each<[string, FakeZone, string]>([
    ["an MX record", { mx: ["mail.test"] }, "dunno"],
    ["a null MX", { mx: ["."] }, "dunno"],
    [
      "MX records that name no host",
      { mx: ["-x"] },
      "reject 450 4.7.1 <H.Test>: Helo command rejected: Malformed DNS server reply",
    ],
    [
      "answers that will never come",
      { a: { failed: "FORMERR", permanent: true } },
      "reject 450 4.7.1 <H.Test>: Helo command rejected: Host not found",
    ],
    ["a failure", { a: { failed: "SERVFAIL" } }, "later 450 4.7.1 <H.Test>: Helo command rejected: Host not found"],
  ])("reject_unknown_helo_hostname of a host with %s", async (_case, zone, result) => {
    const given = { mail: { helo: "H.Test" }, zones: { "h.test": zone } };
    expect((await evaluate("reject_unknown_helo_hostname", given)).result).toBe(result);
  });

  it.each([
    ["192.0.2.1", "ok"],
    ["host.test", "dunno"],
    ["", "dunno"],
    ["192.0.2", "reject 501 5.5.2 <192.0.2>: Helo command rejected: invalid ip address"],
  ])("permit_naked_ip_address of %j", async (helo, result) => {
    expect((await evaluate("permit_naked_ip_address", { mail: { helo } })).result).toBe(result);
  });
});
