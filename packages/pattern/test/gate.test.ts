import { describe, expect, test } from "vitest";
import { compilePattern } from "../src/index.js";

describe("patterns with which the JavaScript engine might be made slow go to the machine", () => {
  test.each([
    "^(a+)+$",
    "^([a-z]+)*@x$",
    "^([^@]+)@(?:[a-z0-9]+\\.)*example\\.com$",
    "^(a|a)*b$",
    "^(a|ab|b)*c$",
    "^a*a*b$",
    "^(.*)@(.*)\\.com$",
    "^(.*)@([^\\n]*)$",
    "^(.*)@(.*)\\b$",
    "[a-z]+@example\\.com$",
    "\\s*#\\s*",
    "^(?=.*a.*a.*b)c",
    "^(?:(?=.*x)a)*b",
    "^(?:a{1,30}){1,30}b$",
    "^(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)b",
  ])("%s", (text) => {
    expect(compilePattern(text)).toMatchObject({ ok: true, matcher: { engine: "machine" } });
  });
});

describe("patterns whose work is linear go to the JavaScript engine", () => {
  test.each([
    "^([^@+]*)(\\+[^@]*)?@example\\.com$",
    "^(.*)$",
    "^(.*)@example\\.com",
    "(.*)@example\\.(com|org)$",
    "@(example\\.com|example\\.org)$",
    "^(?!bob)([a-z]+)@",
    "(?<!sub\\.)example\\.com$",
    "^.{64,}@",
    "^(.+)@(.+)$",
    "(.*)@(.*)",
    "\\+.*$",
  ])("%s", (text) => {
    expect(compilePattern(text, { caseless: true, dotAll: true })).toMatchObject({
      ok: true,
      matcher: { engine: "javascript" },
    });
  });
});

describe("what JavaScript would match differently goes to the machine", () => {
  test.each([
    "(.)\\1",
    "a(?R)?b",
    "(a)?(?(1)b)",
    "(?>a)",
    "a\\Kb",
    "a\\R",
    "a(*PRUNE)b",
    "(*CRLF)^a",
    "(*UTF)a",
    "a++",
    "(a?)*",
    "(?:(a)|b)*",
    "(?=(a))",
    "(?|(a)|(b))",
  ])("%s", (text) => {
    expect(compilePattern(text)).toMatchObject({ ok: true, matcher: { engine: "machine" } });
  });
});

describe("what is not matched as PCRE2 does is refused by name", () => {
  test.each([
    ["(*UCP)a", 0, "(*UCP)"],
    ["(*UTF)\\p{L}", 6, "\\p{L}"],
    ["(*UTF)x[\\pL]", 7, "\\pL in a class"],
    ["(*UTF)\\X", 6, "\\X"],
    ["(*UTF)\\C", 6, "\\C"],
    ["(*UTF)(*sr:a)", 6, "a script run"],
    ["\\p{Greek}", 0, "\\p{Greek}"],
    ["a(*MARK:x)(*SKIP:x)b", 10, "(*SKIP:NAME)"],
    ["(*napla:a(*ACCEPT))b", 0, "a verb in a non-atomic lookaround"],
    ["b(?<=a(*ACCEPT))", 1, "(*ACCEPT) in a lookbehind"],
    ["(a(*ACCEPT)b)?(?1)c", 2, "(*ACCEPT) beside a call"],
    ["(*ACCEPT)a", 0, "(*ACCEPT) or (*COMMIT) before the first octet"],
    ["x?(*COMMIT)ab", 0, "(*ACCEPT) or (*COMMIT) before the first octet"],
    ["\\C*?(*THEN)[b]", 0, "(*THEN) behind a leading repeat"],
    ["^b{0,2}..(?=)(*THEN)[a-c]", 0, "(*THEN) beside a lookaround"],
    ["(?<=(?(?<=a)b]))", 0, "a condition without an alternative in a lookbehind"],
    ["(?=(?R))w|", 0, "a call that can come back to its group without an octet"],
    ["(|(?=a)){0}", 0, "a leading group of alternatives repeated no times"],
    ["^(m|\\1?).", 0, "an optional back reference in an alternative of a group"],
    ["^b*(?>|a)b", 3, "an atomic group that can be empty behind a repeat"],
    ["^b*(?:(|a)?+(?:a|b)a)", 0, "an atomic group that can be empty behind a repeat"],
    ["(?-s).+\\R", 0, "\\R beside a repeat"],
    ["\\R*\\s", 0, "\\R beside a repeat"],
    ["(*CRLF)\\N*?\\R", 0, "\\R beside a repeat"],
    ["(*ANYCRLF)(?m)^\\n", 0, "a CR or LF by name with (*ANY) or (*ANYCRLF)"],
    ["((?<=|.)?)(?<=(?1))", 1, "a lookbehind in a group that another asks for"],
    ["(?=a)b?a", 0, "a leading lookahead before an optional item"],
  ])("%s", (text, offset, what) => {
    expect(compilePattern(text)).toEqual({
      ok: false,
      code: "unsupported",
      offset,
      message: `${what} is not supported`,
    });
  });
});

test("a large pattern compiles and matches", () => {
  for (const [text, subject] of [
    ["(?:ab|c)".repeat(2000), "ab".repeat(2000)],
    [`^${"(?:a".repeat(200)}${"){1,}".repeat(200)}`, "a".repeat(200)],
    [`^${"a?".repeat(1950)}b`, `${"a".repeat(1950)}b`],
    ["x{60000}", "x".repeat(60_000)],
    ["(?:(?:a{2,900}b?){2,30}c?){2,30}", "a".repeat(30)],
  ] as const) {
    const compiled = compilePattern(text);
    expect(compiled.ok && compiled.matcher.test(subject)).toBe(true);
  }
});

test.each(["(?:ab|c)".repeat(12_500), "(?:(?:a{2,900}b?){2,900}c?){2,900}", "(?i:a){65535}", "a".repeat(40_000)])(
  "what PCRE2 finds too large is refused (case %#)",
  (text) => {
    expect(compilePattern(text)).toMatchObject({ ok: false, code: "too-large" });
  },
);
