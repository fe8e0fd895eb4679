import { describe, expect, test } from "vitest";
import { readCharset } from "../../src/headers/charset.js";
import { decodeText } from "../../src/headers/encoded-word.js";

describe("encoded-words", () => {
  test.each([
    ["Alice", ["Alice"]],
    ["=?utf-8?Q?Al=C3=AD_L?=", ["Alí L"]],
    ["=?UTF-8?b?QWxpY2U=?=", ["Alice"]],
    ["=?utf-8*en?q?Alice?=", ["Alice"]],
    ["=?utf-8?Q?a?= =?utf-8?Q?b?=", ["ab"]],
    ["=?utf-8?Q?a?= x =?utf-8?Q?b?=", ["a x b"]],
    ["x=?utf-8?Q?a?=y", ["xay"]],
    ["=?utf-8?B?4oA=?= =?utf-8?B?qA==?=", ["\ufffd\ufffd", "\u2028"]],
    ["=?utf-8?Q?J=FCrgen?=", ["J\ufffdrgen"]],
    ["=?utf-8?Q??=", [""]],
    ["what =? that", ["what =? that"]],
  ])("%j reads as %j", (text, texts) => {
    expect(decodeText(text)).toMatchObject({ texts, broken: false, unknownCharset: false });
  });

  test.each([
    ["=?utf-8?Q?a b?=", "a b"],
    ["=?utf-8?Q?a=ZZ?=", "a=ZZ"],
    ["=?utf-8?B?QWxpY2U?=", "Alice"],
    ["=?utf-8?B?QWx*pY2U=?=", "Alice"],
    ["=?utf-8?Q?Alice", "Alice"],
    ["=?utf-8?X?abc?=", "=?utf-8?X?abc?="],
    ["=??Q?abc?=", "abc"],
    ["=? utf-8?Q?abc?=", "abc"],
  ])("%j breaks its form and reads as %j", (text, first) => {
    expect(decodeText(text)).toMatchObject({ texts: [first], broken: true });
  });

  test("rare readings are there where readers differ", () => {
    expect(decodeText("=?utf-8?B?Y2Vv?= =?utf-8?B?QGI?=").texts).toEqual(["ceo@b"]);
    expect(decodeText("=?utf-8?B?Y2VvQ?= =?utf-8?B?GI=?=").rareTexts).toContain("ceo@b");
    expect(decodeText("=?utf-16?B?AGEAYg==?=").rareTexts).toContain("ab");
    // libmime 5 and postal-mime join the contents of words of one encoding before they read it.
    expect(decodeText("=?utf-8?Q?ceo=4?= =?utf-8?Q?0b?=").rareTexts).toContain("ceo@b");
    expect(decodeText("=?utf-8?B?Y2VvQ?= =?utf-8?B?GI=?= =?utf-8?Q?=2Ec?=").rareTexts).toContain("ceo@b.c");
    expect(decodeText("=?utf-8?Q?a@b=2Ec?=").rareTexts).toContain("a@b=2Ec");
  });

  test("a long run of half words ends soon", () => {
    for (const half of ["=?", "=?a?q?", "=?a?q?x", "=?=?a?b", "?="]) {
      for (const end of ["", "?="]) expect(decodeText(half.repeat(40_000) + end).texts.length).toBeGreaterThan(0);
    }
  });
});

/** One label of each encoding of the WHATWG Encoding Standard and aliases of mail, with `é`-like octets and what they are. */
const LABELS: readonly (readonly [label: string, octets: readonly number[], text: string])[] = [
  ["utf-8", [0xc3, 0xa9], "é"],
  ["unicode-1-1-utf-8", [0xc3, 0xa9], "é"],
  ["us-ascii", [0x41], "A"],
  ["iso-8859-1", [0xe9, 0x92], "é’"],
  ["latin1", [0x80], "€"],
  ["windows-1252", [0x93, 0x81], "“\ufffd"],
  ["iso-8859-2", [0xb3], "ł"],
  ["latin3", [0xa1], "Ħ"],
  ["iso-8859-4", [0xa1], "Ą"],
  ["cyrillic", [0xd0], "а"],
  ["arabic", [0xc7], "ا"],
  ["greek", [0xe1], "α"],
  ["hebrew", [0xe0], "א"],
  ["iso-8859-8-i", [0xe0], "א"],
  ["l6", [0xa1], "Ą"],
  ["iso-8859-13", [0xc0], "Ą"],
  ["iso-8859-14", [0xa1], "Ḃ"],
  ["iso-8859-15", [0xa4], "€"],
  ["iso-8859-16", [0xaa, 0xb4, 0xff], "ȘŽÿ"],
  ["koi8-r", [0xc1], "а"],
  ["koi8-u", [0xa4], "є"],
  ["ibm866", [0xa0], "а"],
  ["macintosh", [0x8e], "é"],
  ["x-mac-cyrillic", [0x80], "А"],
  ["tis-620", [0xa1], "ก"],
  ["windows-1250", [0xb3], "ł"],
  ["windows-1251", [0xe0], "а"],
  ["windows-1253", [0xe1], "α"],
  ["windows-1254", [0xf0], "ğ"],
  ["windows-1255", [0xe0], "א"],
  ["windows-1256", [0xc7], "ا"],
  ["windows-1257", [0xe0], "ą"],
  ["windows-1258", [0xd2], "\u0309"],
  ["gb2312", [0xd5, 0xc5], "张"],
  ["gb18030", [0xc4, 0xe3], "你"],
  ["cp936", [0xd5, 0xc5], "张"],
  ["big5", [0xb3, 0xaf], "陳"],
  ["euc-jp", [0xbb, 0xb3], "山"],
  ["iso-2022-jp", [0x1b, 0x24, 0x42, 0x3b, 0x33, 0x1b, 0x28, 0x42], "山"],
  ["shift_jis", [0x8e, 0x52], "山"],
  ["cp932", [0x8e, 0x52], "山"],
  ["euc-kr", [0xb1, 0xe8], "김"],
  ["ks_c_5601-1987", [0xb1, 0xe8], "김"],
  ["iso-2022-kr", [0x1b, 0x24, 0x29, 0x43, 0x0e, 0x31, 0x68, 0x0f], "김"],
  ["iso-2022-cn", [0x1b, 0x24, 0x29, 0x41, 0x0e, 0x55, 0x45, 0x0f], "张"],
  ["hz-gb-2312", [0x7e, 0x7b, 0x55, 0x45, 0x7e, 0x7d], "张"],
  ["utf-16le", [0xe9, 0], "é"],
  ["utf-16be", [0, 0xe9], "é"],
  ["x-user-defined", [0x80], "\uf780"],
];

describe("charsets", () => {
  test.each(LABELS)("%s", (label, octets, text) => {
    expect(readCharset(label, Uint8Array.from(octets))).toMatchObject({
      known: true,
      texts: expect.arrayContaining([text]),
    });
  });

  test.each(["x-unknown", "utf-7", "utf-32", "", "replacement", "__proto__", "constructor"])(
    "%j is not known",
    (label) => {
      expect(readCharset(label, Uint8Array.of(0x41)).known).toBe(false);
    },
  );

  test("UTF-7 is read although it is not known", () => {
    const [text] = readCharset(
      "utf-7",
      Uint8Array.from("a+AEA-b +- +ZeVnLIqe-", (char) => char.charCodeAt(0)),
    ).texts;
    expect(text).toBe("a@b + 日本語");
  });

  test("a plane that cannot be read makes ISO-2022-CN unknown", () => {
    const cns = Uint8Array.of(0x1b, 0x24, 0x29, 0x47, 0x0e, 0x44, 0x41, 0x0f);
    expect(readCharset("iso-2022-cn", cns).known).toBe(false);
  });
});
