import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePosix, parsePosix } from "../../src/posix/index.js";

const LONG = 4096;

function matcherOf(pattern: string, groups?: number) {
  const compiled = compilePosix(pattern, groups === undefined ? {} : { groups });
  if (!compiled.ok) throw new Error(compiled.message);
  return compiled.matcher;
}

describe("work is bounded", () => {
  test.each(["(a*)*(a*)*b", "(a+)+b", "(a|aa)+b", "(a|a)*b", "(.*)(.*)(.*)b", "([a-z]+)*b"])(
    "%s on a long subject without a match, within the limit",
    (pattern) => {
      expect(matcherOf(pattern).test("a".repeat(LONG))).toBe(false);
      expect(matcherOf(pattern).match("a".repeat(LONG))).toBe(null);
    },
  );

  test.each(["^(.*)(.*)\\1\\2c$", "(.*)\\1(.*)\\2b"])("%s ends at the step limit, which is no answer", (pattern) => {
    const matcher = matcherOf(pattern);
    expect(matcher.test("ab".repeat(LONG / 2))).toBe("match-limit");
    expect(matcher.match("ab".repeat(LONG / 2))).toBe("match-limit");
  });

  test("a back reference that leaves one way is followed on a long subject", () => {
    const half = "ab".repeat(LONG / 4 - 1);
    expect(matcherOf("^(.*)@\\1$").match(`${half}@${half}`)).toEqual([`${half}@${half}`, half]);
  });
});

describe("what glibc matches in its own way, or this package not at all, is refused", () => {
  test.each<[string, string, number]>([
    ["an anchor in a counted repeat", "(^a){2}", 0],
    ["a reference to a group in a repeat", "(a)*\\1", 0],
    ["a reference beside a result without its group", "(a)(b)\\2", 1],
    ["a repeated reference where groups are asked for", "(a)\\1*", 1],
  ])("%s", (_name, pattern, groups) => {
    expect(compilePosix(pattern, { groups })).toMatchObject({ ok: false, code: "unsupported" });
  });

  test.each([
    ["groups nested too deep", `${"(".repeat(300)}a${")".repeat(300)}`],
    ["a repeat of many states", "((a?){60}b?){90}"],
    ["a great count", "(a*)*a{9999}"],
  ])("%s", (_name, pattern) => {
    expect(compilePosix(pattern)).toMatchObject({ ok: false, code: "too-large" });
  });
});

describe("nothing throws", () => {
  const piece = fc.constantFrom(
    ..."ab1,{}()[]^$*+?|\\.-:=\xe9\n",
    "[[:alpha:]]",
    "[[.",
    "{1,2}",
    "\\1",
    "\\(",
    "\\)",
    "\\{",
    "\\<",
  );
  const pattern = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(""));
  const options = fc.record({ extended: fc.boolean(), caseless: fc.boolean(), newlineSensitive: fc.boolean() });

  test("of any pattern, and the groups asked for are in any match", () => {
    fc.assert(
      fc.property(pattern, options, fc.string({ unit: "binary-ascii", maxLength: 20 }), (source, how, subject) => {
        const compiled = compilePosix(source, how);
        if (!compiled.ok) {
          expect(compiled.message).not.toBe("");
          return;
        }
        const text = subject.replaceAll("\0", "");
        const found = compiled.matcher.match(text);
        if (Array.isArray(found)) {
          expect(found).toHaveLength(compiled.matcher.pattern.captureCount + 1);
          expect(text).toContain(found[0]);
        }
      }),
    );
  });

  test("of long patterns", () => {
    for (const part of ["a", "(", "a{1,", "[", "[[:", "\\", "a|", "(a)", "a*", "^", "\\b", "(a|b)*", "()"]) {
      const parsed = parsePosix(part.repeat(200_000));
      expect([part, typeof parsed.ok]).toEqual([part, "boolean"]);
      compilePosix(part.repeat(20_000));
    }
  });
});
