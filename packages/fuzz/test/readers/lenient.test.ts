import { describe, expect, test } from "vitest";
import { OWNED } from "../../src/message.js";
import { decodeWords, readLeniently } from "../../src/readers/lenient.js";
import { refusal } from "../../src/verdict.js";

const smuggling = (before: string, after: string) =>
  Buffer.from(
    `From: alice@example.com\r\n\r\nhello${before}.${after}MAIL FROM:<x@y.z>\r\nDATA\r\nFrom: ceo@bank.example\r\n\r\nhello\r\n`,
  );

describe("a lone dot in the body", () => {
  test.each([
    ["\n", "\n"],
    ["\r\n", "\n"],
    ["\n", "\r\n"],
    ["\r", "\r"],
    ["\r\n", "\r"],
  ])("between %j and %j shows another sender, and is refused", async (before, after) => {
    const raw = smuggling(before, after);
    expect(readLeniently(raw).addresses).toEqual(["alice@example.com", "ceo@bank.example"]);
    expect(await refusal({ raw, owned: OWNED, isHonest: false })).toBe("smuggling");
  });

  test("between line ends of CRLF is text", async () => {
    const raw = smuggling("\r\n", "\r\n");
    expect(readLeniently(raw).addresses).toEqual(["alice@example.com"]);
    expect(await refusal({ raw, owned: OWNED, isHonest: false })).toBeUndefined();
  });
});

test.each([
  ["=?utf-8?q?a=C3=A9?=", "aé"],
  ["=?utf-8*en?q?a?= =?US-ASCII?B?Yg==?=", "ab"],
  ["=?gb2312?B?1cXI/Q==?= x", "张三 x"],
  ["=?x-none?q?a?=", "a"],
  ["=?x-none?q?=FF?=", "=?x-none?q?=FF?="],
  ["=?utf-8?X?a?= =?utf-8?q?b?=", "=?utf-8?X?a?= b"],
])("%j is decoded as %j", (value, text) => expect(decodeWords(value)).toBe(text));
