import { describe, expect, test } from "vitest";
import { readHeaderBytes, readHeaderList, readMessage } from "../../src/index.js";

const octets = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
const bytes = (text: string) => readHeaderBytes(octets(text));
const codes = (section: { readonly anomalies: readonly { readonly code: string; readonly form?: string }[] }) =>
  section.anomalies.map(({ code, form }) => (form === undefined ? code : `${code}:${form}`));

describe("a header section as octets", () => {
  test("fields keep their octets, their order and their offsets", () => {
    const section = bytes("From: a\r\n b\r\nfrom:c\r\n\r\nX: body\r\n");
    expect(section.fields.map(({ name, value, offset }) => [name, String.fromCharCode(...value), offset])).toEqual([
      ["From", " a\r\n b", 0],
      ["from", "c", 13],
    ]);
    expect(section.anomalies).toEqual([]);
  });

  test.each([
    ["a NUL", "X: a\0b\r\n\r\n", ["header-nul"]],
    ["a NUL in a name", "X\0: a\r\n\r\n", ["header-nul", "header-name-malformed"]],
    ["LF alone", "X: a\nFrom: b\r\n\r\n", ["header-bare-lf"]],
    ["LF alone before a blank", "X: a\n b\r\n\r\n", ["header-bare-lf"]],
    ["CR alone", "X: a\rb\r\n\r\n", ["header-bare-cr"]],
    ["CR CR LF", "X: a\r\r\n\r\n", ["header-bare-cr"]],
    ["LF CR", "X: a\n\rb\r\n\r\n", ["header-bare-lf", "header-bare-cr"]],
    ["CR at the very end", "X: a\r", ["header-bare-cr"]],
    ["vertical tab", "X: a\vb\r\n\r\n", ["header-control"]],
    ["DEL", "X: a\x7fb\r\n\r\n", ["header-control"]],
    ["a tab is fine", "X:\ta\tb\r\n\r\n", []],
    ["octets over 127 are fine in a value", "X: caf\xe9\r\n\r\n", []],
    ["an octet over 127 in a name", "X\xa0: a\r\n\r\n", ["header-name-malformed"]],
    ["a byte order mark", "\xef\xbb\xbfFrom: a\r\n\r\n", ["header-name-malformed"]],
    ["a blank in a name", "X Y: a\r\n\r\n", ["header-name-malformed"]],
    ["an empty name", ": a\r\n\r\n", ["header-name-malformed"]],
    ["a blank before the colon", "X \t: a\r\n\r\n", ["header-name-malformed:blankBeforeColon"]],
    ["a line without a colon", "X: a\r\nhello\r\n\r\n", ["header-line-malformed"]],
    ["LF alone at the end of a line that is no field", "X\nY: a\r\n\r\n", ["header-bare-lf", "header-name-malformed"]],
    ["LF alone behind a control", "X: a\x01\nY: b\r\n\r\n", ["header-control", "header-bare-lf"]],
    ["LF alone behind a fold and a letter", "X: a\r\n b\nc\r\n\r\n", ["header-bare-lf"]],
    ["CR alone behind a fold", "X: a\r\n \rb\r\n\r\n", ["header-bare-cr"]],
    [
      "an mbox line, and another that is no field",
      "From a\r\nb\r\n\r\n",
      ["header-line-malformed:mboxLine", "header-line-malformed"],
    ],
    ["a colon behind a fold", "From\r\n : a\r\n\r\n", ["header-line-malformed"]],
    ["a first line with a blank", " X: a\r\n\r\n", ["header-leading-space"]],
    ["a fold of blanks", "X: a\r\n \t\r\n\r\n", ["header-whitespace-line"]],
    ["a fold of blanks at the very end", "X: a\r\n ", ["header-whitespace-line"]],
    ["a value of blanks", "X: \r\n\r\n", []],
    ["a value that begins behind a fold", "X:\r\n a\r\n\r\n", []],
    ["an mbox line", "From a@b Tue 09:00:00\r\n\r\n", ["header-name-malformed:mboxLine"]],
    ["an mbox line that is folded", "From a@b Tue 09:00:00\r\n x\r\n\r\n", ["header-name-malformed"]],
    ["an mbox line that is not the first", "X: a\r\nFrom a@b\r\n\r\n", ["header-line-malformed"]],
    [">From in any case", "X: a\r\n>FROM: b\r\n\r\n", ["header-name-malformed:mboxLine"]],
    ["no empty line at the end", "X: a", []],
    ["an empty first line", "\r\nX: a\r\n", []],
    ["nothing", "", []],
  ])("%s", (_, text, expected) => {
    expect(codes(bytes(text))).toEqual(expected);
  });

  test("octets hide nothing from who reads them", () => {
    expect(bytes("X: a\r\n\r\n")).toMatchObject({ view: "bytes", blindTo: [], isLimitReached: false });
  });

  test("one of each anomaly is kept, with its place", () => {
    const { anomalies } = bytes(`X: ${"\0".repeat(50)}\r\n\r\n`);
    expect(anomalies).toEqual([{ code: "header-nul", offset: 3, field: "X" }]);
  });

  test("a malformed name makes no originator, and a line without a colon no field", () => {
    expect(bytes("hello\r\nX Y: a\r\n\r\n").fields.map(({ name }) => name)).toEqual(["X Y"]);
  });

  test.each([
    [{ maxLineOctets: 10 }, "X: 1234567\r\nY: 12345678\r\n\r\n", { offset: 12, field: "Y" }],
    [{ maxFields: 2 }, "X: 1\r\nY: 2\r\nZ: 3\r\n\r\n", { offset: 12 }],
    [{ maxHeaderOctets: 12 }, "X: 1\r\nY: 2\r\nZ: 3\r\n\r\n", { offset: 12 }],
  ])("the limit %j is one", (limits, text, place) => {
    expect(readHeaderBytes(octets(text), limits).anomalies).toEqual([{ code: "header-too-long", ...place }]);
  });

  test("the default limits admit 1,000 fields and 200 KB, and lines of 998 octets", () => {
    expect(bytes(`X: ${"a".repeat(995)}\r\n`.repeat(200)).anomalies).toEqual([]);
    expect(bytes("X: a\r\n".repeat(1_000)).anomalies).toEqual([]);
    expect(codes(bytes("X: a\r\n".repeat(2_000)))).toEqual(["header-too-long"]);
    expect(codes(bytes(`X: ${"a".repeat(996)}\r\n`))).toEqual(["header-too-long"]);
    expect(codes(bytes(`X: a\r\n ${"a".repeat(998)}\r\n`))).toEqual(["header-too-long"]);
    expect(codes(bytes(`X: ${"a".repeat(990)}\r\n`.repeat(300)))).toEqual(["header-too-long"]);
  });

  test("a message knows where its body begins", () => {
    expect(readMessage(octets("X: a\r\n\r\nbody")).bodyOffset).toBe(8);
    expect(readMessage(octets("X: a\r\n")).bodyOffset).toBe(6);
  });
});

describe("a header section as a list", () => {
  test.each<readonly [string, string | Uint8Array, string | Uint8Array, readonly string[]]>([
    ["a fold by LF", "X", " a\n b", []],
    ["a fold by CRLF", "X", " a\r\n\tb", []],
    ["LF alone", "X", " a\nb", ["header-bare-lf"]],
    ["LF at the end", "X", " a\n", ["header-bare-lf"]],
    ["CR alone", "X", " a\rb", ["header-bare-cr"]],
    ["CRLF without a blank", "X", " a\r\nb", ["header-bare-cr", "header-bare-lf"]],
    ["a fold of blanks", "X", " a\n ", ["header-whitespace-line"]],
    ["a fold of blanks before another", "X", " a\n \n b", ["header-whitespace-line"]],
    ["a NUL", "X", "a\0", ["header-nul"]],
    ["a control", "X", "a\x07", ["header-control"]],
    ["a control in the name", "X\x07", "a", ["header-control", "header-name-malformed"]],
    ["a blank before the colon", "X ", "a", ["header-name-malformed:blankBeforeColon"]],
    ["a blank in a name", "X Y", "a", ["header-name-malformed"]],
    ["a name that begins with a blank", " X", "a", ["header-leading-space"]],
    ["a name with a colon", "X:", "a", ["header-name-malformed"]],
    ["a name of Cyrillic", "Frоm", "a", ["header-name-malformed"]],
    [">From", ">From", "a", ["header-name-malformed:mboxLine"]],
    ["octets", octets("X"), octets(" caf\xe9"), []],
    ["a line of 999 octets", "X", ` ${"a".repeat(996)}`, ["header-too-long"]],
    ["a folded line of 999 octets", "X", `a\n ${"a".repeat(998)}`, ["header-too-long"]],
    ["a line of 998 octets", "X", ` ${"a".repeat(995)}`, []],
  ])("%s", (_, name, value, expected) => {
    expect(codes(readHeaderList([[name, value]]))).toEqual(expected);
  });

  test("text stands for its UTF-8 octets, and a lone surrogate for none", () => {
    const values = readHeaderList([
      ["From", "é"],
      ["From", "\udcff\udce9"],
      ["From", "\ud800"],
    ]).fields.map(({ value }) => [...value]);
    expect(values).toEqual([[0xc3, 0xa9], [0xff, 0xe9], [0xff]]);
  });

  test("says which anomalies it cannot see, and has its limits", () => {
    const section = readHeaderList(
      [
        ["X", "a"],
        ["Y", "b"],
        ["Z", "c"],
      ],
      { maxFields: 2 },
    );
    expect(section.blindTo).toContain("header-bare-lf");
    expect(section.anomalies).toEqual([{ code: "header-too-long", offset: 2 }]);
    expect(codes(readHeaderList([["X", "a".repeat(90)]], { maxHeaderOctets: 50 }))).toEqual(["header-too-long"]);
  });
});
