import { describe, expect, test } from "vitest";
import { isBlank, latin1, utf8 } from "../../src/headers/octets.js";

describe("text as UTF-8", () => {
  test.each([
    ["", []],
    ["a\x7f", [0x61, 0x7f]],
    ["a\x80", [0x61, 0xc2, 0x80]],
    ["é𝒜", [0xc3, 0xa9, 0xf0, 0x9d, 0x92, 0x9c]],
    ["\ufeffa", [0xef, 0xbb, 0xbf, 0x61]],
    ["a\udc80b", [0x61, 0x80, 0x62]],
    ["é\udcff\udce9𝒜", [0xc3, 0xa9, 0xff, 0xe9, 0xf0, 0x9d, 0x92, 0x9c]],
    ["\udc7f\udd00", [0xff, 0xff]],
    ["\ud800\udfff\udfff", [0xf0, 0x90, 0x8f, 0xbf, 0xff]],
    ["\ud7ff\ud800\ue000", [0xed, 0x9f, 0xbf, 0xff, 0xee, 0x80, 0x80]],
  ])("%j", (text, octets) => {
    expect([...utf8(text)]).toEqual(octets);
  });
});

test("octets are text from where to where is asked, and no further than they go", () => {
  const octets = Uint8Array.of(0x61, 0x00, 0xff, 0x62);
  expect(latin1(octets)).toBe("a\0\xffb");
  expect(latin1(octets, 1)).toBe("\0\xffb");
  expect(latin1(octets, 1, 3)).toBe("\0\xff");
  expect(latin1(octets, 2, 9)).toBe("\xffb");
  expect(latin1(octets, 2, 2)).toBe("");
  expect(latin1(octets, 3, 1)).toBe("");
});

test("space and tab are blanks, and nothing else is", () => {
  const blanks = Array.from({ length: 256 }, (_, octet) => octet).filter(isBlank);
  expect(blanks).toEqual([0x09, 0x20]);
  expect(isBlank(undefined)).toBe(false);
});
