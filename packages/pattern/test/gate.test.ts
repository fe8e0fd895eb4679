import { describe, expect, test } from "vitest";
import { compilePattern } from "../src/index.js";

describe("patterns that could be made slow are refused", () => {
  test.each([
    "^(a+)+$",
    "^([a-z]+)*@x$",
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
    expect(compilePattern(text)).toMatchObject({ ok: false, code: "ambiguous" });
  });
});

describe("patterns whose work is linear are taken", () => {
  test.each([
    "^([^@+]*)(\\+[^@]*)?@example\\.com$",
    "^(.*)$",
    "^(.*)@example\\.com",
    "^([^@]+)@(?:[a-z0-9]+\\.)*example\\.com$",
    "^(?:[a-z0-9]{1,20}\\.){1,8}com$",
    "(.*)@example\\.(com|org)$",
    "@(example\\.com|example\\.org)$",
    "^(?!bob)([a-z]+)@",
    "(?<!sub\\.)example\\.com$",
    "^.{64,}@",
    "^(.+)@(.+)$",
    "(.*)@(.*)",
    "\\+.*$",
  ])("%s", (text) => {
    expect(compilePattern(text, { caseless: true, dotAll: true })).toMatchObject({ ok: true });
  });
});

describe("what JavaScript would match differently is refused by name", () => {
  test.each([
    ["(.)\\1", 3, "a back reference"],
    ["a(?R)?b", 1, "a recursion or subroutine call"],
    ["(a)?(?(1)b)", 4, "a conditional group"],
    ["(?>a)", 0, "an atomic group"],
    ["a\\Kb", 1, "\\K"],
    ["a\\R", 1, "\\R"],
    ["\\p{L}", 0, "\\p{L}"],
    ["x[\\pL]", 1, "\\pL in a class"],
    ["a(*PRUNE)b", 1, "(*PRUNE)"],
    ["(*CRLF)^a", 0, "(*CRLF)"],
    ["a++", 0, "a possessive quantifier"],
    ["(a?)*", 0, "a repeated item that can be empty"],
    ["(?:(a)|b)*", 0, "a group that captures in some turns of a repeat"],
    ["(?=(a))", 0, "a group that captures in a lookaround"],
    ["(?|(a)|(b))", 0, "a branch reset (?|"],
    ["(?=a)b?a", 0, "a leading lookahead before an optional item"],
  ])("%s", (text, offset, what) => {
    expect(compilePattern(text)).toEqual({
      ok: false,
      code: "unsupported",
      offset,
      message: `${what} needs the pattern machine`,
    });
  });

  test("a pattern of 100 kB is taken or refused, quickly enough to say so", () => {
    expect(compilePattern("(?:ab|c)".repeat(12_500))).toMatchObject({ ok: false, code: "too-large" });
    expect(compilePattern(`^${"(?:a".repeat(200)}${"){1,}".repeat(200)}`)).toMatchObject({ ok: false });
    expect(compilePattern(`^${"a?".repeat(1950)}b`)).toMatchObject({ ok: false });
    expect(compilePattern("x{60000}")).toMatchObject({ ok: false, code: "too-large" });
  });
});
