import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  codes,
  FromguardError,
  fail,
  failWith,
  formatReply,
  formatReplyText,
  isFromguardError,
  MAX_REPLY_TEXT,
  type Place,
  pass,
  printable,
  severity,
  skip,
  TRY_LATER,
  unknown,
  type Verdict,
} from "../../src/index.js";

describe("codes", () => {
  it.each(Object.entries(codes))("%s has a reply that can be sent, and a source", (code, { reply, source }) => {
    expect(code).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
    expect(reply.text).toMatch(/^[\x20-\x7e]{1,480}$/);
    expect(reply.code).toBeGreaterThanOrEqual(400);
    expect(reply.enhanced).toMatch(new RegExp(`^${String(reply.code)[0]}\\.\\d{1,3}\\.\\d{1,3}$`));
    expect(source).not.toBe("");
  });

  it("name no login, address or host in a reply", () => {
    for (const { reply } of [...Object.values(codes), { reply: TRY_LATER }]) expect(reply.text).not.toMatch(/[@/\\]/);
  });
});

describe("severity", () => {
  it.each<[Verdict, number]>([
    [skip("no-login"), 0],
    [pass(), 1],
    [pass("tagged", [{ kind: "quarantine", reason: "x" }]), 1],
    [unknown("x", "y"), 2],
    [failWith("greylisted", { code: 451, enhanced: "4.7.1", text: "later" }), 2],
    [fail("envelope-not-owned"), 3],
  ])("of %o is %i", (verdict, expected) => {
    expect(severity(verdict)).toBe(expected);
  });
});

describe("printable", () => {
  it("gives one line of printable ASCII, of bounded length", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), fc.integer({ min: 3, max: 600 }), (part, most) => {
        const text = part.repeat(20);
        expect(printable(text, most)).toMatch(/^[\x20-\x7e]*$/);
        expect(printable(text, most).length).toBeLessThanOrEqual(most);
        expect(printable(text).length).toBeLessThanOrEqual(MAX_REPLY_TEXT);
      }),
    );
  });

  it("keeps what can be kept", () => {
    expect(printable("a b\r\nc\u00e9\u{1f600}\t")).toBe("a b??c???");
  });

  it("is what replies are made of", () => {
    const reply = { code: 553, enhanced: "5.7.1", text: "no\r\n250 ok" };
    expect(formatReply(reply)).toBe("553 5.7.1 no??250 ok");
    expect(formatReplyText(reply)).toBe("5.7.1 no??250 ok");
  });
});

describe("unknown", () => {
  it.each<[unknown, string]>([
    ["down", "down"],
    [new Error("boom"), "boom"],
    [new TypeError(), "TypeError"],
    [undefined, "undefined"],
    [Symbol("x"), "Symbol(x)"],
    [Object.create(null), "a value that cannot be shown"],
  ])("shows the cause %o", (cause, shown) => {
    expect(unknown("x", cause).cause).toBe(shown);
  });
});

describe("FromguardError", () => {
  it.each<[Place, string]>([
    [{}, "is wrong"],
    [{ file: "f" }, "f: is wrong"],
    [{ file: "f", line: 3 }, "f:3: is wrong"],
    [{ file: "f", line: 3, column: 7, key: "a[0].b" }, "f:3:7: a[0].b: is wrong"],
    [{ key: "timeoutMs" }, "timeoutMs: is wrong"],
  ])("at %j says %s", (place, message) => {
    const cause = new Error("why");
    const error = new FromguardError("FG_CONFIG_INVALID", "is wrong", { place, cause });
    expect(error).toMatchObject({ message, code: "FG_CONFIG_INVALID", place, cause });
    expect(isFromguardError(error)).toBe(true);
  });

  it.each([new Error("x"), { code: "FG_CONFIG_INVALID", place: {} }, null, "FG_CONFIG_INVALID"])(
    "%o is none",
    (error) => {
      expect(isFromguardError(error)).toBe(false);
    },
  );
});
