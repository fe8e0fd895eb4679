import { compilePattern, type Matcher } from "@fromguard/pattern";
import { compilePosix } from "@fromguard/pattern/posix";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileLiteral } from "../../../src/table/index/literal-matcher.js";
import { requiredLiterals } from "../../../src/table/index/required-literals.js";
import { type Candidates, indexRules } from "../../../src/table/index/rule-index.js";

function compiled(source: string, options: { readonly caseless?: boolean; readonly anchored?: boolean } = {}): Matcher {
  const result = compilePattern(source, { caseless: true, dotAll: true, ...options });
  if (!result.ok) throw new Error(`${source}: ${result.message}`);
  return result.matcher;
}

describe("required literals", () => {
  it.each([
    ["@example\\.com$", "end @example.com, which suffices"],
    ["@(a|b)\\.org$", "end @a.org @b.org, which suffices"],
    ["(?-i:@a)$", "end @a"],
    ["\\b@a$", "end @a"],
    ["@Example\\.COM\\z", "end @example.com, which suffices"],
    ["^user@", "start user@, which suffices"],
    ["^user@example\\.com$", "end user@example.com"],
    ["^(.*)@example\\.com$", "end @example.com"],
    ["^(alice|bob)@(a|b)\\.org$", "end alice@a.org bob@a.org alice@b.org bob@b.org"],
    ["^a.*b$|^c$", "end b c"],
    ["^abc.?d*$", "start abc"],
    ["x(?:y|z){2}$", "end y z"],
    ["^a+b", "start a"],
    ["(?=.*q)^a", undefined],
    ["(?>ab$)", "end ab"],
    ["a$b", undefined],
    ["@example\\.com", undefined],
    ["a?$", undefined],
    ["(?:ab|)$", undefined],
    ["(?m)a$", undefined],
    ["a(*ACCEPT)b$", undefined],
    ["(*UTF)k$", undefined],
    ["[ab]c$", "end c"],
    ["\\xC9$", "end \xe9"],
  ])("%s needs %s", (source, expected) => {
    const needs = requiredLiterals(compiled(source).pattern);
    expect(needs && `${needs.at} ${needs.texts.join(" ")}${needs.suffices ? ", which suffices" : ""}`).toBe(expected);
  });
});

const pieces = fc.constantFrom(
  "a",
  "b",
  "@",
  "\\.",
  "K",
  "É",
  "s",
  ".",
  ".*",
  "[ab]",
  "[^a]",
  "(a|b@)",
  "(?:ab)?",
  "b+",
  "(?=a)",
  "(?!b)",
  "\\b",
  "(?i:A)",
  "(?-i:a)",
  "a|",
  "|b",
  "$|",
  "|^",
);
const source = fc
  .tuple(fc.constantFrom("", "^", "(^", "^("), fc.array(pieces, { maxLength: 5 }), fc.constantFrom("", "$", "\\z", "$"))
  .map(([start, inner, end]) => `${start}${inner.join("")}${start.includes("(") ? ")" : ""}${end}`)
  // The few that are refused are no rules of a table.
  .filter((text) => compilePattern(text).ok);
const options = fc.record({ caseless: fc.boolean(), anchored: fc.boolean() });
const subject = fc.string({
  unit: fc.constantFrom("a", "A", "b", "@", ".", "k", "S", "\xc3", "\x89", "\xe3", "\n"),
  maxLength: 7,
});

interface Written {
  readonly kind: "rule" | "if" | "endif";
  readonly negated: boolean;
  readonly canFail: boolean;
  readonly matcher: Matcher;
}

const written: fc.Arbitrary<Written> = fc
  .record({
    kind: fc.constantFrom("rule", "rule", "rule", "if", "endif"),
    negated: fc.nat(5).map((n) => n === 0),
    canFail: fc.nat(9).map((n) => n === 0),
    source,
    options,
  })
  .map(({ source, options, kind, ...rest }) => ({
    ...rest,
    kind: kind as Written["kind"],
    matcher: compiled(source, options),
  }));

interface Rule extends Written {
  skipTo: number;
}

function rulesOf(lines: readonly Written[]): readonly Rule[] {
  const rules: Rule[] = [];
  const open: Rule[] = [];
  for (const line of lines) {
    if (line.kind === "endif") {
      const closed = open.pop();
      if (closed !== undefined) closed.skipTo = rules.length;
      continue;
    }
    const rule = { ...line, skipTo: 0 };
    rules.push(rule);
    if (line.kind === "if") open.push(rule);
  }
  for (const rule of open) rule.skipTo = rules.length;
  return rules;
}

/** Which rule answers, and which of those that can fail were asked on the way. */
function answer(rules: readonly Rule[], octets: string, candidates: Candidates): string {
  const asked: number[] = [];
  for (let i = candidates.next(0); i < rules.length; i = candidates.next(i + 1)) {
    const rule = rules[i];
    if (rule === undefined) break;
    if (rule.canFail) asked.push(i);
    if (!candidates.isSure && (rule.matcher.test(octets) === true) === rule.negated) {
      if (rule.kind === "if") i = rule.skipTo - 1;
    } else if (rule.kind === "rule") return `${i}, asked ${asked}`;
  }
  return `none, asked ${asked}`;
}

describe("laws", () => {
  it("an index changes no answer, and asks every rule that can fail", () => {
    fc.assert(
      fc.property(
        fc.array(written, { minLength: 10, maxLength: 40 }),
        fc.array(subject, { minLength: 20, maxLength: 40 }),
        (lines, subjects) => {
          const rules = rulesOf(lines);
          const index = indexRules(
            rules.map(({ matcher, negated, canFail, kind, skipTo }) => ({
              needs: negated ? undefined : requiredLiterals(matcher.pattern),
              canFail,
              skipTo: kind === "if" ? skipTo : undefined,
            })),
          );
          for (const octets of subjects) {
            const candidates = index(octets);
            const expected = answer(rules, octets, { next: (from) => from, isSure: false });
            expect(answer(rules, octets, candidates)).toBe(expected);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  it("what is matched as text is matched as by the expression", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "B", "@", "1", "\\."), maxLength: 3 });
    const literal = fc
      .tuple(fc.constantFrom("", "^"), text, fc.constantFrom("", "$", "\\z"))
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(
        fc.oneof(literal, source),
        options,
        fc.array(subject, { minLength: 20 }),
        (source, options, subjects) => {
          const matcher = compiled(source, options);
          const quick = compileLiteral(matcher.pattern)?.kept;
          for (const octets of quick === undefined ? [] : subjects)
            expect(quick?.test(octets)).toBe(matcher.test(octets));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("and so it is in a POSIX pattern, beside newlines too", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "B", "@", "1", "\\.", "\n"), maxLength: 3 });
    const literal = fc
      .tuple(fc.constantFrom("", "^", "\\`"), text, fc.constantFrom("", "$", "\\'"))
      .map((parts) => parts.join(""));
    const octets = fc.string({ unit: fc.constantFrom("a", "A", "b", "B", "@", "1", ".", "\n"), maxLength: 6 });
    fc.assert(
      fc.property(literal, fc.boolean(), fc.array(octets, { minLength: 20 }), (source, newlineSensitive, subjects) => {
        const compiled = compilePosix(source, { caseless: true, newlineSensitive });
        if (!compiled.ok) throw new Error(compiled.message);
        const quick = compileLiteral(compiled.matcher.pattern)?.kept;
        for (const one of quick === undefined ? [] : subjects)
          expect([source, one, quick?.test(one)]).toEqual([source, one, compiled.matcher.test(one)]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("work", () => {
  it("a key of one domain among many asks one rule", () => {
    const needs = (i: number) => ({ at: "end" as const, texts: [`@domain${i}.example`], suffices: true });
    const index = indexRules(
      Array.from({ length: 1000 }, (_, i) => ({ needs: needs(i), canFail: false, skipTo: undefined })),
    );
    const candidates = index("Somebody@DOMAIN123.example");
    expect([candidates.next(0), candidates.next(124)]).toEqual([123, 1000]);
  });

  it("rules in an if need what the if needs, and the if comes first", () => {
    const needs = { at: "end" as const, texts: ["@a.example"], suffices: true };
    const block = (at: number) => [
      { needs, canFail: false, skipTo: at + 2 },
      { needs: undefined, canFail: false, skipTo: undefined },
    ];
    const index = indexRules(Array.from({ length: 8 }, (_, i) => block(2 * i)).flat());
    expect(index("x@b.example").next(0)).toBe(16);
    const candidates = index("x@a.example");
    expect([candidates.next(0), candidates.next(1), candidates.next(2)]).toEqual([0, 1, 2]);
  });
});
