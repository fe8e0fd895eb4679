import { describe, expect, test } from "vitest";
import { compilePattern, parsePattern } from "../src/index.js";

// Messages and offsets as libpcre2 10.42 gives them.
describe("what PCRE2 rejects is a fault in its words, at its offset", () => {
  test.each([
    ["(", 1, "missing closing parenthesis"],
    [")", 0, "unmatched closing parenthesis"],
    ["[", 1, "missing terminating ] for character class"],
    ["[]", 2, "missing terminating ] for character class"],
    ["*", 0, "quantifier does not follow a repeatable item"],
    ["^*", 1, "quantifier does not follow a repeatable item"],
    ["a**", 2, "quantifier does not follow a repeatable item"],
    ["a{2}{3}", 6, "quantifier does not follow a repeatable item"],
    ["(?i)*", 4, "quantifier does not follow a repeatable item"],
    ["x{2,1}", 5, "numbers out of order in {} quantifier"],
    ["a{65536}", 7, "number too big in {} quantifier"],
    ["[z-a]", 3, "range out of order in character class"],
    ["[a-\\d]", 5, "invalid range in character class"],
    ["[[:alpha:]-z]", 10, "invalid range in character class"],
    ["[[:foo:]]", 3, "unknown POSIX class name"],
    ["[:alpha:]", 0, "POSIX named classes are supported only within a class"],
    ["[\\R]", 2, "escape sequence is invalid in character class"],
    ["\\", 1, "\\ at end of pattern"],
    ["\\y", 1, "unrecognized character follows \\"],
    ["\\u0041", 2, "PCRE2 does not support \\F, \\L, \\l, \\N{name}, \\U, or \\u"],
    ["\\x{100}", 6, "character code point value in \\x{} or \\o{} is too large"],
    ["\\400", 4, "octal value is greater than \\377 in 8-bit non-UTF-8 mode"],
    ["(?z)", 2, "unrecognized character after (? or (?-"],
    ["(?<n", 4, "syntax error in subpattern name (missing terminator?)"],
    ["(?<1a>x)", 3, "subpattern name must start with a non-digit"],
    ["(?<a>x)(?<a>y)", 12, "two named subpatterns have the same name (PCRE2_DUPNAMES not set)"],
    ["(?|(?<a>x)|(?<b>y))", 16, "different names for subpatterns of the same number are not allowed"],
    ["\\2(a)", 1, "reference to non-existent subpattern"],
    ["\\k<a>", 3, "reference to non-existent subpattern"],
    ["(?(1)a|b|c)", 2, "reference to non-existent subpattern"],
    ["()(?(1)a|b|c)", 2, "conditional subpattern contains more than two branches"],
    ["x(?<=a+)y", 1, "lookbehind assertion is not fixed length"],
    ["(?<=(a|bc))", 0, "lookbehind assertion is not fixed length"],
    ["(?=a\\K)", 7, "\\K is not allowed in lookarounds (but see PCRE2_EXTRA_ALLOW_LOOKAROUND_BSK)"],
    ["(?(0)a)", 4, "reference to non-existent subpattern"],
    [
      `(?<=(?1))${Array.from({ length: 20_000 }, (_, i) => `((?${i + 2}))`).join("")}(a)`,
      0,
      "lookbehind is too complicated",
    ],
    ["(\\2)((?=(?<=\\1)))", 8, "lookbehind assertion is not fixed length"],
    ["(\\2)((?(?<=\\1))&)", 7, "lookbehind assertion is not fixed length"],
    ["(?<=(?:(?=.))?)", 0, "lookbehind assertion is not fixed length"],
    ["(*UTF)(?<=\\C)", 6, "\\C is not allowed in a lookbehind assertion in UTF-8 mode"],
    ["(*naplb:a+)", 4, "lookbehind assertion is not fixed length"],
    ["\\p{Foo}", 7, "unknown property after \\P or \\p"],
    ["[\\p{sc:Lu}]", 10, "unknown property after \\P or \\p"],
    ["\\p{Kawi}", 8, "unknown property after \\P or \\p"],
    ["\\p{L", 4, "malformed \\P or \\p sequence"],
    ["[a-\\p{L}]", 5, "invalid range in character class"],
    ["^(a)\\g{0}", 9, "reference to non-existent subpattern"],
    ["^(a)\\g-2", 8, "reference to non-existent subpattern"],
    ["\\81100", 6, "subpattern number is too big"],
    ["(?(R80000))", 8, "subpattern number is too big"],
    ["\\N{3,1}", 2, "numbers out of order in {} quantifier"],
    ["(?(*atomic:a))", 10, "assertion expected after (?( or (?(?C)"],
    ["(?(*napla:a)b)", 9, "atomic assertion expected after (?( or (?(?C)"],
    ["(?(?C1)(?C2)(?=a)b)", 7, "assertion expected after (?( or (?(?C)"],
    ["(?(VERSION=](a))", 11, "syntax error or number too big in (?(VERSION condition"],
    ["()(?(1)a|b|c)x", 2, "conditional subpattern contains more than two branches"],
    ["(?<ab>)xx(?(<ab>)a|b|c)", 13, "conditional subpattern contains more than two branches"],
    ["(*LIMIT_MATCH=)a", 14, "(*VERB) not recognized or malformed"],
    ["[^\\E", 4, "\\ at end of pattern"],
    ["(?'abcdefghijklmnopqrstuvwxyzabcdefgh'a)", 37, "subpattern name is too long (maximum 32 code units)"],
    ["(*FOO)", 5, "(*VERB) not recognized or malformed"],
    ["(*foo:a)", 5, "(*alpha_assertion) not recognized"],
    [`${"(".repeat(251)}`, 251, "parentheses are too deeply nested"],
    ["(".repeat(10_000), 251, "parentheses are too deeply nested"],
  ])("%s", (text, offset, message) => {
    expect(parsePattern(text)).toEqual({ ok: false, code: "syntax", offset, message });
  });
});

describe("what PCRE2 accepts has a tree", () => {
  test.each([
    ["a{", 0],
    ["a{,2}", 0],
    ["[]a]", 0],
    ["[a\\Q-\\Ec]", 0],
    ["a\\Q\\E*", 0],
    ["a(?#c)*", 0],
    ["(?<=a|bc)", 0],
    ["(?|(a)|(b)(c))(d)", 3],
    ["(?n)(a)(?<b>c)", 1],
    ["(?(DEFINE)(?<q>a))(?&q)", 1],
    ["(?(VERSION>=10.4)a|b)", 0],
    ["(?P<n>a)(?P=n)\\k{n}\\g{n}\\g{-1}(?P>n)", 1],
    ["(*UTF)(*UCP)(*LIMIT_MATCH=5)a", 0],
    ["\\p{L}\\X\\R\\C(?C1)(*ACCEPT)*", 0],
    ["(?(?C1)\\Q\\E(?=a)b|c)", 0],
    ["(?(?#x)(?C'y')(?#z)(?=a)b|c)", 0],
    ["\\p{Script_Extensions = greek}\\p{bc=AL}\\p{^ Lowercase}[\\p{Latn}]\\p{ old-persian }", 0],
    ["(?(?=a)b|c)(*pla:a)(*atomic:b)", 0],
    [`${"(".repeat(250)}${")".repeat(250)}`, 250],
  ])("%s", (text, captureCount) => {
    expect(parsePattern(text)).toMatchObject({ ok: true, pattern: { captureCount } });
  });
});

describe("the grammar of 10.43 is a setting", () => {
  const found = (text: string, version: "10.42" | "10.43", subject: string): unknown => {
    const compiled = compilePattern(text, { version });
    return compiled.ok ? compiled.matcher.test(subject) : compiled.code;
  };

  test.each([
    ["^a{,2}$", "a{,2}", true, false],
    ["^a{,2}$", "aa", false, true],
    ["^a{ 1, 2 }$", "aa", false, true],
    ["^a{,}$", "a{,}", true, true],
    ["^(a)\\g{ 1 }", "aa", "syntax", true],
    ["^(?<n>a)\\k{ n }\\x{ 41 }", "aaA", "syntax", true],
    ["b(?<=a+b)", "aab", "syntax", "unsupported"],
    ["(?[a])", "a", "syntax", "unsupported"],
    ["(*scan_substring:(1)a)", "a", "syntax", "unsupported"],
    ["(?a:\\d)", "1", "syntax", "unsupported"],
    ["a(?R)?b", "ab", true, "unsupported"],
    ["a**", "a", "syntax", "syntax"],
  ])("%s on %s", (text, subject, older, newer) => {
    expect([found(text, "10.42", subject), found(text, "10.43", subject)]).toEqual([older, newer]);
  });

  test.each([
    ["xa{,2}", 2, "{,n} or a blank in braces"],
    ["a(?R)?b", 1, "a call of a group with groups in it"],
    ["(?(VERSION>=10.4)a)", 12, "a test of the version"],
    ["a{2}(b)(?1){,}", undefined, undefined],
  ])("what depends on it is told: %s", (text, at, what) => {
    const parsed = parsePattern(text);
    expect(parsed.ok && parsed.pattern.versionDependent).toEqual(at === undefined ? undefined : { at, what });
  });
});

describe("matches are PCRE2's", () => {
  test.each([
    ["(?x)a\x85b", "ab", ["ab"]],
    ["a\\Qb.c\\Ed", "ab.cd", ["ab.cd"]],
    ["^[\\E^a]", "b", ["b"]],
    ["(?i)[^[:upper:]]", "a", null],
    ["(?i)É", "é", null],
    ["\\h", "\xa0", ["\xa0"]],
    ["com$", "com\n", ["com"]],
    ["com\\z", "com\n", null],
    ["(?m)^b$", "a\nb\n", ["b"]],
    ["(?m)\\n^", "a\n", null],
    ["(?xxx)[a b]", " ", null],
    ["^(a)?(b)?", "b", ["b", undefined, "b"]],
    ["^(?U)a+", "aa", ["a"]],
    ["[[:<:]]b", "a b", ["b"]],
  ])("%j on %j", (text, subject, captures) => {
    const compiled = compilePattern(text);
    const found = compiled.ok ? compiled.matcher.match(subject) : undefined;
    expect(found === null || found === undefined ? found : [...found]).toEqual(captures);
  });

  test("options are what the flags of a table say", () => {
    const all = { caseless: true, dotAll: true, extended: true, anchored: true, dollarEndOnly: true, ungreedy: true };
    const compiled = compilePattern("B . $", all);
    expect(compiled.ok && compiled.matcher.test("b\n")).toBe(true);
    expect(compiled.ok && compiled.matcher.test("ab\n")).toBe(false);
    expect(compiled.ok && compiled.matcher.test("bc\n")).toBe(false);
  });
});
