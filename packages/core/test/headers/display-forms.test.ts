import { describe, expect, test } from "vitest";
import { formatAddress } from "../../src/address/address.js";
import { readDisplay } from "../../src/headers/display.js";

/** The addresses that a name shows, each in all its forms. */
const shown = (text: string, max = 9) =>
  readDisplay(text, max).addresses.map((forms) => forms.map(formatAddress).join(" | "));

describe("forms of the addresses that a name shows", () => {
  test.each<readonly [text: string, addresses: readonly string[]]>([
    ["Ann", []],
    ["@", []],
    ["a@b", []],
    ["a@b.", []],
    ["a@.b", []],
    ["a@b.c", ["a@b.c"]],
    ["a@b.c.", ["a@b.c"]],
    ["a@b.c..", ["a@b.c"]],
    ["a@b..c", []],
    ["a@b.c d", ["a@b.c"]],
    ["a@b.c@d.e", ["a@b.c", "b.c@d.e"]],
    ["x a@b.c, d@e.f y", ["a@b.c", "d@e.f"]],
    ["<a@b.c>", ["a@b.c"]],
    ["(a@b.c)", ["a@b.c"]],
    ["=? a@b.c", ["a@b.c"]],
    ["=?utf-8?q?ceo=40=28xx=29b.c?=", ["ceo@b.c"]],
    ["=?utf-8?q?ceo_=40b.c,?=", ["ceo@b.c"]],
    ["[a@b.c]", ["a@b.c"]],
    ["a:b@c.d;", ["b@c.d"]],
    ["a,b@c.d", ["b@c.d"]],
    ["a\\b@c.d", ["b@c.d"]],
    [".@b.c", []],
    ["..a@b.c", ["..a@b.c | a@b.c"]],
    ["@b.c", []],
    ["a b@c.d", ["b@c.d"]],
    ['"a b"@c.d', ["a b@c.d"]],
    ['x"a"@c.d', ["a@c.d"]],
    ['""@c.d', []],
    ['"@c.d', []],
    ['a"@c.d', []],
    ['x "y" "a"@c.d', ["a@c.d"]],
    ["'a@b.c'", ["'a@b.c | a@b.c"]],
    ["--a-b@c.d", ["--a-b@c.d | a-b@c.d"]],
    ["«a@b.c»", ["«a@b.c | a@b.c"]],
    ["-@b.c", ["-@b.c"]],
    ["=a=b@c.d", ["=a=b@c.d | a=b@c.d"]],
    ["a@b.c–x", ["a@b.xn--cx-41t | a@b.c"]],
    ["a@b.c.d–x", ["a@b.c.xn--dx-41t | a@b.c.d"]],
    ["a@b–x.c", ["a@xn--bx-41t.c"]],
    ["a@b.c'", ["a@b.c"]],
    ["a@b.c!", ["a@b.c"]],
    ["a@b.c\u200b", ["a@b.c | a@b.c"]],
    ["a@b\u200bx.c\u200b", ["a@bx.c | a@bx.c"]],
    ["a@b.“c”", []],
    ["a@b.c_d-e1é", ["a@b.xn--c_d-e1-gva"]],
    ["ａ＠ｂ．ｃ", ["a@b.c"]],
    ["a＠b.c", ["a@b.c"]],
    ["a﹫b.c", ["a@b.c"]],
    ["a@b。c", ["a@b.c"]],
    ["a@b．c", ["a@b.c | a@b.c"]],
    ["a@b｡c", ["a@b.c | a@b.c"]],
    ["a@b․c", ["a@b.c"]],
    ["a@b﹒c", ["a@b.c"]],
    ["ａ@b.c a@b.c", ["a@b.c | ａ@b.c", "a@b.c | a@b.c"]],
    ["a\u2009\u200a@b.c", ["a@b.c"]],
    ["a@\u2006\u2008b.c", ["a@b.c"]],
    ["a@b\u202f.\u205fc", ["a@b.c"]],
    ["a @b.c", []],
    ["a@@b.c", ["a@b.c"]],
    ["a@@@b.c", ["a@b.c"]],
    ["a\ufeff@b\ufeff.c", ["a@b.c"]],
    ["a\u2009b@c.d", ["b@c.d | b@c.d"]],
    ["a\t@b.c", []],
    ["a@b.c\td", ["a@b.c"]],
    ["a\u00a0b@c.d", ["b@c.d | b@c.d"]],
    ["a@b.c\u3000d", ["a@b.c | a@b.c"]],
    ["x/y@c.d", ["x/y@c.d"]],
    ["a@b/c.d", []],
    ["a@b.c/d", ["a@b.c"]],
    ["é@b.c", ["é@b.c"]],
    ["a@é.c", ["a@xn--9ca.c"]],
    ["a@b.é", ["a@b.xn--9ca"]],
    ["🙂@b.c", ["🙂@b.c"]],
  ])("%j", (text, addresses) => {
    expect(shown(text)).toEqual(addresses);
  });

  test("end in no domain of more than 300 characters, whatever reading would drop", () => {
    const domain = (length: number) => `b.c${"\u200b".repeat(length - 3)}`;
    expect(shown(`a@${domain(300)}`)).toEqual(["a@b.c | a@b.c"]);
    expect(readDisplay(`a@${domain(301)}`, 9).addresses).toEqual([
      [{ localPart: "a", domain: { kind: "invalid", ascii: domain(301), text: domain(301) } }],
    ]);
  });

  test("are one more than the limit at most, in all readings together", () => {
    expect(shown("a@b.c d@e.f", 1)).toEqual(["a@b.c", "d@e.f"]);
    expect(shown("a@b.c d@e.f g@h.i", 1)).toEqual(["a@b.c", "d@e.f"]);
    expect(shown("=?utf-8?q?a@b.c?= =?utf-8?q?d?=", 1)).toEqual(["a@b.cd", "a@b.c"]);
    expect(shown("=?utf-8?q?a@b.c?= =?utf-8?q?_d@e.f?=", 1)).toEqual(["a@b.c", "d@e.f"]);
  });
});

test.each<readonly [text: string, traits: readonly string[]]>([
  ["a\t ~", []],
  ["\x08", ["control"]],
  ["\v", ["control"]],
  ["\0", ["control"]],
  ["\x1f", ["control"]],
  ["\x7f", ["control"]],
  ["\x80", ["control"]],
  ["\x9f", ["control"]],
  ["\n", ["control"]],
  ["\r", ["control"]],
  ["\u2028", ["control"]],
  ["\u2029", ["control"]],
  ["\u00a0", []],
  ["\u202d", ["bidi"]],
  ["\u202e", ["bidi"]],
  ["\u202a\u202c\u200e", []],
  ["=?utf-8?q?=E2=80?= =?utf-8?q?=AE?=", ["bidi"]],
  ["=?utf-8?q?=C2?= =?utf-8?q?=80?=", ["control"]],
  ["=?utf-8?q?=07?=", ["control"]],
  ["=?x?q?a?=", ["unknownCharset"]],
  ["=?utf-8?q?a b?=", ["brokenEncodedWord"]],
  ["=?utf-8?q?=4G?=", ["brokenEncodedWord"]],
  ["=?utf-8?q?=G4?=", ["brokenEncodedWord"]],
  ["=?utf-8?q?=4?=", ["brokenEncodedWord"]],
  ["=?utf-8?q?a=?=", ["brokenEncodedWord"]],
  ["=?utf-8?q?=:0?=", ["brokenEncodedWord"]],
  ["=?utf-8?q?=`0?=", ["brokenEncodedWord"]],
  ["=?utf-8?q?=/0?=", ["brokenEncodedWord"]],
  ["x =?utf-8?q?a?b?=", ["brokenEncodedWord"]],
  ["=?utf-8?q?=07a=E2=80=AE b?=", ["control", "bidi", "brokenEncodedWord"]],
])("the name %j has the traits %j", (text, traits) => {
  const { addresses, ...found } = readDisplay(text, 9);
  expect(addresses).toEqual([]);
  expect(found).toEqual({
    control: traits.includes("control"),
    bidi: traits.includes("bidi"),
    unknownCharset: traits.includes("unknownCharset"),
    brokenEncodedWord: traits.includes("brokenEncodedWord"),
  });
});
