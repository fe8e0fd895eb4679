import { describe, expect, test } from "vitest";
import { readMessage } from "../../src/index.js";

const scan = (text: string, limits = {}) =>
  readMessage(
    Uint8Array.from(text, (char) => char.charCodeAt(0)),
    limits,
  ).bodyAnomalies;

describe("end-of-data sequences", () => {
  test.each([
    ["LF . LF", "a\n.\nb", 2],
    ["LF . CRLF", "a\n.\r\nb", 2],
    ["CRLF . LF", "a\r\n.\nb", 3],
    ["CR . CR", "a\r.\rb", 2],
    ["CR . CRLF", "a\r.\r\nb", 2],
    ["CRLF . CR", "a\r\n.\rb", 3],
    ["CR CR . CRLF", "a\r\r.\r\nb", 3],
    ["CRLF . LF LF", "a\r\n.\n\nb", 3],
    ["CRLF . CR CRLF", "a\r\n.\r\r\nb", 3],
    ["CRLF . CRLF", "a\r\n.\r\nb", undefined],
    ["a dot as the first line", ".\r\nb", undefined],
    ["a dot as the first line before LF", ".\nb", 0],
    ["LF before a dot at the start", "\n.\r\nb", 1],
    ["LF . at the end", "a\n.", 2],
    ["CRLF . at the end", "a\r\n.", undefined],
    ["bare LF elsewhere", "a\nb\n..\n.c\n", undefined],
    ["dots within lines", "a.b.c\r\n", undefined],
  ])("%s", (_, body, offset) => {
    expect(scan(`X: a\r\n\r\n${body}`).smugglingOffset).toBe(offset);
  });
});

const part = (type: string, from = "B", end = "\r\n") =>
  ["--b", `Content-Type: ${type}`, `From: ${from}`, "", "text", ""].join(end);
const multipart = (...parts: readonly string[]) =>
  `From: A\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n${parts.join("")}--b--\r\n`;

describe("parts with protected headers", () => {
  const froms = (text: string, limits = {}) =>
    scan(text, limits).protectedHeaders.flatMap(({ fields }) =>
      fields.filter(({ name }) => name === "From").map(({ value }) => String.fromCharCode(...value)),
    );

  test.each([
    ["hp", multipart(part('text/plain; hp="clear"')), [" B"]],
    ["protected-headers", multipart(part("text/plain; protected-headers=v1")), [" B"]],
    ["capitals, a comment and a split parameter", multipart(part("text/plain (a;b); HP*0=cipher")), [" B"]],
    ["no parameter", multipart(part("text/plain")), []],
    ["the words in another value", multipart(part('text/plain; name="; hp=clear"')), []],
    ["several parts", multipart(part("text/plain; hp=clear"), part("text/plain; hp=clear", "C")), [" B", " C"]],
    ["lines that end in LF alone", multipart(part("text/plain; hp=clear", "B", "\n")), [" B"]],
    [
      "an attached message",
      multipart(
        "--b\r\nContent-Type: message/rfc822\r\n\r\n",
        "From: B\r\nContent-Type: text/plain; hp=clear\r\n\r\nx\r\n",
      ),
      [],
    ],
    ["a part behind the end of its multipart", `${multipart()}${part("text/plain; hp=clear")}`, []],
    ["no multipart", `From: A\r\n\r\n${part("text/plain; hp=clear")}`, []],
    ["a boundary of no multipart", `Content-Type: text/plain; boundary=b\r\n\r\n${part("text/plain; hp=clear")}`, []],
    ["a second Content-Type", `Content-Type: text/plain\r\n${multipart(part("text/plain; hp=clear"))}`, [" B"]],
    [
      "a multipart in a multipart",
      multipart(
        "--b\r\nContent-Type: multipart/signed; boundary=c\r\n\r\n",
        part("text/plain; hp=clear").replace("--b", "--c"),
        "--c--\r\n",
      ),
      [" B"],
    ],
  ])("%s", (_, text, expected) => {
    expect(froms(text)).toEqual(expected);
  });

  test("depth and number are limited", () => {
    const nested = (depth: number) =>
      Array.from(
        { length: depth },
        (_, at) => `--${at}x\r\nContent-Type: multipart/mixed; boundary=${at + 1}x\r\n\r\n`,
      );
    const deep = `Content-Type: multipart/mixed; boundary=0x\r\n\r\n${nested(60).join("")}`;
    expect(scan(deep).isLimitReached).toBe(true);
    expect(scan(deep, { maxMimeDepth: 70 }).isLimitReached).toBeUndefined();
    expect(scan(multipart(...Array(5).fill(part("text/plain"))), { maxMimeParts: 4 }).isLimitReached).toBe(true);
  });
});
