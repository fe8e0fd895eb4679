import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyCharacter } from "../../../../test/support/any-character.js";
import { decodePunycode, encodePunycode } from "../../src/domain/punycode.js";
import { isFullyQualified, isHostName, isSameDomain, parseDomain } from "../../src/index.js";

describe("parseDomain", () => {
  it.each([
    ["example.com", "example.com", false],
    ["EXAMPLE.Com", "example.com", false],
    ["localhost", "localhost", false],
    ["a_b.example", "a_b.example", false],
    ["a.1", "a.1", false],
    ["123.test", "123.test", false],
    ["example.com.", "example.com", true],
    ["bücher.example", "xn--bcher-kva.example", false],
    ["BÜCHER.example", "xn--bcher-kva.example", false],
    ["bu\u0308cher.example", "xn--bcher-kva.example", false],
    ["xn--bcher-kva.example", "xn--bcher-kva.example", false],
    ["XN--BCHER-KVA.example", "xn--bcher-kva.example", false],
    ["straße.test", "xn--strae-oqa.test", false],
    ["例子.example", "xn--fsqu00a.example", false],
    ["σας.example", "xn--mxa8ab.example", false],
    ["ΣΑΣ.example", "xn--mxa9ab.example", false],
    ["ｅxample.com", "example.com", true],
    ["example。com", "example.com", true],
    ["example．com", "example.com", true],
    ["example｡com", "example.com", true],
    ["exa\u00admple.com", "example.com", true],
    ["exa\u200bmple.com", "example.com", true],
    ["ﬁrm.example", "firm.example", true],
    ["１.example", "1.example", true],
    [`${"a".repeat(63)}.example`, `${"a".repeat(63)}.example`, false],
  ])("reads %j as %s", (text, ascii, altered) => {
    expect(parseDomain(text)).toEqual({ kind: "name", ascii, text, altered });
  });

  it.each([
    ["[192.0.2.1]", "[192.0.2.1]"],
    ["[0.0.0.0]", "[0.0.0.0]"],
    ["[IPv6:2001:DB8::1]", "[ipv6:2001:db8::1]"],
    ["[ipv6:::ffff:192.0.2.1]", "[ipv6:::ffff:192.0.2.1]"],
  ])("reads the literal %s", (text, ascii) => {
    expect(parseDomain(text)).toEqual({ kind: "literal", ascii, text });
  });

  it.each([
    ".",
    "..",
    ".example.com",
    "example..com",
    "example.com..",
    "-a.example",
    "a-.example",
    "1.2",
    "123.456",
    "192.0.2.1",
    "１.２",
    "a b.example",
    " example.com",
    "example.com ",
    "exam\tple.com",
    "exam\0ple.com",
    "a/b.example",
    "a%41.example",
    "é%41.example",
    "é/x.example",
    "é@x.example",
    "a℀.example", // U+2100 maps to "a/c"
    "\ud800.example",
    "xn--a.example",
    "xn--.example",
    "xn--bcher-kv.example",
    "xn--ss-xya-.example",
    `${"a".repeat(64)}.example`,
    `${"a.".repeat(127)}example`,
    "é".repeat(64),
    "[]",
    "[192.0.2.1",
    "[192.0.2]",
    "[192.0.2.256]",
    "[192.0.2.1].",
    "[0.1.2.3]",
    "[2001:db8::1]",
    "[IPv6:192.0.2.1]",
    "[IPv6::::]",
    "[IPv6:1:2]",
    "[x]",
    "[[192.0.2.1]]",
  ])("refuses %j", (text) => {
    expect(parseDomain(text)).toMatchObject({ kind: "invalid", text });
  });

  it("takes no text for no domain", () => {
    expect(parseDomain("")).toEqual({ kind: "none", ascii: "", text: "" });
  });

  it("reads its own canonical form as itself", () => {
    fc.assert(
      fc.property(fc.oneof(fc.domain(), fc.string({ unit: "grapheme" }), fc.string({ unit: anyCharacter })), (text) => {
        const domain = parseDomain(text);
        if (domain.kind === "name" || domain.kind === "literal") {
          expect(parseDomain(domain.ascii)).toMatchObject({ kind: domain.kind, ascii: domain.ascii });
          expect(isSameDomain(domain, parseDomain(domain.ascii))).toBe(true);
        }
        if (domain.kind === "name") expect(isHostName(domain.ascii)).toBe(true);
      }),
    );
  });

  it("neither throws nor lingers over text of 64 KiB", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: anyCharacter, minLength: 1, maxLength: 8 }),
        fc.constantFrom("", ".", "。"),
        (part, dot) => {
          expect(parseDomain((part + dot).repeat(8192)).kind).toBe("invalid");
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("isSameDomain", () => {
  it.each([
    ["example.com", "EXAMPLE.com", true],
    ["bücher.example", "xn--bcher-kva.example", true],
    ["straße.test", "strasse.test", false],
    ["[192.0.2.1]", "[192.0.2.1]", true],
    ["", "", false],
    ["a..b", "a..b", false],
  ])("of %j and %j is %s", (a, b, expected) => {
    expect(isSameDomain(parseDomain(a), parseDomain(b))).toBe(expected);
  });
});

describe("isFullyQualified", () => {
  it.each([
    ["example.com", true],
    ["localhost", false],
    ["localhost.", false],
    ["example.com.", true],
    ["[192.0.2.1]", false],
    ["", false],
    ["a..b", false],
  ])("of %j is %s", (text, expected) => {
    expect(isFullyQualified(parseDomain(text))).toBe(expected);
  });
});

describe("decodePunycode", () => {
  // RFC 3492 section 7.1 and the like.
  it.each([
    ["bcher-kva", "bücher"],
    ["fsqu00a", "例子"],
    ["ihqwcrb4cv8a8dqg056pqjye", "他们为什么不说中文"],
    ["3b-ww4c5e180e575a65lsy2b", "3年b組金八先生"],
    ["egbpdaj6bu4bxfgehfvwxn", "ليهمابتكلموشعربي؟"],
    ["", ""],
    ["-", undefined],
    ["a-b!", undefined],
    ["99999999", undefined],
  ])("of %j is %j", (encoded, expected) => {
    expect(decodePunycode(encoded)).toBe(expected);
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."abcz0189-"), maxLength: 80 }), (encoded) => {
        expect(["string", "undefined"]).toContain(typeof decodePunycode(encoded));
      }),
    );
  });
});

describe("encodePunycode", () => {
  it.each([
    ["bücher", "bcher-kva"],
    ["例子", "fsqu00a"],
    ["3年b組金八先生", "3b-ww4c5e180e575a65lsy2b"],
    ["", ""],
    ["abc", "abc-"],
    ["\u{10ffff}", "dn32g"],
  ])("of %j is %j", (text, encoded) => {
    expect(encodePunycode(text)).toBe(encoded);
  });

  it("is undone by decodePunycode", () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 40 }), (text) => {
        fc.pre(text !== "" && text === text.toLowerCase());
        expect(decodePunycode(encodePunycode(text))).toBe(text);
      }),
    );
  });
});
