import { describe, expect, it } from "vitest";
import { evaluate } from "./attempt-at.js";

describe("relay restrictions", () => {
  it.each([
    ["a local domain", "u@example.com", true],
    ["a virtual alias domain", "u@alias.example", true],
    ["a virtual mailbox domain", "u@virt.example", true],
    ["a relay domain", "u@relay.example", true],
    ["a subdomain of one", "u@sub.relay.example", true],
    ["a recipient without domain", "user", true],
    ["any other domain", "u@x.test", false],
    ["a route through a relay domain", "u%x.test@relay.example", false],
    ["a route that ends elsewhere", "u%x.test@example.com", false],
  ])("of %s", async (_case, recipient, isAuthorised) => {
    const of = async (name: string) => (await evaluate(name, { mail: { recipient } })).result;
    const denied = `<${recipient}>: Relay access denied`;
    expect(await of("permit_auth_destination")).toBe(isAuthorised ? "ok" : "dunno");
    expect(await of("reject_unauth_destination")).toBe(isAuthorised ? "dunno" : `reject 554 5.7.1 ${denied}`);
    expect(await of("defer_unauth_destination")).toBe(isAuthorised ? "dunno" : `reject 454 4.7.1 ${denied}`);
    expect(await of("check_relay_domains")).toBe(
      isAuthorised ? "ok" : `reject 554 5.7.1 <${recipient}>: Recipient address rejected: Relay access denied`,
    );
  });

  it("lets routed mail pass where it is trusted", async () => {
    const given = { mail: { recipient: "u%x.test@relay.example" }, parameters: { allow_untrusted_routing: "yes" } };
    expect((await evaluate("reject_unauth_destination", given)).result).toBe("dunno");
  });

  it("judges nothing without a recipient", async () => {
    for (const name of ["permit_auth_destination", "reject_unauth_destination", "check_relay_domains"]) {
      expect((await evaluate(name)).result).toBe("dunno");
    }
  });

  it("permits a client on relay_domains in the old restriction alone", async () => {
    const given = { mail: { recipient: "u@x.test", clientName: "mx.relay.example" } };
    expect((await evaluate("check_relay_domains", given)).result).toBe("ok");
    expect((await evaluate("reject_unauth_destination", given)).result).toMatch(/^reject 554/);
  });

  it.each([
    ["listed", { kind: "listed", entry: "198.51.100.0/24" }, "ok"],
    ["not listed", { kind: "not-listed" }, "dunno"],
    ["unknown", { kind: "unknown", cause: "down" }, "end data 451 4.3.0 <TARGET>: Temporary lookup failure"],
  ] as const)("permit_mynetworks of a client that is %s", async (_case, membership, result) => {
    expect((await evaluate("permit_mynetworks", { networks: { has: () => membership } })).result).toBe(result);
  });

  it.each([
    ["a login", { login: "alice" }, "yes", "ok"],
    ["a login without SASL", { login: "alice" }, "no", "dunno"],
    ["no login", { login: null }, "yes", "dunno"],
    ["an anonymous login", { login: "anyone", saslMethod: "ANONYMOUS" }, "yes", "dunno"],
  ])("permit_sasl_authenticated of %s", async (_case, mail, smtpd_sasl_auth_enable, result) => {
    const given = { mail, parameters: { smtpd_sasl_auth_enable } };
    expect((await evaluate("permit_sasl_authenticated", given)).result).toBe(result);
  });
});
