import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyCharacter } from "../../../../test/support/any-character.js";
import { fold } from "../../src/index.js";

describe("fold", () => {
  // CaseFolding.txt, status C and F; checked once for every code point against Python's str.casefold.
  it.each([
    ["Alice@Example.COM", "alice@example.com"],
    ["straße", "strasse"],
    ["STRAẞE", "strasse"],
    ["ΣΑΣ", "σασ"],
    ["ς", "σ"],
    ["ſ", "s"],
    ["K", "k"], // U+212A KELVIN SIGN
    ["Å", "å"], // U+212B ANGSTROM SIGN
    ["İ", "i̇"],
    ["ı", "ı"],
    ["ŉ", "ʼn"],
    ["\u01f0", "j\u030c"],
    ["ﬀ", "ff"],
    ["ﬃ", "ffi"],
    ["ᾳ", "αι"],
    ["ᾼ", "αι"],
    ["և", "եւ"],
    ["µ", "μ"],
    ["\u0345", "ι"],
    ["Ꭰ", "Ꭰ"],
    ["ꭰ", "Ꭰ"],
    ["ᏸ", "Ᏸ"],
    ["Ა", "ა"],
    ["𐐀", "𐐨"],
    ["Ｅ", "ｅ"],
    ["例子", "例子"],
    ["\ud800X", "\ud800x"],
    ["", ""],
  ])("of %j is %j", (text, expected) => {
    expect(fold(text)).toBe(expected);
  });

  it("is idempotent, and joins over concatenation", () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), fc.string({ unit: anyCharacter }), (a, b) => {
        expect(fold(fold(a))).toBe(fold(a));
        expect(fold(a) + fold(b)).toBe(fold(a + b));
      }),
    );
  });

  it("makes text in capitals and in small letters one", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(fold(text.toUpperCase())).toBe(fold(text.toLowerCase()));
      }),
    );
  });
});
