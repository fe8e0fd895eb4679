import { describe, expect, test } from "vitest";
import { formatAddress } from "../../src/address/address.js";
import { readDisplay } from "../../src/headers/display.js";

const base64 = (octets: Uint8Array | string) => Buffer.from(octets).toString("base64");

/** The forms of each address, in the order of their at signs. */
const shown = (text: string) => readDisplay(text, 100).addresses.map((forms) => forms.map(formatAddress));

describe("addresses that a name shows", () => {
  test.each([
    [
      "a full-width sign before an own address, and one that NFKC takes away",
      "ceo＠a.example ann@b.example （@c.example",
    ],
    ["the same with a small sign", "(﹫x.example ceo﹫a.example ann@b.example （@c.example"],
    ["compatible letters", "ｃｅｏ@a.example ann@b.example （@c.example"],
  ])("%s: no address lends its forms to another", (_, text) => {
    const [first, second] = shown(text);
    expect(first).toContain("ceo@a.example");
    expect(first).not.toContain("ann@b.example");
    expect(second).toContain("ann@b.example");
    expect(second).not.toContain("ceo@a.example");
  });

  test.each([
    ["a byte order mark behind the sign", "ceo@\ufeffa.example"],
    ["one before the sign", "ceo\ufeff@a.example"],
    ["a hair space behind the sign", "ceo@\u200aa.example"],
    ["a thin space before the sign", "ceo\u2009@a.example"],
    ["a narrow space before the dot", "ceo@a\u202f.example"],
    ["thin spaces around a wide dot", "ceo@a\u2006．\u2008example"],
    ["the sign said twice", "ceo@@a.example"],
    ["a word within the octets of a word", `=?utf-8?b?${base64("=?utf-8?q?ceo=40a.example?=")}?=`],
    ["UTF-16 in the other order than its label", `=?utf-16be?b?${base64(Buffer.from("ceo@a.example", "utf16le"))}?=`],
    ["the same behind an order mark", `=?unicodeFFFE?b?${base64(Buffer.from("\ufeffceo@a.example", "utf16le"))}?=`],
    ["UTF-8 in a charset of seven bits", "=?iso-2022-jp?q?ceo=EF=BC=A0a.example?="],
    ["blanks beside the sign behind a quote out of a word", "=?utf-8?q?=22?= ceo =?utf-8?q?=40a.example?="],
    ["a comment within the domain, out of a word", "=?utf-8?q?ceo=40a?=(c)=?utf-8?q?.example?="],
    ["the same before a comma out of a word", "=?utf-8?q?ceo_=40_a.example=2C_Ann?="],
    ["ASCII in a charset that stands for none", "=?replacement?q?ceo=40a.example?="],
  ])("%s", (_, text) => {
    expect(shown(text).flat()).toContain("ceo@a.example");
  });

  test.each([
    ["gb2312", "ceo=81=40a.example"],
    ["gbk", "ceo=A1=40a.example"],
    ["gb18030", "ceo=A7=40a.example"],
    ["big5", "ceo=81=40a.example"],
    ["big5-hkscs", "ceo=C8=40a.example"],
    ["shift_jis", "ceo=85=40a.example"],
    ["windows-31j", "ceo=FC=40a.example"],
  ])("in %s the sign stands for itself where an older table lacks the character that it ends", (charset, word) => {
    expect(shown(`=?${charset}?q?${word}?=`).flat()).toContain("ceo\ufffd@a.example");
  });

  test.each([
    ["before", "=?utf-8?q?=FFann=40b.example?="],
    ["behind", "=?utf-8?q?ann=40b.example=FF?="],
  ])("what no charset has is part of the address %s which it stands: others may read a letter", (_, text) => {
    expect(shown(text).flat()).not.toContain("ann@b.example");
    expect(shown(text)).toHaveLength(1);
  });

  test.each([
    ["a character that the sign ends in every Big5", "=?big5?q?=A4=40=A4=A4.example?="],
    ["the same in Shift_JIS", "=?shift_jis?q?ceo=83=40a.example?="],
    ["a plain blank behind the sign", "50 @ a.example"],
    ["the same out of a word, be there quotes", "=?utf-8?q?Joe_=22Bob=22_=40_a.example?="],
    ["the same before a comma that is quoted", "ceo @ a.example, Ann"],
    ["a thin space elsewhere", "Jean\u202fB"],
    ["one label", "ann@@home"],
    ["words within a word without an address", `=?utf-8?b?${base64("=?utf-8?q?Ann?=")}?=`],
  ])("%s: none", (_, text) => {
    expect(shown(text)).toEqual([]);
  });

  test("an ellipsis before the sign is a local part", () => {
    expect(shown("…@a.example").flat()).toContain("\ufffd@a.example");
  });

  test("a thin space beside a name keeps an own address whole", () => {
    expect(shown("Ann\u2009ann@b.example")).toEqual([["ann@b.example", "ann@b.example"]]);
  });

  test("many thin spaces are read in one pass", () => {
    expect(shown(`${"\u200a".repeat(100_000)}x`)).toEqual([]);
  });
});

test.each([
  "cp50220",
  "cp50221",
  "cp50222",
  "iso-2022-jp-ms",
  "eucJP-ms",
  "cp51932",
  "ms949",
  "UHC",
  "ISO646-US",
  "ANSI_X3.4-1986",
])("%s is a known charset", (label) => {
  expect(readDisplay(`=?${label}?Q?Ann?=`, 100).unknownCharset).toBe(false);
});
