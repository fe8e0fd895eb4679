import { readMessage } from "@fromguard/core";
import { describe, expect, it } from "vitest";
import { readHookRequest } from "../../src/mta-hooks/request.js";
import requests from "./requests.json" with { type: "json" };
import { hookMessage, hookRequestOf } from "./stalwart.js";

type Name = keyof typeof requests;

function factsOf(request: unknown) {
  const read = readHookRequest(request);
  if (!read.ok) throw new Error(read.error);
  return read.facts;
}

describe("what each stage tells", () => {
  const before = ["localUser", "client", "listener"];
  const sender = [...before, "helo", "login", "envelopeFrom"];
  const all = [...sender, "recipients", "headers", "bodyAnomalies"];
  it.each<readonly [Name, stage: string, facts: readonly string[]]>([
    ["connect", "connect", before],
    ["ehlo", "ehlo", [...before, "helo"]],
    ["mail", "mail", sender],
    ["mail from the null reverse-path", "mail", sender],
    ["rcpt", "rcpt", [...sender, "recipients"]],
    ["data", "data", all],
    ["data as the manual of 0.15 shows it", "data", all],
  ])("%s", (name, stage, facts) => {
    const read = readHookRequest(requests[name]);
    expect(read).toMatchObject({ ok: true, stage });
    expect(Object.keys(read.ok ? read.facts : {})).toEqual(facts);
  });

  it("nobody's login before AUTH has succeeded", () => {
    expect(factsOf(hookRequestOf("auth"))).not.toHaveProperty("login");
    expect(factsOf(hookRequestOf("auth", { login: "ann" }))).toHaveProperty("login", "ann");
  });

  it("connection, login and envelope", () => {
    expect(factsOf(requests.mail)).toMatchObject({
      login: "ann",
      client: { address: "192.0.2.7" },
      helo: "client.example",
      envelopeFrom: { kind: "mailbox", text: "ann@example.com" },
    });
    expect(factsOf(requests["mail from the null reverse-path"])).toMatchObject({
      login: null,
      envelopeFrom: { kind: "null" },
    });
    expect(factsOf(requests["data as the manual of 0.15 shows it"])).toMatchObject({ helo: "client.example" });
  });

  it("at the recipient stage the one in question, whose quotes Stalwart has taken off", () => {
    const { recipients } = factsOf(requests.rcpt);
    expect(recipients).toMatchObject([{ kind: "mailbox", mailbox: { localPart: "a b" } }]);
  });
});

describe("the message", () => {
  const seen = (raw: Uint8Array) => factsOf(hookRequestOf("data", { raw }));
  const codes = (raw: Uint8Array) => seen(raw).headers?.anomalies.map(({ code }) => code);
  const bytes = (text: string) => Buffer.from(text, "latin1");

  it.each([
    "From: a@b.test\r\nTo: c@d.test\r\n\r\nhi\r\n",
    "From: a@b.test\r\n\r\n",
    "From: a@b.test\r\n",
    "From: a@b.test\r\nSubject: x",
    "From: a@b.test\r\n\n",
    "From: a@b.test\r\n\nhi",
    "From:a@b.test\r\nSubject: x\r\n\ty\r\n\r\nhi",
    "From: =?utf-8?q?a?= <a@b.test>\r\nSubject: \xc3\xa4\r\n\r\n\xc3\xa4",
  ])("is put together again from its parts: %j", (text) => {
    const { headers, bodyAnomalies } = seen(bytes(text));
    const whole = readMessage(bytes(text));
    expect({ ...headers, blindTo: [] }).toEqual(whole.headers);
    expect(bodyAnomalies).toEqual(whole.bodyAnomalies);
  });

  it.each<readonly [text: string, blindTo: number]>([
    ["From: a@b.test\r\n", 0],
    ["From: a@b.test\r\nSubject: x", 0],
    ["From: a@b.test\r\n\nhi", 0],
    ["From: a@b.test\r\nSubject:", 4],
    ["From: a@b.test\r\n\r\nhi", 5],
    ["From: a@b.test\r\n\r\n", 8],
    ["From: a@b.test\r\n\r\n\xff", 10],
  ])("of %j leaves %i codes unseen", (text, blindTo) => {
    expect(seen(bytes(text)).headers?.blindTo).toHaveLength(blindTo);
  });

  it.each<readonly [what: string, text: string, code: string]>([
    [
      "a line that Stalwart left out",
      "From: a@b.test\r\nno field\r\nTo: c@d.test\r\n\r\nhi\r\n",
      "header-line-malformed",
    ],
    ["a blank before the colon", "From : a@b.test\r\n\r\nhi\r\n", "header-name-malformed"],
    ["a lone LF behind a field", "From: a@b.test\nTo: c@d.test\r\n\r\nhi\r\n", "header-bare-lf"],
    ["a NUL", "From: a@b.test\r\nX: \0\r\n\r\nhi\r\n", "header-nul"],
    ["a fold of blanks", "From: a@b.test\r\n \r\n\tx\r\n\r\nhi\r\n", "header-whitespace-line"],
  ])("shows %s", (_what, text, code) => {
    expect(codes(bytes(text))).toContain(code);
  });

  it("is a list of fields where octets were replaced, and says what that hides", () => {
    const { headers } = seen(bytes("From: \xff <a@b.test>\r\nX: 1\r\n\r\nhi\r\n"));
    expect(headers).toMatchObject({ view: "list", anomalies: [] });
    expect(headers?.blindTo).toContain("utf8-invalid");
    expect(headers?.fields.map(({ name }) => name)).toEqual(["From", "X"]);
  });

  it("is a list of fields where their line ends are gone, which says nothing of hidden lines", () => {
    const { headers } = factsOf(requests["data as the manual of 0.15 shows it"]);
    expect(headers).toMatchObject({ view: "list", anomalies: [] });
  });

  it("shows smuggling in a body of any octets", () => {
    const { bodyAnomalies } = seen(bytes("From: a@b.test\r\n\r\n\xff\r\n.\nMAIL FROM"));
    expect(bodyAnomalies?.smugglingOffset).toBeDefined();
  });

  it.each(["From: a@b.test\r\n\r\nhi\r\n.\nMAIL FROM", "From: a@b.test\r\n\r\n\xff\r\n.\nMAIL FROM"])(
    "is not looked at behind its header where no rule needs it: %j",
    (text) => {
      const { bodyAnomalies, ...rest } = seen(bytes(text));
      expect(bodyAnomalies?.smugglingOffset).toBeDefined();
      const read = readHookRequest(hookRequestOf("data", { raw: bytes(text) }), { needsBody: false });
      expect(read).toStrictEqual({ ok: true, stage: "data", facts: rest });
    },
  );

  it("keeps to the limits of the reader", () => {
    const raw = bytes("From: a@b.test\r\nX: 1\r\n\r\n");
    const read = readHookRequest(
      { ...hookRequestOf("data"), message: hookMessage(raw) },
      { readLimits: { maxFields: 1 } },
    );
    expect(read).toMatchObject({ ok: true, facts: { headers: { anomalies: [{ code: "header-too-long" }] } } });
  });
});

describe("what cannot be read is an error that names the key", () => {
  const changed = (path: string, value: unknown, stage: Name = "data") => {
    const request = structuredClone(requests[stage]) as unknown as Record<string, unknown>;
    const keys = path.split(".");
    const last = keys.pop()!;
    const parent = keys.reduce((object, key) => object[key] as Record<string, unknown>, request);
    if (value === undefined) delete parent[last];
    else parent[last] = value;
    return readHookRequest(request);
  };

  it.each<readonly [path: string, value: unknown]>([
    ["context", undefined],
    ["context.stage", undefined],
    ["context.stage", "queue"],
    ["context.stage", 4],
    ["context.client", null],
    ["context.client.ip", undefined],
    ["context.client.ip", "localhost"],
    ["context.client.helo", 7],
    ["context.sasl", null],
    ["context.sasl.login", ""],
    ["context.sasl.login", "\ud800"],
    ["context.protocol", undefined],
    ["context.protocol.version", 2],
    ["envelope", undefined],
    ["envelope", null],
    ["envelope.from", undefined],
    ["envelope.from.address", null],
    ["envelope.to", undefined],
    ["envelope.to", []],
    ["envelope.to", [{ address: 1 }]],
    ["message", undefined],
    ["message", null],
    ["message.headers", undefined],
    ["message.headers", { From: "x" }],
    ["message.headers", [["From"]]],
    ["message.headers", [["From", "x", "y"]]],
    ["message.contents", undefined],
    ["message.size", undefined],
    ["message.size", -1],
    ["message.size", 1.5],
    ["message.size", 70],
  ])("%s = %j", (path, value) => {
    const read = changed(path, value);
    expect(read.ok).toBe(false);
    expect(read).toMatchObject({ error: expect.stringMatching(new RegExp(`^${path.replace(/\./g, "\\.")}`)) });
    expect(read.ok ? "" : read.error).toMatch(/^[\x20-\x7e]+$/);
  });

  it.each([null, 1, "x", [], {}])("%j", (json) => {
    expect(readHookRequest(json)).toMatchObject({ ok: false });
  });

  it("a recipient stage without recipient", () => {
    expect(changed("envelope.to", [], "rcpt")).toMatchObject({ ok: false });
  });
});
