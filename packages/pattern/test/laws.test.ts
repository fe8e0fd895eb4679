import fc from "fast-check";
import { expect, test } from "vitest";
import { anyCharacter } from "../../../test/support/any-character.js";
import {
  bytesOf,
  type Captures,
  compilePattern,
  expandTemplate,
  MAX_STEPS,
  parsePattern,
  parseTemplate,
  textOf,
} from "../src/index.js";
import { Machine } from "../src/machine/matcher.js";
import { referenceMatch } from "./reference.js";

const PIECES =
  "a b c . ^ $ * + ? *? +? | ( (?: (?= (?! (?<= (?i) (?-s: ) ) ) ) [ab] [^a] \\b \\B \\w \\d \\n {2} {1,3} {0,2}? @ \\A \\z \\Z \\h a b".split(
    " ",
  );
const pattern = fc.array(fc.constantFrom(...PIECES), { maxLength: 9 }).map((pieces) => pieces.join(""));
const TRICKY = [...PIECES, ..."(?> (a (b ) ) *+ ++ ?+ \\1 \\2 (?:a|ab) (|a) (a*)* (?!(a)) (?<=a|bc)".split(" ")];
const tricky = fc.array(fc.constantFrom(...TRICKY), { maxLength: 8 }).map((pieces) => pieces.join(""));
const options = fc.record({
  caseless: fc.boolean(),
  multiline: fc.boolean(),
  dotAll: fc.boolean(),
  anchored: fc.boolean(),
  dollarEndOnly: fc.boolean(),
  ungreedy: fc.boolean(),
});
const subject = fc
  .array(fc.constantFrom("a", "b", "c", "A", "B", "@", "1", "\n", " ", "\xe9"), { maxLength: 8 })
  .map((chars) => chars.join(""));

function plain(found: Captures | null | "match-limit"): unknown {
  return found === null || found === "match-limit" ? found : [...found];
}

test("any octets parse or give a fault inside the pattern", () => {
  fc.assert(
    fc.property(fc.oneof(pattern, fc.string({ unit: "binary-ascii", maxLength: 60 })), options, (text, flags) => {
      const parsed = parsePattern(text, flags);
      if (!parsed.ok) expect(parsed.offset).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 2000 },
  );
});

const caseful = options.map((flags) => ({ ...flags, caseless: false }));

test("what the machine and the JavaScript engine match is what the tree says", () => {
  const engines = { javascript: 0, machine: 0 };
  fc.assert(
    fc.property(tricky, caseful, fc.array(subject, { maxLength: 5 }), (text, flags, subjects) => {
      const compiled = compilePattern(text, flags);
      if (!compiled.ok) return;
      const { matcher } = compiled;
      engines[matcher.engine] += 1;
      const machine = new Machine(matcher.pattern, MAX_STEPS);
      for (const each of subjects) {
        const expected = referenceMatch(matcher.pattern, each);
        expect(plain(matcher.match(each))).toEqual(expected);
        expect(plain(machine.match(each))).toEqual(expected);
        expect(matcher.test(each)).toBe(expected !== null);
      }
    }),
    { numRuns: 4000 },
  );
  expect(engines.javascript).toBeGreaterThan(100);
  expect(engines.machine).toBeGreaterThan(100);
});

test("the machine finds what the JavaScript engine finds, also once it remembers what failed", () => {
  fc.assert(
    fc.property(pattern, options, fc.array(subject, { maxLength: 4 }), (text, flags, subjects) => {
      const compiled = compilePattern(text, flags);
      if (!compiled.ok || compiled.matcher.engine !== "javascript") return;
      const machine = new Machine(compiled.matcher.pattern, MAX_STEPS);
      for (const each of subjects.flatMap((some) => [some, some.repeat(20)])) {
        expect(plain(machine.match(each))).toEqual(plain(compiled.matcher.match(each)));
      }
    }),
    { numRuns: 2000 },
  );
});

test("octets of well-formed text are that text again", () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (text) => {
      const bytes = bytesOf(text);
      expect(bytes).toMatch(/^[\x00-\xff]*$/);
      expect(textOf(bytes ?? "")).toBe(text);
    }),
  );
});

test("text without dollars is its own template", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const parsed = parseTemplate(text.replaceAll("$", "$$$$"));
      expect(parsed.ok && expandTemplate(parsed.template, [])).toBe(text);
    }),
  );
});
