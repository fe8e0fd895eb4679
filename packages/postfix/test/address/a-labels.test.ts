import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyCharacter } from "../../../../test/support/any-character.js";
import { toALabels } from "../../src/address/a-labels.js";

// As recorded of ICU 72 with the options of Postfix.
describe("a name beyond ASCII as A-labels", () => {
  it.each([
    ["BÜCHER.Example", "xn--bcher-kva.example"],
    ["straße.test", "xn--strae-oqa.test"],
    ["bücher。test", "xn--bcher-kva.test"],
    ["bu\u0308cher.test", "xn--bcher-kva.test"],
    ["ﬁ.TEST", "fi.test"],
    ["a\u00adb.ü", "ab.xn--tda"],
    ["≠.test", "xn--1ch.test"],
    ["=\u0338.test", "xn--1ch.test"],
    ["日本.xn--1ch", "xn--wgv71a.xn--1ch"],
    ["ü.xn--fa-hia", "xn--tda.xn--fa-hia"],
    ["ü_.test", "xn--_-dha.test"],
    [`${"ü".repeat(40)}.test`, `xn--td${"a".repeat(40)}.test`],
  ])("%s is %s", (name, ascii) => {
    expect(toALabels(name)).toBe(ascii);
  });

  it.each([
    ["right to left behind left to right", "aאb", "xn--ab-vld"],
    ["digits alone beside right to left", "9ب.test", "xn--9-1mc.test"],
    ["both kinds of Arabic digits", "١۱", "xn--9hb20a"],
    ["a joiner behind nothing that joins", "\u200da.test", "xn--a-tgn.test"],
    ["a joiner alone", "\u200c.test", "xn--0ug.test"],
  ])("%s is not checked", (_, name, ascii) => {
    expect(toALabels(name)).toBe(ascii);
  });

  it.each([
    ["an empty label", "ü..test"],
    ["a label of nothing but what is dropped", "\u00ad.test"],
    ["a dot at the end", "ü.test."],
    ["an ideographic dot at the end", "ü.test。"],
    ["a hyphen first", "-ü.test"],
    ["a hyphen last", "ü-.test"],
    ["hyphens third and fourth", "ab--ü.test"],
    ["hyphens third and fourth in another label", "ab--c.ü"],
    ["a combining mark first", "\u0300a.test"],
    ["a combining mark first behind what is dropped", "\u00ad\u0300a.test"],
    ["a character for private use", "a\ue000.test"],
    ["an unpaired surrogate", "a\ud800.test"],
    ["what maps to a slash", "a\u2100b.test"],
    ["one dot of an ellipsis", "a\u2024ü"],
    ["punctuation of ASCII", "ü!.test"],
    ["an A-label of nothing", "ü.xn--"],
    ["an A-label that is no Punycode", "ü.xn--a"],
    ["an A-label of a capital", "ü.xn--7ba"],
    ["an A-label beyond ASCII", "xn--ü.test"],
    ["64 octets in ASCII", `${"a".repeat(64)}.ü`],
    ["64 octets converted", `${"ü".repeat(58)}.test`],
    ["254 octets", `ü.${"a.".repeat(122)}ab`],
    ["text beyond any name", "ü".repeat(9000)],
  ])("%s is refused", (_, name) => {
    expect(toALabels(name)).toBeUndefined();
  });

  it("never throws, and gives names that are their own A-labels", () => {
    const unit = fc.oneof(
      fc.string({ unit: anyCharacter, minLength: 1, maxLength: 1 }),
      fc.constantFrom(..."aüא.-\u200d\u0300"),
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (name) => {
        const ascii = toALabels(name);
        if (ascii !== undefined) expect(toALabels(ascii)).toBe(ascii);
      }),
      { numRuns: 300 },
    );
  });
});
