import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyCharacter } from "../../../../test/support/any-character.js";
import { parseTransaction } from "../../src/index.js";

function errorOf(json: unknown, limits = {}): string {
  const parsed = parseTransaction(json, limits);
  return parsed.ok ? "no error" : parsed.error;
}

function factsOf(json: unknown) {
  const parsed = parseTransaction(json);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.facts;
}

describe("parseTransaction", () => {
  it("takes who is not named for nobody, and leaves the envelope unknown", () => {
    expect(factsOf({})).toEqual({ login: null, localUser: null, client: null, helo: null, listener: "default" });
  });

  it.each(["login", "localUser"])("refuses an empty %s, which some hosts write for nobody", (key) => {
    expect(errorOf({ [key]: "" })).toBe(`${key}: must not be empty; null is nobody`);
  });

  it("reads every fact", () => {
    const given = factsOf({
      login: "ann",
      localUser: "daemon",
      client: { address: "2001:db8::1", name: "mail.example.com" },
      helo: "[192.0.2.1]",
      listener: "submission",
      envelopeFrom: "<ann@example.com>",
      recipients: ["bob@example.org", ""],
    });
    expect(given).toMatchObject({
      login: "ann",
      localUser: { name: "daemon" },
      client: { address: "2001:db8::1", name: "mail.example.com" },
      helo: "[192.0.2.1]",
      listener: "submission",
      envelopeFrom: { kind: "mailbox", mailbox: { localPart: "ann" } },
      recipients: [{ kind: "mailbox" }, { kind: "null" }],
    });
  });

  it.each(["", "<>"])("reads %j as the null sender", (envelopeFrom) => {
    expect(factsOf({ envelopeFrom }).envelopeFrom?.kind).toBe("null");
  });

  it("leaves a malformed sender to the rules", () => {
    expect(factsOf({ envelopeFrom: "a@b@c" }).envelopeFrom?.kind).toBe("malformed");
  });

  it("looks at nothing behind the header where no rule needs it", () => {
    const message = btoa("From: ann@example.com\r\n\r\nhello\n.\r\nbye\r\n");
    const whole = factsOf({ message });
    expect(whole.bodyAnomalies?.smugglingOffset).toBeDefined();
    const read = parseTransaction({ message }, { needsBody: false });
    const { bodyAnomalies, ...rest } = whole;
    expect(read).toEqual({ ok: true, facts: rest });
  });

  it("judges the octets of a message", () => {
    const message = btoa("From: ann@example.com\r\n\r\nhello\r\n");
    const { headers, bodyAnomalies } = factsOf({ message });
    expect(headers?.view).toBe("bytes");
    expect(headers?.fields.map((field) => field.name)).toEqual(["From"]);
    expect(bodyAnomalies).toBeDefined();
  });

  it("takes the octets themselves in process", () => {
    const message = new TextEncoder().encode("From: ann@example.com\r\n\r\nhello\r\n");
    expect(factsOf({ message })).toEqual(factsOf({ message: btoa(String.fromCharCode(...message)) }));
  });

  it("says what a list of fields cannot show", () => {
    const { headers, bodyAnomalies } = factsOf({ headers: [["From", " ann@example.com"]] });
    expect(headers?.view).toBe("list");
    expect(headers?.blindTo).toContain("utf8-invalid");
    expect(bodyAnomalies).toBeUndefined();
  });

  it("accepts its own limits to the octet", () => {
    expect(errorOf({ message: btoa("abcd") }, { maxMessageBytes: 4 })).toBe("no error");
    expect(errorOf({ recipients: ["a@b", "c@d"] }, { maxRecipients: 2 })).toBe("no error");
  });

  it.each<readonly [json: unknown, error: string | RegExp]>([
    [null, "a transaction must be an object, not null"],
    [[], "a transaction must be an object, not an array of 0"],
    ["x", "a transaction must be an object, not a string"],
    [{ sender: "a@b" }, "sender: unknown key; did you mean envelopeFrom?"],
    [{ envelope_from: "a@b" }, "envelope_from: unknown key; did you mean envelopeFrom?"],
    [{ recipient: [] }, "recipient: unknown key; did you mean recipients?"],
    [{ Login: "ann" }, "Login: unknown key; did you mean login?"],
    [JSON.parse('{"__proto__": 1}'), /^__proto__: unknown key; the keys are login, /],
    [{ constructor: 1 }, /^constructor: unknown key; the keys are /],
    [{ "a\nb": 1 }, /^a\?b: unknown key; the keys are /],
    [{ ["x".repeat(1000)]: 1 }, /^x{57}\.\.\.: unknown key/],
    [{ login: 1 }, "login: must be a string or null, not a number"],
    [{ login: ["ann"] }, "login: must be a string or null, not an array of 1"],
    [{ login: "\ud800" }, "login: holds half of a surrogate pair"],
    [{ localUser: {} }, "localUser: must be a string or null, not an object"],
    [{ helo: false }, "helo: must be a string or null, not a boolean"],
    [{ listener: null }, "listener: must be a string, not null"],
    [{ envelopeFrom: null }, "envelopeFrom: must be a string, empty for the null sender, not null"],
    [{ client: "example.com" }, 'client: "example.com" is not an IP address'],
    [{ client: "[::1]" }, 'client: "[::1]" is not an IP address'],
    [{ client: "1.2.3" }, 'client: "1.2.3" is not an IP address'],
    [{ client: "1.2.3.256" }, 'client: "1.2.3.256" is not an IP address'],
    [{ client: "::1::" }, 'client: "::1::" is not an IP address'],
    [{ client: 1 }, "client: must be an IP address, {address, name} or null, not a number"],
    [{ client: {} }, "client.address: must be a string, not nothing"],
    [{ client: { address: "::1", port: 1 } }, "client.port: unknown key; the keys are address and name"],
    [{ client: { address: "::1", name: 1 } }, "client.name: must be a string or null, not a number"],
    [{ recipients: "a@b" }, "recipients: must be an array of strings, not a string"],
    [{ recipients: ["a@b", 3] }, "recipients[1]: must be a string, not a number"],
    [{ message: {} }, "message: must be the octets of the message in base64, not an object"],
    [{ message: "From: a@b" }, "message: not base64 at character 4"],
    [{ message: "QQ" }, "message: not base64 at character 2"],
    [{ message: "QQ==\n" }, /^message: not base64 at character \d$/],
    [{ headers: {} }, "headers: must be an array of [name, value] pairs, not an object"],
    [{ headers: [["From"]] }, "headers[0]: must be a [name, value] pair, not an array of 1"],
    [{ headers: [["From", "a"], "To: b"] }, "headers[1]: must be a [name, value] pair, not a string"],
    [{ headers: [["From", null]] }, "headers[0][1]: must be a string, not null"],
    [{ headers: [[0, ""]] }, "headers[0][0]: must be a string, not a number"],
    [{ headers: [["From", "\udc00"]] }, "headers[0][1]: holds half of a surrogate pair"],
    [{ headers: [], message: "" }, "headers: the message is given too; give one of the two"],
  ])("refuses %j", (json, error) => {
    if (typeof error === "string") expect(errorOf(json)).toBe(error);
    else expect(errorOf(json)).toMatch(error);
  });

  it.each<readonly [what: string, json: unknown, limits: object, error: string]>([
    ["message", { message: btoa("abcde") }, { maxMessageBytes: 4 }, "message: over the limit of 4 octets"],
    [
      "message, by its text",
      { message: "A".repeat(400) },
      { maxMessageBytes: 4 },
      "message: over the limit of 4 octets",
    ],
    ["octets", { message: new Uint8Array(5) }, { maxMessageBytes: 4 }, "message: over the limit of 4 octets"],
    ["recipients", { recipients: ["", "", ""] }, { maxRecipients: 2 }, "recipients: 3 of them, over the limit of 2"],
    [
      "recipients by default",
      { recipients: Array(10_001).fill("") },
      {},
      "recipients: 10001 of them, over the limit of 10000",
    ],
  ])("limits %s", (_what, json, limits, error) => {
    expect(errorOf(json, limits)).toBe(error);
  });

  const value = fc.oneof(
    fc.anything(),
    fc.string({ unit: anyCharacter }),
    fc.base64String(),
    fc.array(fc.tuple(fc.string(), fc.string({ unit: anyCharacter }))),
    fc.ipV4(),
    fc.ipV6(),
  );
  const keys = ["login", "localUser", "client", "helo", "listener", "envelopeFrom", "recipients", "message", "headers"];

  it("never throws, and errors are one printable line", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string()), value), fc.anything()),
        (json) => {
          const parsed = parseTransaction(json);
          if (!parsed.ok) expect(parsed.error).toMatch(/^[\x20-\x7e]{1,400}$/);
        },
      ),
    );
  });

  it("accepts every IP address", () => {
    fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (client) => parseTransaction({ client }).ok));
  });
});
