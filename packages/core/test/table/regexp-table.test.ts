import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isFromguardError, regexpTable } from "../../src/index.js";

function answer(text: string, key: string): unknown {
  const lookup = regexpTable(text, { file: "map" }).table.lookup(key);
  if (lookup instanceof Promise) throw new TypeError("a table in memory answers at once");
  return lookup.kind === "found" ? lookup.value : lookup.kind === "error" ? `error:${lookup.code}` : undefined;
}

// Each answer is that of postmap -q, Postfix 3.7.11 with glibc 2.36.
describe("a regexp table answers as Postfix does", () => {
  test.each([
    ["the longest match sets the groups", "/^(a|ab)(c|bcd)(d*)@/ $1-$2-$3", "abcd@", "a-bcd-"],
    ["octets, not characters", "/^.{2}$/ two", "é", "two"],
    ["a group that cuts a character is an error", "/^(.)/ $1", "é", "error:result-not-utf8"],
    ["case is ignored unless i is written", "/^Alice@/ x", "aLICE@", "x"],
    ["with i it is not", "/^Alice@/i x", "alice@", undefined],
    ["a letter behind a backslash matches only where case counts", "/^\\al/ x", "al", undefined],
    ["x selects the basic syntax", "/^\\(a\\)+$/x $1", "a+", "a"],
    ["m makes anchors see lines", "/^two$/m x", "one\ntwo", "x"],
    ["both of two patterns must hold", "/@a\\.test$/!/^eve/ x", "bob@a.test", "x"],
    ["the second can be negated twice", "/@a\\.test$/!!/^eve/ x", "bob@a.test", undefined],
    ["a third is result text", "/a/!/b/!/c/ x", "a", "!/c/ x"],
    ["the first can be negated too", "!/@a\\.test$/!/^eve/ x", "bob@b.test", "x"],
  ])("%s", (_name, text, key, expected) => {
    expect(answer(`${text}\n`, key)).toBe(expected);
  });

  test("a lookup that takes too many steps is an error with its line", () => {
    const { table } = regexpTable("/^x/ x\n/^(.*)(.*)\\1\\2c$/ y\n/./ z\n", { file: "map" });
    const lookup = table.lookup("ab".repeat(2000));
    expect(lookup).toMatchObject({ kind: "error", code: "match-limit" });
    if (!(lookup instanceof Promise) && lookup.kind === "error") expect(lookup.evidence()).toMatchObject({ line: 2 });
  });

  test("evidence names the line, the pattern and the groups used", () => {
    const { table } = regexpTable("# map\n/^(.*)@a\\.test$/!/^eve/ $1\n", { file: "map" });
    const lookup = table.lookup("bob@a.test");
    if (lookup instanceof Promise || lookup.kind !== "found") throw new Error("not found");
    expect(lookup.evidence()).toMatchObject({
      source: "regexp:map",
      line: 2,
      pattern: "/^(.*)@a\\.test$/",
      captures: ["bob"],
    });
  });

  test("a pattern that is matched in a way of glibc's own refuses the table, with the line", () => {
    expect(() => regexpTable("/ok/ ok\n/(^a){2}/ x\n", { file: "map" })).toThrowError(
      /map:2: .*an anchor in a counted repeat/,
    );
  });
});

describe("advice on a line", () => {
  const adviceOf = (text: string) =>
    regexpTable(text, { file: "map" }).warnings.flatMap(({ kind, text: what }) => (kind === "advice" ? [what] : []));

  test("a pattern that is not held at its ends", () => {
    expect(adviceOf("/@example\\.com/ bob\n")).toEqual([
      "map:1: not anchored at the end: also matches alice@example.com.evil.org",
    ]);
  });

  test("a result that can be empty", () => {
    expect(adviceOf("/^([^@+]*)@a\\.test$/ $1\n")).toEqual(["map:1: the result can be empty: it is for @a.test"]);
  });

  test("what the second pattern keeps out is not shown", () => {
    expect(adviceOf("/@example\\.com/!/evil/ bob\n")).toEqual([]);
  });
});

test("no text throws but by a refusal, and no key at all", () => {
  const piece = fc.constantFrom(..."/!(a)[b]{1}*|\\1$ix \n", "if ", "endif\n", "/a/ b\n", "!/", "$1", "é");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.string({ unit: "grapheme", maxLength: 12 }), (pieces, key) => {
      try {
        const lookup = regexpTable(pieces.join(""), { file: "map" }).table.lookup(key);
        expect(lookup).toHaveProperty("kind");
      } catch (error) {
        expect(isFromguardError(error)).toBe(true);
      }
    }),
  );
});
