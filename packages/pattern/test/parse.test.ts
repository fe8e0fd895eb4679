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
    ["(?(?=a)b|c)(*pla:a)(*atomic:b)", 0],
    [`${"(".repeat(250)}${")".repeat(250)}`, 250],
  ])("%s", (text, captureCount) => {
    expect(parsePattern(text)).toMatchObject({ ok: true, pattern: { captureCount } });
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
