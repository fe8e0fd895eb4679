import fc from "fast-check";
import { expect, test } from "vitest";
import { bytesOf, compilePattern, expandTemplate, parsePattern, parseTemplate, textOf } from "../src/index.js";
import { referenceMatch } from "./reference.js";

const PIECES =
  "a b c . ^ $ * + ? *? +? | ( (?: (?= (?! (?<= (?i) (?-s: ) ) ) ) [ab] [^a] \\b \\B \\w \\d \\n {2} {1,3} {0,2}? @ \\A \\z \\Z \\h a b".split(
    " ",
  );
const pattern = fc.array(fc.constantFrom(...PIECES), { maxLength: 9 }).map((pieces) => pieces.join(""));
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

test("any octets parse or give a fault inside the pattern", () => {
  fc.assert(
    fc.property(fc.oneof(pattern, fc.string({ unit: "binary-ascii", maxLength: 60 })), options, (text, flags) => {
      const parsed = parsePattern(text, flags);
      if (!parsed.ok) expect(parsed.offset).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: 2000 },
  );
});

test("what the gate lets through matches as the tree says", () => {
  let accepted = 0;
  fc.assert(
    fc.property(pattern, options, fc.array(subject, { maxLength: 6 }), (text, flags, subjects) => {
      const compiled = compilePattern(text, flags);
      if (!compiled.ok) return;
      accepted += 1;
      for (const each of subjects) {
        const found = compiled.matcher.match(each);
        const expected = referenceMatch(compiled.matcher.pattern, each);
        expect(found === null ? null : [...found]).toEqual(expected);
        expect(compiled.matcher.test(each)).toBe(expected !== null);
      }
    }),
    { numRuns: 3000 },
  );
  expect(accepted).toBeGreaterThan(300);
});

test("octets of well-formed text are that text again", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
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
