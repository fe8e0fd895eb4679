import { describe, expect, test } from "vitest";
import { readCharset } from "../../src/headers/charset.js";

const octets = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

/** A charset, octets in it, and every text that readers make of them. */
type Case = readonly [label: string, raw: string, texts: readonly string[]];

describe("octets in a known charset", () => {
  test.each<Case>([
    ["us-ascii", "a\x80\x81", ["a€\ufffd"]],
    ["utf-8", "\xef\xbb\xbfa\xff", ["\ufeffa\ufffd"]],
    ["utf-8", "a@\xff", ["a@\ufffd"]],
    ["iso-8859-1", "\x7f\x81\x9f\xa0\xff", ["\x7f\ufffdŸ\u00a0ÿ"]],
    ["windows-1250", "\x7f\x80\x81\x9f\xa0", ["\x7f€\ufffdź\u00a0"]],
    ["windows-1253", "\xd2\xe1", ["\ufffdα"]],
    ["iso-8859-16", "\x80\xa0\xa1\xff", ["\x80\u00a0Ąÿ"]],
    ["iso8859-16", "\xa1", ["Ą"]],
    ["iso-8859-2", "\x80\x9f\xa1", ["\x80\x9fĄ"]],
    ["x-user-defined", "\x7f\x80\xff", ["\x7f\uf780\uf7ff"]],
    ["utf-16", "a\0@\0", ["a@", "\u6100\u4000"]],
    ["utf-16le", "\xff\xfea\0", ["\ufeffa", "\ufffe\u6100"]],
    ["utf-16be", "\0a\0@", ["a@", "\u6100\u4000"]],
    ["unicodefffe", "\0a", ["a", "\u6100"]],
    ["iso-10646-ucs-2", "a\0", ["a", "\u6100"]],
    ["ucs-2", "a\0", ["a", "\u6100"]],
    ["unicode", "a\0", ["a", "\u6100"]],
    ["csunicode", "a\0", ["a", "\u6100"]],
    ["unicodefeff", "a\0", ["a", "\u6100"]],
    ["iso-2022-jp", "a@\x1b$B;3\x1b(B", ["a@山"]],
    ["iso-2022-jp", "a\xef\xbc\xa0", ["a\ufffd\ufffd\ufffd", "a＠"]],
    ["csiso2022jp", "\xef\xbc\xa0", ["\ufffd\ufffd\ufffd", "＠"]],
    ["cp50220", "\xef\xbc\xa0", ["\ufffd\ufffd\ufffd", "＠"]],
    ["euc-jp", "\xbb\xb3a\xff", ["山a\ufffd"]],
    ["euc-kr", "\xb1\xe8@", ["김@"]],
    ["cp949", "\xb1\xe8", ["김"]],
    ["cp950", "\xb3\xaf", ["陳"]],
    ["cp936", "\xd5\xc5", ["张"]],
    ["gbk", "\xd5\xc5@b", ["张@b"]],
    ["gb18030", "\x81@b", ["丂b"]],
    ["shift_jis", "\x8eRa@b", ["山a@b"]],
  ])("%s: %j", (label, raw, texts) => {
    expect(readCharset(label, octets(raw))).toEqual({ texts, known: true });
  });
});

describe("octets in a charset that shifts, and what those see who do not know it", () => {
  test.each<Case>([
    ["iso-2022-kr", "\x1b$)Ca\x0e1h\x0fb", ["a김b", "$)Ca1hb"]],
    ["csiso2022kr", "\x1b$)C\x0e1h", ["김", "$)C1h"]],
    ["iso-2022-kr", "\x0e1h \x0f\x0e1h\x0f1h", ["김 김1h", "1h 1h1h"]],
    ["iso-2022-cn", "\x1b$)A\x0eUE\x0fa", ["张a", "$)AUEa"]],
    ["iso-2022-cn-ext", "\x1b$)A\x0eUE\x0f\x1b$)A", ["张", "$)AUE$)A"]],
    ["hz-gb-2312", "a~{UE~}b", ["a张b", "a~{UE~}b"]],
    ["hz-gb-2312", "~{UE", ["张", "~{UE"]],
    ["hz-gb-2312", "a~~b~\nc~d", ["a~bc~d", "a~~b~c~d"]],
    ["hz-gb-2312", "~~\xe9\x7f", ["~\ufffd\x7f", "~~\ufffd"]],
  ])("%s: %j", (label, raw, texts) => {
    expect(readCharset(label, octets(raw))).toEqual({ texts, known: true });
  });

  test("a set that cannot be read makes all unknown", () => {
    expect(readCharset("iso-2022-cn", octets("\x1b$)G\x0eDA\x0f"))).toMatchObject({ known: false });
    expect(readCharset("iso-2022-kr", octets("\x1b$)A\x0eUE\x0f"))).toMatchObject({ known: false });
  });
});

describe("octets in a charset that is not known", () => {
  test.each(["utf-7", "utf7", "unicode-1-1-utf-7", "unicode-2-0-utf-7", "csunicode11utf7", "csutf7"])(
    "%s is read both ways",
    (label) => {
      expect(readCharset(label, octets("a+AEA-b+AEA c+-+d\xe9"))).toEqual({
        texts: ["a@b@ c+\xe9", "a+AEA-b+AEA c+-+d"],
        known: false,
      });
    },
  );

  test.each(["x-unknown", "x-iso-8859-16", "iso-8859-160", "x-utf-16", "hz", ""])(
    "%j shows its ASCII and line ends",
    (label) => {
      const reading = { texts: ["a ~\r\nb"], known: false };
      expect(readCharset(label, octets("a\x07 ~\x7f\r\n\t\x80b"))).toEqual(reading);
      // However often it is asked for.
      expect(readCharset(label, octets("a\x07 ~\x7f\r\n\t\x80b"))).toEqual(reading);
    },
  );
});
