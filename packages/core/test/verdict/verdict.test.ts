import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyCharacter } from "../../../../test/support/any-character.js";
import {
  absurd,
  checkReplies,
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
import { replyOf } from "../../src/verdict/verdict.js";

/** What a reader is shown as the sender; structural codes are never cured. */
const CURABLE = [
  "author-not-owned",
  "from-multiple",
  "from-not-owned",
  "name-bidi",
  "name-contains-address",
  "name-control",
  "name-undecodable",
  "resent-not-owned",
  "sender-not-owned",
];

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
    [failWith("x", { code: 499, enhanced: "4.7.1", text: "later" }), 2],
    [failWith("x", { code: 500, enhanced: "5.5.0", text: "no" }), 3],
    [fail("envelope-not-owned"), 3],
  ])("of %o is %i", (verdict, expected) => {
    expect(severity(verdict)).toBe(expected);
  });
});

describe("verdicts", () => {
  const edits = [{ kind: "quarantine", reason: "x" }] as const;
  it.each<[Verdict, object]>([
    [pass(), { kind: "pass", code: "ok" }],
    [pass("tagged"), { kind: "pass", code: "tagged" }],
    [pass("ok", edits), { kind: "pass", code: "ok", edits }],
    [skip("no-login"), { kind: "skip", code: "no-login" }],
    [unknown("x", "y"), { kind: "unknown", code: "x", cause: "y", evidence: {} }],
    [fail("from-missing"), { kind: "fail", code: "from-missing", reply: codes["from-missing"].reply, evidence: {} }],
  ])("%o is plain data", (verdict, expected) => {
    expect(verdict).toStrictEqual(expected);
  });

  it("reply where they refuse or defer, and else not", () => {
    expect([pass(), skip("x"), unknown("x", "y"), fail("from-missing")].map(replyOf)).toEqual([
      undefined,
      undefined,
      TRY_LATER,
      codes["from-missing"].reply,
    ]);
  });

  it("of another kind are a fault of the program", () => {
    expect(() => absurd("odd" as never)).toThrow(new TypeError("unexpected value odd"));
  });
});

describe("codes that edits can cure", () => {
  it("are those of what a reader is shown, none of structure", () => {
    const curable = Object.entries(codes).filter(([, { curable }]) => curable);
    expect(curable.map(([code]) => code).sort()).toEqual(CURABLE);
  });
});

describe("checkReplies", () => {
  it.each<[object, string]>([
    [{ "from-mising": {} }, "replies.from-mising: is no code of a failure"],
    [{ "from-missing": null }, "replies.from-missing: must hold code, enhanced or text"],
    [{ "from-missing": "no" }, "replies.from-missing: must hold code, enhanced or text"],
    [{ "from-missing": { txt: "x" } }, "replies.from-missing.txt: is not code, enhanced or text"],
    [{ "from-missing": { code: 450 } }, "replies.from-missing.code: must be from 500 to 599"],
    [{ "from-missing": { code: 521 } }, "replies.from-missing.code: must not be 521, which closes the connection"],
    [{ "from-missing": { enhanced: "x5.7.1" } }, "replies.from-missing.enhanced: must be 5.N.N"],
    [{ "from-missing": { enhanced: 5 } }, "replies.from-missing.enhanced: must be 5.N.N"],
    [{ "from-missing": { text: 5 } }, "replies.from-missing.text: must be 1 to 480 printable ASCII characters"],
    [{ "from-missing": { text: "{owner}" } }, "replies.from-missing.text: {owner} is not {field} or {address}"],
  ])("refuses %j", (replies, message) => {
    const check = () => checkReplies(replies as never);
    expect(check).toThrow(expect.objectContaining({ code: "FG_POLICY_INVALID", message }));
  });

  it("takes the longest text, and a status of three digits in each place", () => {
    checkReplies({ "from-missing": { enhanced: "5.123.123", text: "x".repeat(MAX_REPLY_TEXT) } });
  });
});

describe("printable", () => {
  it("takes as many characters as are allowed, and ends longer text by dots", () => {
    expect(printable("abcde", 5)).toBe("abcde");
    expect(printable("abcdef", 5)).toBe("ab...");
  });

  it("gives one line of printable ASCII, of bounded length", () => {
    const anyText = fc.string({ unit: anyCharacter, maxLength: 1000, size: "max" });
    fc.assert(
      fc.property(anyText, fc.integer({ min: 3, max: 600 }), (text, most) => {
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

  it("has a name, and a cause only where one is given", () => {
    const error = new FromguardError("FG_CONFIG_INVALID", "is wrong");
    expect([error.name, "cause" in error]).toEqual(["FromguardError", false]);
    expect(isFromguardError(Object.assign(new Error("of another copy"), { code: "FG_X", place: {} }))).toBe(true);
  });

  it.each([
    Object.assign(new Error("x"), { code: 7, place: {} }),
    new Error("x"),
    { code: "FG_CONFIG_INVALID", place: {} },
    null,
    "FG_CONFIG_INVALID",
  ])("%o is none", (error) => {
    expect(isFromguardError(error)).toBe(false);
  });
});
