import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Incoming } from "../../src/index.js";
import { readCheckRequest } from "../../src/rspamd/request.js";

/** A request with these fields; values as octets, as HTTP has them. */
function read(fields: Readonly<Record<string, string>>) {
  const headers = new Headers(fields);
  return readCheckRequest({ header: (name: string) => headers.get(name) } as Incoming);
}

function factsOf(fields: Readonly<Record<string, string>>) {
  const request = read(fields);
  if (!request.ok) throw new Error(request.error);
  return request.facts;
}

describe("facts", () => {
  it("of a submission", () => {
    expect(
      factsOf({
        From: "<ann@example.com>",
        Rcpt: "bob@example.org",
        User: "ann",
        Helo: "client.example",
        IP: "192.0.2.7",
        Hostname: "client.example",
        "Queue-Id": "4ABC",
        "Deliver-To": "bob",
        "Settings-ID": "submission",
      }),
    ).toMatchObject({
      login: "ann",
      localUser: null,
      client: { address: "192.0.2.7" },
      helo: "client.example",
      listener: "submission",
      envelopeFrom: { kind: "mailbox", mailbox: { localPart: "ann" } },
      recipients: [{ kind: "mailbox", mailbox: { localPart: "bob" } }],
    });
  });

  it("of a request without fields: nobody, and no envelope", () => {
    expect(factsOf({})).toEqual({ login: null, localUser: null, client: null, helo: null, listener: "default" });
  });

  it.each<readonly [fields: Record<string, string>, kind: string]>([
    [{ From: "" }, "null"],
    [{ From: "<>" }, "null"],
    // haraka-plugin-rspamd leaves the field out for the null reverse-path.
    [{ Rcpt: "bob@example.org" }, "null"],
    [{ From: "a@b.test, c@d.test" }, "malformed"],
    [{ From: "Ann <a@b.test>" }, "malformed"],
  ])("%j is a path that is %s", (fields, kind) => {
    expect(factsOf(fields).envelopeFrom).toMatchObject({ kind });
  });

  it.each<readonly [field: string, recipients: readonly string[]]>([
    ["a@b.test", ["a@b.test"]],
    ["<a@b.test>, <c@d.test>,e@f.test", ["<a@b.test>", "<c@d.test>", "e@f.test"]],
    ['"a,b"@c.test, "x\\",y"@z.test', ['"a,b"@c.test', '"x\\",y"@z.test']],
    ['"a, b', ['"a, b']],
    [" , ", []],
  ])("recipients %j", (Rcpt, recipients) => {
    expect((factsOf({ From: "a@b.test", Rcpt }).recipients ?? []).map(({ text }) => text)).toEqual(recipients);
  });

  it.each<readonly [ip: string, address: string | undefined]>([
    ["192.0.2.7", "192.0.2.7"],
    ["2001:db8::7", "2001:db8::7"],
    ["[2001:db8::7]", "2001:db8::7"],
    // Rspamd's proxy.
    ["192.0.2.7:12345", "192.0.2.7"],
    ["[2001:db8::7]:12345", "2001:db8::7"],
    ["/run/rspamd.sock", undefined],
    ["", undefined],
  ])("client of IP %j", (IP, address) => {
    expect(factsOf({ IP }).client).toEqual(address === undefined ? null : { address });
  });

  it("in UTF-8, which HTTP has as octets", () => {
    expect(factsOf({ User: Buffer.from("j\u00f6rg").toString("latin1") })).toMatchObject({ login: "j\u00f6rg" });
  });

  it("nobody for an empty login", () => {
    expect(factsOf({ User: "" })).toMatchObject({ login: null });
  });
});

describe("options", () => {
  it.each<readonly [fields: Record<string, string>, options: object]>([
    [{}, { passAll: false, isMilter: false }],
    [{ Pass: "all" }, { passAll: true, isMilter: false }],
    [{ Pass: "some" }, { passAll: false, isMilter: false }],
    [{ Flags: "pass_all,groups" }, { passAll: true, isMilter: false }],
    [{ Flags: "milter, body_block" }, { passAll: false, isMilter: true }],
    [{ Milter: "Yes" }, { passAll: false, isMilter: true }],
  ])("%j", (fields, options) => {
    expect(read(fields)).toMatchObject({ ok: true, options });
  });
});

describe("what cannot be read is an error that names the field", () => {
  it.each<readonly [field: string, value: string]>([
    ["ip", "localhost"],
    ["ip", "192.0.2.7, 192.0.2.8"],
    ["ip", "192.0.2.7:x"],
    ["ip", "[192.0.2.7"],
    ["user", "\xff"],
    ["from", "\xff"],
    ["file", "/etc/passwd"],
    ["path", "/etc/passwd"],
    ["shm", "/rhm.abc"],
    ["rcpt", "a@b.test,".repeat(10_001)],
  ])("%s: %j", (field, value) => {
    const request = read({ [field]: value });
    expect(request).toMatchObject({
      ok: false,
      error: expect.stringMatching(new RegExp(`^${field}: [\\x20-\\x7e]+$`)),
    });
  });
});

it("reads any fields, or says why not", () => {
  const value = fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((octet) => String.fromCharCode(octet)) });
  const fields = fc.dictionary(
    fc.constantFrom("From", "Rcpt", "User", "IP", "Helo", "Flags", "Pass", "Settings-ID"),
    value,
  );
  fc.assert(
    fc.property(fields, (given) => {
      const request = read(given);
      if (request.ok) expect(request.facts).toHaveProperty("login");
      else expect(request.error).toMatch(/^[a-z-]+: [\x20-\x7e]+$/);
    }),
  );
});
