import { expect, test } from "vitest";
import { decodeText } from "../../src/headers/encoded-word.js";
import { readOctets } from "../../src/headers/other-tables.js";

const octets = (raw: string) => Uint8Array.from(raw, (char) => char.charCodeAt(0));

test.each([
  ["gb2312", "ceo\x81@b", "ceo\ufffd@b"],
  ["chinese", "ceo\xb0@b", "ceo\ufffd@b"],
  ["gbk", "ceo\xa1@b", "ceo\ufffd@b"],
  ["gb18030", "ceo\xa7@b", "ceo\ufffd@b"],
  ["gb18030", "\x81\x40\x810\x810\xa1@b", "丂\u0080\ufffd@b"],
  ["big5", "ceo\x81@b", "ceo\ufffd@b"],
  ["big5", "ceo\x8f\xa1\xb0@b", "ceo\ufffd※@b"],
  ["big5-hkscs", "ceo\xc8@b", "ceo\ufffd@b"],
  ["shift_jis", "ceo\x85@b", "ceo\ufffd@b"],
  ["shift_jis", "\x8eR\xed@b", "山\ufffd@b"],
  ["cp932", "ceo\x82@b", "ceo\ufffd@b"],
])("an octet that begins no character of an older %s stands alone in %j", (label, raw, text) => {
  expect(readOctets(label, octets(raw)).texts).toContain(text);
});

test.each([
  ["gb2312", "\xd5\xc5@b", "张@b"],
  ["gbk", "\x81@b", "丂b"],
  ["gb18030", "\x810\x810@b", "\u0080@b"],
  ["big5", "\xa4@b", "一b"],
  ["shift_jis", "\x83@\x82\xa0b", "ァあb"],
  ["shift_jis", "\x87@\xb1", "①ｱ"],
  ["utf-8", "a@\xff", "a@\ufffd"],
  ["gbk", "a@b", "a@b"],
])("a whole character of %s is read as one in %j", (label, raw, text) => {
  expect(readOctets(label, octets(raw)).texts[0]).toBe(text);
});

test.each(["gbk", "gb18030", "big5", "shift_jis", "euc-jp", "utf-8"])(
  "%s has one reading without an at sign",
  (label) => {
    expect(readOctets(label, octets("\xb0\xa1a")).texts).toHaveLength(1);
  },
);

test.each([
  ["gbk", "a@b"],
  ["euc-jp", "a@\xb0\xa1"],
  ["iso-8859-1", "a@\xe9"],
  ["utf-8", "a@\xc3\xa9"],
])("%s has one reading of %j", (label, raw) => {
  expect(readOctets(label, octets(raw)).texts).toHaveLength(1);
});

test.each(["utf-8", "utf8", "unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8", "x-unicode20utf8"])(
  "old decoders of %s take ASCII in more octets than it needs",
  (label) => {
    expect(readOctets(label, octets("\xc1\x80")).texts).toContain("@");
  },
);

const RARE =
  "csgb2312 gb_2312 gb_2312-80 x-gbk cn-big5 x-x-big5 windows-31j x-sjis x-euc-jp cseucpkdfmtjapanese x-mac-cyrillic " +
  "x-user-defined csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff unicodefffe hz-gb-2312 iso-2022-kr csiso2022kr " +
  "iso-2022-cn iso-2022-cn-ext";

test.each(RARE.split(" "))("readers that lack %s take its octets for UTF-8 or ISO 8859-1", (label) => {
  const { texts } = readOctets(label, octets("\xef\xbb\xbfa\xef\xbc\xa0b@\xfe"));
  expect(texts).toContain("\ufeffa＠b@\ufffd");
  expect(texts).toContain("ï»¿aï¼\u00a0b@þ");
});

test("every reading is there beside those of broken words", () => {
  const { rareTexts } = decodeText("=?x-user-defined?q?ceo=EF=BC=A?= =?x-user-defined?q?0b.example?=");
  expect(rareTexts).toContain("ceo＠b.example");
});
