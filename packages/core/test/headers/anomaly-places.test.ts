import { describe, expect, test } from "vitest";
import { type HeaderSection, readHeaderBytes, readHeaderList } from "../../src/index.js";

const octets = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

/** The anomalies of a section as offset, code, form and field, and its fields as offset, name and value. */
const outline = ({ anomalies, fields, isLimitReached }: HeaderSection) => ({
  anomalies: anomalies.map(({ offset, code, form, field }) =>
    [offset, code, ...(form === undefined ? [] : [form]), ...(field === undefined ? [] : [`in ${field}`])].join(" "),
  ),
  fields: fields.map(({ offset, name, value }) => `${offset} ${name}:${String.fromCharCode(...value)}`),
  isLimitReached,
});

type Case = readonly [text: string, anomalies: readonly string[], fields: readonly string[]];

describe("places in octets", () => {
  test.each<Case>([
    ["X: a\0b\0\r\n", ["4 header-nul in X"], ["0 X: a\0b\0"]],
    ["W: a\r\nX: a\nb\r\n", ["10 header-bare-lf in X"], ["0 W: a", "6 X: a\nb"]],
    ["W: a\r\nX: a\r b\r\n", ["10 header-bare-cr in X"], ["0 W: a", "6 X: a\r b"]],
    ["X: a\x1fb\x7f\r\n", ["4 header-control in X"], ["0 X: a\x1fb\x7f"]],
    ["X: \x7f\t~\r\n", ["3 header-control in X"], ["0 X: \x7f\t~"]],
    ["X:\x01\r\n \x02\r\n", ["2 header-control in X"], ["0 X:\x01\r\n \x02"]],
    ["X \t:\0\r\n", ["4 header-nul in X \t", "0 header-name-malformed blankBeforeColon in X \t"], ["0 X \t:\0"]],
    ["X\0Y: a\r\n", ["1 header-nul", "0 header-name-malformed"], ["0 X\0Y: a"]],
    ["W:\r\n: a\r\n", ["4 header-name-malformed"], ["0 W:", "4 : a"]],
    ["W:\r\n\x7f: a\r\n", ["4 header-control", "4 header-name-malformed"], ["0 W:", "4 \x7f: a"]],
    ["W:\r\n!~: a\r\n", [], ["0 W:", "4 !~: a"]],
    ["W:\r\nhello\r\n", ["4 header-line-malformed"], ["0 W:"]],
    ["W:\r\nhello\r\n x: y\r\n", ["4 header-line-malformed"], ["0 W:"]],
    [" X: a\r\nY: b\r\n", ["0 header-leading-space"], ["0  X: a", "7 Y: b"]],
    ["\tX\r\nY: b\r\n", ["0 header-leading-space"], ["4 Y: b"]],
    ["W:\r\n \r\nX: a\r\n", ["4 header-whitespace-line in W"], ["0 W:\r\n ", "7 X: a"]],
    ["W: a\r\n b\r\n \t\r\n c\r\n", ["10 header-whitespace-line in W"], ["0 W: a\r\n b\r\n \t\r\n c"]],
    ["W: a\r\n b\r\n ", ["10 header-whitespace-line in W"], ["0 W: a\r\n b\r\n "]],
    ["W: a\r\n b\r\n c", [], ["0 W: a\r\n b\r\n c"]],
    [">From: a\r\n", ["0 header-name-malformed mboxLine in >From"], ["0 >From: a"]],
    [
      "W:\r\n>from : a\r\n",
      ["4 header-name-malformed blankBeforeColon in >from ", "4 header-name-malformed mboxLine in >from "],
      ["0 W:", "4 >from : a"],
    ],
    [">Fro: a\r\n>Froms: b\r\n<From: c\r\n", [], ["0 >Fro: a", "9 >Froms: b", "20 <From: c"]],
    ["From a@b x\r\nY: b\r\n", ["0 header-line-malformed mboxLine"], ["12 Y: b"]],
    ["From a@b 09:00\r\nY: b\r\n", ["0 header-name-malformed mboxLine"], ["16 Y: b"]],
    ["From a@b 0:90\r\nY: b\r\n", ["0 header-name-malformed mboxLine"], ["15 Y: b"]],
    ["From a@b 9:a\r\n", ["0 header-name-malformed"], ["0 From a@b 9:a"]],
    ["From a@b a:9\r\n", ["0 header-name-malformed"], ["0 From a@b a:9"]],
    ["From a@b /:9\r\n", ["0 header-name-malformed"], ["0 From a@b /:9"]],
    ["From a@b 9:;\r\n", ["0 header-name-malformed"], ["0 From a@b 9:;"]],
    ["From a@b 9:", ["0 header-name-malformed"], ["0 From a@b 9:"]],
    ["from a@b x\r\n", ["0 header-line-malformed"], []],
    ["From  : a\r\n", ["0 header-name-malformed blankBeforeColon in From  "], ["0 From  : a"]],
    ["From a@b x\r\n y\r\n", ["0 header-line-malformed"], []],
    ["W:\r\nFrom a@b 09:00\r\n", ["4 header-name-malformed"], ["0 W:", "4 From a@b 09:00"]],
    ["From x\r\n y:z\r\n", ["0 header-line-malformed"], []],
    ["X: a\r\n\r\nY\0\r\n", [], ["0 X: a"]],
    ["X: a\r\n\rY: b\r\n", ["6 header-bare-cr", "6 header-name-malformed"], ["0 X: a", "6 \rY: b"]],
    ["X: a\r", ["4 header-bare-cr in X"], ["0 X: a\r"]],
    ["X: a\r\n", [], ["0 X: a"]],
    ["X:", [], ["0 X:"]],
    ["X:\x7f", ["2 header-control in X"], ["0 X:\x7f"]],
    [" X\r\nbad\r\n", ["0 header-leading-space", "4 header-line-malformed"], []],
    ["X", ["0 header-line-malformed"], []],
  ])("%j", (text, anomalies, fields) => {
    expect(outline(readHeaderBytes(octets(text)))).toEqual({ anomalies, fields, isLimitReached: false });
  });

  test.each<
    readonly [limits: object, text: string, anomalies: readonly string[], fields: readonly string[], isCut: boolean]
  >([
    [{ maxLineOctets: 4 }, "X: a\r\nY: bc\r\n", ["6 header-too-long in Y"], ["0 X: a", "6 Y: bc"], false],
    [
      { maxLineOctets: 4 },
      "X: a\r\n bcd\r\n bcde\r\n",
      ["12 header-too-long in X"],
      ["0 X: a\r\n bcd\r\n bcde"],
      false,
    ],
    [{ maxLineOctets: 4 }, "hello\r\n", ["0 header-too-long", "0 header-line-malformed"], [], false],
    [{ maxFields: 1 }, "X: a\r\n\r\nY", [], ["0 X: a"], false],
    [{ maxFields: 1 }, "X: a\r\n", [], ["0 X: a"], false],
    [{ maxFields: 1 }, "X: a\r\nY: b\r\n", ["6 header-too-long"], ["0 X: a"], true],
    [{ maxHeaderOctets: 6 }, "X: a\r\n", [], ["0 X: a"], false],
    [{ maxHeaderOctets: 6 }, "X: a\r\nY: b\r\n", ["6 header-too-long"], ["0 X: a"], true],
    [{ maxHeaderOctets: 6 }, "X: a\r\n b\r\n", ["6 header-too-long"], ["0 X: a"], true],
    [{ maxHeaderOctets: 8 }, "X: a\r\n\r\nbody", [], ["0 X: a"], false],
    [{ maxHeaderOctets: 3 }, "X: a\r\n", ["3 header-too-long"], ["0 X: "], true],
    [
      { maxHeaderOctets: 7 },
      "X: a\r\n b\r\n",
      ["6 header-whitespace-line in X", "7 header-too-long"],
      ["0 X: a\r\n "],
      true,
    ],
  ])("within %j, %j", (limits, text, anomalies, fields, isLimitReached) => {
    expect(outline(readHeaderBytes(octets(text), limits))).toEqual({ anomalies, fields, isLimitReached });
  });
});

describe("places in a list", () => {
  test.each<readonly [name: string, value: string, anomalies: readonly string[]]>([
    ["X", "a", []],
    ["X", "", []],
    ["X", "a\0b\0", ["1 header-nul in X"]],
    ["X", "a\0b", ["1 header-nul in X"]],
    ["X", "a\x7f", ["1 header-control in X"]],
    ["X", "\x1f\t~ ", ["1 header-control in X"]],
    ["X", "a\rb", ["1 header-bare-cr in X"]],
    ["X", "a\r\nb", ["1 header-bare-cr in X", "1 header-bare-lf in X"]],
    ["X", "a\n", ["1 header-bare-lf in X"]],
    ["X", "a\n\n b", ["1 header-bare-lf in X"]],
    ["X", "a\r\r\n b", ["1 header-bare-cr in X"]],
    ["X", "a\n b\n\tc\r\n d", []],
    ["X", "a\n b\0", ["1 header-nul in X"]],
    ["X", "a\n \0", ["1 header-nul in X"]],
    ["X", "a\r\n ", ["1 header-whitespace-line in X"]],
    ["X", "a\n \t\n b", ["1 header-whitespace-line in X"]],
    ["X", "a\n \t\r\n b", ["1 header-whitespace-line in X"]],
    ["X\0", "a", ["1 header-nul in X\0", "1 header-name-malformed in X\0"]],
    ["X\r\nY", "a", ["1 header-bare-cr in X\r\nY", "1 header-bare-lf in X\r\nY", "1 header-name-malformed in X\r\nY"]],
    ["", "a", ["1 header-name-malformed in "]],
    [" X", "a", ["1 header-name-malformed in  X"]],
    ["X Y", "a", ["1 header-name-malformed in X Y"]],
    ["X:", "a", ["1 header-name-malformed in X:"]],
    ["!9;~", "a", []],
    ["X\t ", "a", ["1 header-name-malformed blankBeforeColon in X\t "]],
    [">FROM", "a", ["1 header-name-malformed mboxLine in >FROM"]],
    [
      ">From\t",
      "a",
      ["1 header-name-malformed blankBeforeColon in >From\t", "1 header-name-malformed mboxLine in >From\t"],
    ],
    ["X>From", "a", []],
    [">Froms", "a", []],
  ])("%j: %j", (name, value, anomalies) => {
    const { fields, ...rest } = outline(
      readHeaderList([
        ["W", "w"],
        [name, value],
      ]),
    );
    expect(rest).toEqual({ anomalies, isLimitReached: false });
    expect(fields).toEqual(["0 W:w", `1 ${name}:${value}`]);
  });

  test.each([[" X"], ["\tX"]])("a first name %j is that of a line with a blank", (name) => {
    expect(outline(readHeaderList([[name, "a"]])).anomalies).toEqual([`0 header-leading-space in ${name}`]);
  });

  test.each<readonly [limits: object, value: string, anomalies: readonly string[], count: number]>([
    [{ maxLineOctets: 8 }, "123456", [], 2],
    [{ maxLineOctets: 8 }, "1234567", ["1 header-too-long in X"], 2],
    [{ maxLineOctets: 8 }, "1234567\n 8", ["1 header-too-long in X"], 2],
    [{ maxLineOctets: 8 }, "123456\n 8901234", [], 2],
    [{ maxLineOctets: 8 }, "123456\r\n 89012345", ["1 header-too-long in X"], 2],
    [{ maxLineOctets: 8 }, "1\n 2345678\n 3", [], 2],
    [{ maxLineOctets: 8 }, "1\n   45678\n 3", [], 2],
    [{ maxFields: 1 }, "a", ["1 header-too-long"], 1],
    [{ maxFields: 2 }, "a", [], 2],
    [{ maxHeaderOctets: 10 }, "a", [], 2],
    [{ maxHeaderOctets: 9 }, "a", ["1 header-too-long"], 1],
  ])("within %j, %j", (limits, value, anomalies, count) => {
    const found = outline(
      readHeaderList(
        [
          ["W", "w"],
          ["X", value],
        ],
        limits,
      ),
    );
    expect(found.anomalies).toEqual(anomalies);
    expect(found.fields).toHaveLength(count);
    expect(found.isLimitReached).toBe(count === 1);
  });
});

test("an anomaly without a field or form has no such key", () => {
  expect(readHeaderBytes(octets("hello\r\n")).anomalies).toStrictEqual([{ code: "header-line-malformed", offset: 0 }]);
});
