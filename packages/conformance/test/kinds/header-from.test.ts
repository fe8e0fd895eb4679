import { describe, expect, it } from "vitest";
import { headerFrom } from "../../src/kinds/header-from.js";

const own = {
  id: "own",
  login: "alice@example.com",
  owned: ["alice@example.com"],
  envelopeFrom: "alice@example.com",
  ...message("From: alice@example.com"),
  expect: "accept",
  reason: "owned",
};
const forged = { ...own, ...message("From: bob@example.com"), expect: "reject", reason: "from-not-owned" };

/** The octets of a message with one field, and its list view. */
function message(field: string, body = "Hello.\r\n") {
  const [name = "", value = ""] = field.split(/:(.*)/s);
  return { raw: base64(`${field}\r\n\r\n${body}`), headersMilter: [[name, value]] };
}

function base64(text: string) {
  return Buffer.from(text).toString("base64");
}

async function outcome(one: object) {
  expect(headerFrom.recognise([one])).toBe(true);
  return headerFrom.cases({ path: "m.json", json: [one] })[0]?.check();
}

describe("header-from", () => {
  it.each([
    ["an own From", own],
    ["a foreign From", forged],
    ["a reason among several", { ...forged, reason: "from-malformed", reasonsAny: ["from-not-owned"] }],
    [
      "an envelope that is not own",
      { ...own, envelopeFrom: "bob@example.com", expect: "reject", reason: "envelope-not-owned" },
    ],
    [
      "a null envelope, which strict refuses",
      { ...own, envelopeFrom: "", policy: { strict: "reject", lenient: "accept" } },
    ],
    ["octets beyond ASCII", { ...own, ...message("From: J\u00f6rg <alice@example.com>") }],
  ])("agrees on %s", async (_what, one) => {
    expect(await outcome(one)).toEqual({ agrees: true });
  });

  it.each([
    [
      "a wrong verdict",
      { ...forged, expect: "accept", reason: "owned" },
      "default: accept",
      "default: reject with from-not-owned",
    ],
    [
      "a wrong code",
      { ...forged, reason: "from-multiple" },
      "default: reject with from-multiple",
      "default: reject with from-not-owned",
    ],
    [
      "a wrong preset",
      { ...forged, policy: { strict: "reject", lenient: "accept" } },
      "lenient: accept",
      "lenient: reject with from-not-owned",
    ],
    [
      "a list view that says otherwise",
      { ...own, headersMilter: forged.headersMilter },
      "default, list view: accept with ok",
      "list view: reject with from-not-owned",
    ],
  ])("reports %s", async (_what, one, expected, got) => {
    expect(await outcome(one)).toEqual({ agrees: false, expected, got });
  });

  it("counts what the list view cannot see", async () => {
    const bareLf = {
      ...own,
      ...message("From: alice@example.com"),
      raw: base64("From: alice@example.com\r\nX: a\nb\r\n\r\n"),
    };
    expect(await outcome({ ...bareLf, expect: "reject", reason: "header-bare-lf" })).toEqual({
      agrees: true,
      note: "the list view cannot see header-bare-lf",
    });
    const smuggled = message("From: alice@example.com", "a\n.\r\nMAIL FROM:<b@c.example>\r\n");
    const policy = { strict: "reject", lenient: "accept" };
    expect(await outcome({ ...own, ...smuggled, expect: "reject", reason: "smuggling", policy })).toEqual({
      agrees: true,
      note: "the list view cannot see smuggling",
    });
  });

  it("counts an inner protected From, which strict refuses", async () => {
    const part = 'Content-Type: text/plain; hp="clear"\r\nFrom: bob@example.com\r\n\r\nHello.\r\n';
    const head = "From: alice@example.com\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b";
    const raw = base64(`${head}\r\n\r\n--b\r\n${part}--b--\r\n`);
    expect(await outcome({ ...own, raw, policy: { strict: "reject", lenient: "accept" } })).toEqual({
      agrees: true,
      note: "the list view cannot see the inner protected From",
    });
  });

  it("does not excuse a list view that misses what it could see", async () => {
    expect(await outcome({ ...forged, headersMilter: own.headersMilter })).toMatchObject({ agrees: false });
  });

  it("takes lists of messages only", () => {
    expect(headerFrom.recognise([])).toBe(false);
    expect(headerFrom.recognise([own, {}])).toBe(false);
    expect(headerFrom.recognise(own)).toBe(false);
  });
});
