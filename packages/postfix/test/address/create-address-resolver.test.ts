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
    [":!<>\t(()", ""],
    [":<user@a.test>", "user@a.test"],
    ["x:<user@a.test>", bad],
    ["g:user@a.test;", "user@a.test"],
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

describe("settings change what is taken", () => {
  const reply = (
    parameters: Readonly<Record<string, string>>,
    text: string,
    smtputf8 = false,
    name: "MAIL" | "RCPT" = "MAIL",
  ) => createAddressResolver(settingsOf({ parameters })).parse(text, { name, smtputf8 });
  const badSender = { ok: false, reply: "501 5.1.7 Bad sender address syntax" };
  const badRecipient = { ok: false, reply: "501 5.1.3 Bad recipient address syntax" };

  it("strict_rfc821_envelopes: no comment, no phrase, no bare domain", () => {
    const strict = { strict_rfc821_envelopes: "yes" };
    for (const text of ["u@h.test (c)", "Name <u@h.test>", "@h.test", "u@h.test,"])
      expect(reply(strict, text)).toEqual(badSender);
    expect(reply(strict, "")).toEqual({ ok: true, internal: "" });
  });

  it("strict_smtputf8: no UTF-8 that was not declared", () => {
    const strict = { strict_smtputf8: "yes" };
    const refusal = {
      ok: true,
      internal: "\u00fc@h.test",
      undeclared: "553 5.6.7 Must declare SMTPUTF8 to send unicode address",
    };
    expect(reply(strict, "\u00fc@h.test")).toEqual(refusal);
    expect(reply(strict, "\u00fc@h.test", true)).toEqual({ ok: true, internal: "\u00fc@h.test" });
    expect(reply(strict, "\u00fc@h.test", false, "RCPT")).toEqual(refusal);
  });

  it("smtputf8_enable = no: the parameter is not known", () => {
    expect(reply({ smtputf8_enable: "no" }, "u@h.test", true)).toEqual({
      ok: false,
      reply: "555 5.5.4 Unsupported option: SMTPUTF8",
    });
  });

  it("a recipient is never empty", () => {
    for (const text of ["", '""', "()", " "]) expect(reply({}, text, false, "RCPT")).toEqual(badRecipient);
  });

  it("allow_min_user, resolve_numeric_domain, resolve_null_domain", () => {
    expect(reply({ allow_min_user: "yes" }, "-u@h.test")).toEqual({ ok: true, internal: "-u@h.test" });
    expect(reply({ resolve_numeric_domain: "yes" }, "u@1.2.3.4")).toEqual({ ok: true, internal: "u@1.2.3.4" });
    expect(reply({ resolve_null_domain: "yes" }, "u@")).toEqual({ ok: true, internal: "u@" });
  });
});

describe("found by comparison with a running Postfix", () => {
  const name255 = ["a", "b", "c", "d"].map((letter) => letter.repeat(63)).join(".");
  it.each([
    ["%:", "mailer-daemon@example.com"],
    ["user@-1\u00fc\u00fc-a0", undefined],
    ["user@ab--\u00fc.test", undefined],
    ["user@\u0898.test", undefined],
    ["[IPv6:::ffff:127.0.0.1]!u", "u@[ipv6:::ffff:127.0.0.1]"],
    ["a.b.test!u@[IPv6:::1]", "a.b.test!u@[ipv6:::1]"],
    [`u@${name255}`, `u@${name255}`],
    [">\u00fc,", "\u00fc@example.com"],
    ["a\\ b%a.test@example.com", "a b@a.test"],
  ])("%s", (text, address) => {
    const parsed = addresses.parse(text, { name: "MAIL", smtputf8: true });
    if (!("ok" in parsed)) throw new Error("a promise");
    expect(parsed.ok).toBe(address !== undefined);
    if (parsed.ok) expect(addresses.resolve(parsed.internal)).toMatchObject({ address });
  });

  it("what follows a closed bracket is a parameter", () => {
    expect(addresses.parse("a@h.test> x\ty", { name: "MAIL", smtputf8: false })).toEqual({
      ok: false,
      reply: "555 5.5.4 Unsupported option: x",
    });
  });
});
