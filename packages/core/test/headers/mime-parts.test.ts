import { describe, expect, test } from "vitest";
import { readMessage } from "../../src/index.js";

const octets = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

/** The values of X in parts with protected headers, and `limit` where the search ended at one. */
function search(text: string, limits = {}): readonly string[] {
  const { protectedHeaders, isLimitReached } = readMessage(octets(text), limits).bodyAnomalies;
  const values = protectedHeaders.flatMap(({ fields }) =>
    fields.filter(({ name }) => name === "X").map(({ value }) => String.fromCharCode(...value)),
  );
  return isLimitReached === undefined ? values : [...values, "limit"];
}

const message = (boundary: string, body: string) =>
  `Content-Type: multipart/mixed; boundary=${boundary}\r\n\r\n${body.replaceAll("\n", "\r\n")}`;
const HP = "Content-Type: text/plain; hp=clear\n";

describe("parts with protected headers", () => {
  test.each<readonly [name: string, message: string, values: readonly string[]]>([
    ["behind a preamble", message("b", `pre\n\n-b\n--\n--b\n${HP}X:1\n\n--b--\n`), ["1"]],
    ["with blanks behind the delimiter", message("b", `--b \t\n${HP}X:1\n\n`), ["1"]],
    ["with blanks at the end of the boundary", message('"b  "', `--b\n${HP}X:1\n\n`), ["1"]],
    ["with a blank within the boundary", message('"b c"', `--b c\n${HP}X:1\n\n`), ["1"]],
    ["of another boundary that begins the same", message("b", `--bc\n${HP}X:1\n\n`), []],
    ["of another boundary that ends the same", message("bc", `--c\n${HP}X:1\n\n`), []],
    ["whose delimiter has one hyphen", message("b", `-b\n${HP}X:1\n\n`), []],
    ["whose delimiter is no line", message("b", `x--b\n${HP}X:1\n\n`), []],
    ["whose delimiter is in a header", message("b", `--b\nY:\n --b\n${HP}X:1\n\n`), ["1"]],
    ["in one line of a header alone", message("b", `--b\n${HP}X:1`), ["1"]],
    ["whose delimiter ends the body", message("b", "x\n--b"), []],
    ["without a header", message("b", `--b\n\n${HP}X:1\n\n`), []],
    ["behind the closing delimiter", message("b", `--b--\n--b\n${HP}X:1\n\n`), []],
    ["behind what only looks like the closing delimiter", message("b", `--b---\n--b\n${HP}X:1\n\n`), ["1"]],
    ["in octets beyond ASCII", message("\xe9", `--\xe9\n${HP}X:\xff\n\n`), ["\xff"]],
    ["with line ends of LF", message("b", "").concat(`x\n--b\n${HP}X:1\n 2\nY:\n\nX:3\n`), ["1\r\n 2"]],
    ["with line ends of both kinds", message("b", "").concat(`--b\r\n${HP}X:1\r\n\nX:2\n`), ["1"]],
    ["behind an empty line alone", message("b", "").concat(`\n--b\n${HP}X:1\n\n`), ["1"]],
    [
      "behind the text of another, with line ends of LF",
      message("b", "").concat(`--b\n\ntext\n--b\n${HP}X:1\n\n`),
      ["1"],
    ],
    ["in a header with a line that begins with CR", message("b", "").concat(`--b\n\rY:\n${HP}X:1\n\n`), ["1"]],
    ["by one of two types", message("b", `--b\nContent-Type: text/plain\n${HP}X:1\n\n`), ["1"]],
    [
      "of a boundary that a text names",
      message("b", `--b\nContent-Type: text/plain; boundary=c\n\n--c\n${HP}X:1\n\n`),
      [],
    ],
    ["behind a line of one letter", message("b", "").concat(`--b\nY\n${HP}X:1\n\n`), ["1"]],
    [
      "without a boundary",
      "Content-Type: multipart/mixed\r\n\r\n--\r\nContent-Type: text/plain; hp=clear\r\nX:1\r\n\r\n",
      [],
    ],
  ])("%s", (_, text, values) => {
    expect(search(text)).toEqual(values);
  });

  const inner = "Content-Type: multipart/mixed; boundary=c\n\n";
  test.each<readonly [name: string, message: string, values: readonly string[]]>([
    ["an inner part", message("b", `--b\n${inner}--c\n${HP}X:1\n\n--c--\n--b\n${HP}X:2\n\n`), ["1", "2"]],
    ["an inner part behind the end of the inner", message("b", `--b\n${inner}--c--\n--c\n${HP}X:1\n\n`), []],
    ["an inner part behind the next of the outer", message("b", `--b\n${inner}--b\n\n--c\n${HP}X:1\n\n`), []],
    ["an inner part behind the end of the outer", message("b", `--b\n${inner}--b--\n--c\n${HP}X:1\n\n`), []],
    ["an outer part while the inner is open", message("b", `--b\n${inner}--c\n\n--b\n${HP}X:1\n\n`), ["1"]],
    [
      "a part of either of two boundaries",
      `Content-Type: multipart/mixed; boundary=c\r\n${message("b", `--b\n${HP}X:1\n\n--c\n${HP}X:2\n\n`)}`,
      ["1", "2"],
    ],
  ])("%s", (_, text, values) => {
    expect(search(text)).toEqual(values);
  });

  test("are found behind a line of any length, a delimiter within its first thousand octets", () => {
    expect(search(message("b", `--b${" ".repeat(2_000)}\n${HP}X:1\n\n`))).toEqual(["1"]);
    expect(search(message("b".repeat(998), `--${"b".repeat(998)}\n${HP}X:1\n\n`), { maxLineOctets: 2_000 })).toEqual([
      "1",
    ]);
    expect(search(message("b", `${"x".repeat(5_000)}\n--b\n${HP}X:1\n\n`))).toEqual(["1"]);
  });
});

describe("limits on the search", () => {
  const parts = (count: number) => message("b", `--b\n\n`.repeat(count));
  const nested = (depth: number) =>
    message(
      "b0",
      Array.from({ length: depth - 1 }, (_, at) => `--b${at}\nContent-Type: multipart/x; boundary=b${at + 1}\n\n`).join(
        "",
      ),
    );

  test("admit what is just within", () => {
    expect(search(parts(3), { maxMimeParts: 3 })).toEqual([]);
    expect(search(parts(4), { maxMimeParts: 3 })).toEqual(["limit"]);
    expect(search(nested(3), { maxMimeDepth: 3 })).toEqual([]);
    expect(search(nested(4), { maxMimeDepth: 3 })).toEqual(["limit"]);
  });

  test("have their defaults", () => {
    expect(search(parts(10_000))).toEqual([]);
    expect(search(parts(10_001))).toEqual(["limit"]);
    expect(search(nested(50))).toEqual([]);
    expect(search(nested(51))).toEqual(["limit"]);
  });

  test("hold for the header of each part, and end the search", () => {
    const body = message("b", `--b\n${HP}X:1\n\n--b\n${HP}X:2\nY:\n\n--b\n${HP}X:3\n\n`);
    expect(search(body, { maxFields: 3 })).toEqual(["1", "2", "3"]);
    expect(search(body, { maxFields: 2 })).toEqual(["1", "2", "limit"]);
  });
});

test.each<readonly [body: string, offset: number | undefined]>([
  [".", undefined],
  ["..", undefined],
  ["a.\n", undefined],
  ["a.\r\n", undefined],
  [".a", undefined],
  [".\r\n", undefined],
  [".\r", 0],
  [".\r\r", 0],
  [".\n", 0],
  ["\n.a\n.\n", 4],
  ["\r\n.\r\n", undefined],
  ["\n.\r\n", 1],
  ["\r.\r\n", 1],
  ["\n\r.\r\n", 2],
  ["a\r\n.\r\n.\n", 6],
  ["a\n.b\n..\n\r\n.", undefined],
  ["a\n\n.", 3],
])("the body %j has an end of data at %j", (body, offset) => {
  expect(readMessage(octets(`X:\r\n\r\n${body}`)).bodyAnomalies.smugglingOffset).toBe(offset);
});
