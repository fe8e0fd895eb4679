import { describe, expect, test } from "vitest";
import { fieldText, foldsOf, octetOffset } from "../../src/headers/field-text.js";

const utf8 = (text: string) => new TextEncoder().encode(text);

/** Values, their text, and the characters of it before which a fold was. */
const VALUES: readonly (readonly [value: string, text: string, folds: readonly number[]])[] = [
  ["", "", []],
  [" a", " a", []],
  [" a\r\n b\r\n\tc", " a b\tc", [2, 4]],
  ["\r\n a", " a", [0]],
  ["a\n b", "a b", [1]],
  ["a\r\n \r\n b", "a  b", [1, 2]],
  ["a\nb", "a\nb", []],
  ["a\r\nb", "a\r\nb", []],
  ["a\rb\r c", "a\rb\r c", []],
  ["a\rb c", "a\rb c", []],
  ["a\r\r\n b", "a\r b", [2]],
  ["a\n\n b", "a\n b", [2]],
  ["a\n\r b\n", "a\n\r b\n", []],
  ["À©€\r\n 𝒜b", "À©€ 𝒜b", [3]],
  ["𝒜\u{100000}\u{10ffff}x", "𝒜\u{100000}\u{10ffff}x", []],
  ["\u{40000}b", "\u{40000}b", []],
  ["\ufeffa\r\n b", "\ufeffa b", [2]],
];

describe.each(VALUES)("the value %j", (value, text, folds) => {
  const octets = utf8(value);

  test("loses its folds and nothing else", () => {
    expect(fieldText(octets)).toBe(text);
  });

  test("had them where it had them", () => {
    expect(foldsOf(octets)).toEqual(folds);
  });

  test("has each character at its octets", () => {
    let index = 0;
    for (const char of text) {
      const at = octetOffset(octets, index);
      expect(new TextDecoder("utf-8", { ignoreBOM: true }).decode(octets.subarray(at, at + utf8(char).length))).toBe(
        char,
      );
      index += char.length;
    }
    expect(octetOffset(octets, index)).toBe(octets.length);
  });
});

test.each([[[0x61, 0xff]], [[0xc3]], [[0xc0, 0xaf]], [[0xed, 0xa0, 0x80]]])("the octets %j are no text", (octets) => {
  expect(fieldText(Uint8Array.from(octets))).toBeUndefined();
});
