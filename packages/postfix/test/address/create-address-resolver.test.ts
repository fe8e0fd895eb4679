import { describe, expect, it } from "vitest";
import { createAddressResolver } from "../../src/address/create-address-resolver.js";
import { settingsOf } from "./settings.js";

const addresses = createAddressResolver(settingsOf());

describe("MAIL FROM and RCPT TO become internal or a reply", () => {
  const bad = "501 5.1.7 Bad sender address syntax";
  it.each([
    ["user@example.com", "user@example.com"],
    ["user@host.", "user@host."],
    ["user@a.b..", bad],
    ["user@", bad],
    ["user@[1.2.3.4]", "user@[1.2.3.4]"],
    ["user@[bogus]", bad],
    ["user@[1.2.3.4", "user@[1.2.3.4]"],
    ["user@bad-.test", bad],
    ["user@a..b", bad],
    ["user@1.2", bad],
    ["user@a.1", "user@a.1"],
    ['"a@b.test"@host', "a@b.test@host"],
    ["user@ho st.test", bad],
    ["user name@host.test", bad],
    ["user@*.test", bad],
    ["user;x@a.test", bad],
    ["user.@a.test", "user.@a.test"],
    ["<user@a.test>", "user@a.test"],
    ["ü@host.test", "ü@host.test"],
    ["u@müller.test", bad],
    ["u@straße.test", "u@straße.test"],
    ["@example.com", "@example.com"],
    ["@a.test:x@elsewhere.test", "x@elsewhere.test"],
    ["user@host.test (c)", "user@host.test"],
    ["-user@host.test", bad],
    ["user@1.2.3.4", bad],
    ["", ""],
  ])("%s", (text, expected) => {
    const parsed = addresses.parse(text, { name: "MAIL", smtputf8: false });
    expect(parsed).toEqual(expected === bad ? { ok: false, reply: expected } : { ok: true, internal: expected });
  });
});

describe("an address resolves to its class and transport", () => {
  it.each([
    ["Alice@Example.com", "alice@example.com", "local", "local", "mail.example.com"],
    ["alice%a.test@example.com", "alice@a.test", "default", "smtp", "a.test"],
    ["a@b.test@example.com", "a@b.test", "default", "smtp", "b.test"],
    ["site.test!user", "user@site.test", "default", "smtp", "site.test"],
    ["user", "user@example.com", "local", "local", "mail.example.com"],
    ["@example.com", "mailer-daemon@example.com", "local", "local", "mail.example.com"],
    ["x@virt.example", "x@virt.example", "virtual-mailbox", "virtual", "virt.example"],
    ["x@sub.relay.example", "x@sub.relay.example", "relay", "relay", "sub.relay.example"],
    ["x@alias.example", "x@alias.example", "virtual-alias", "error", "5.1.1 User unknown in virtual alias table"],
    ["x@[127.0.0.1]", "x@[127.0.0.1]", "local", "local", "mail.example.com"],
    ["x@straße.test.", "x@strasse.test", "default", "smtp", "straße.test"],
  ])("%s", (internal, address, addressClass, transport, nexthop) => {
    expect(addresses.resolve(internal)).toMatchObject({ address, addressClass, transport, nexthop });
  });
});
