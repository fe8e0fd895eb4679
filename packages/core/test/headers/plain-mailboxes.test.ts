import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseByGrammar } from "../../src/headers/mailboxes.js";
import { readPlainMailboxes } from "../../src/headers/plain-mailboxes.js";
import { mutantsOf } from "./mutants.js";

const LIMITS = { maxMailboxes: 3, maxNesting: 2 };

const PLAIN = [
  "a@b.example",
  " \ta.b+c@b.example\t ",
  "<a@b.example>",
  "A <a@b.example>",
  " A B. C\t \t<a@b.example> ",
  "A<a@b.example>",
  '"Doe, Jane" <a@b.example>',
  'A <a@b.example>, "Doe, Jane" <c@d.example>',
  '"" <a@b.example>',
  '"a b"<a@b.example>',
  "=?utf-8?q?A?= =?utf-8?q?B?= <a@b.example>",
  "Käse <ä@käse.example>",
  "a@localhost",
  "a@b.example,c@d.example",
  'A <a@b.example> , "C" <c@d.example>,\te@f.example',
];

const OTHER = [
  "",
  "<>",
  "a",
  "<a>",
  "a@b.example,",
  "a@b.example,,c@d.example",
  ",a@b.example",
  "a@b.example,c",
  "a@b.example,a@b.example,a@b.example,a@b.example",
  '"Doe, Jane <a@b.example>',
  "a@b.example c",
  "a@b.example>",
  "<a@b.example",
  "<a@b.example> x",
  "a @b.example",
  "< a@b.example>",
  "a..b@b.example",
  ".a@b.example",
  "a@b.example.",
  "a@-b.example",
  "a@b\u00ad.example",
  "a@[192.0.2.1]",
  "=?utf-8?q?a?=@b.example",
  '"a"@b.example',
  ". A <a@b.example>",
  "A  B <a@b.example>",
  "A\tB <a@b.example>",
  '"A" B <a@b.example>',
  '"A < B" <a@b.example>',
  '" A" <a@b.example>',
  '"A\\"" <a@b.example>',
  "A (b) <a@b.example>",
  "<@c.example:a@b.example>",
  "g: a@b.example;",
  "A\u2028 <a@b.example>",
  "\u0085a@b.example",
];

describe("a value of plain mailboxes", () => {
  it.each(PLAIN)("%j is read as by the grammar", (text) => {
    const { mailboxes, names, faults } = parseByGrammar(text, LIMITS, []);
    expect(readPlainMailboxes(text, 3)).toEqual({ mailboxes, names, faults });
  });

  it.each(OTHER)("%j is left to the grammar", (text) => {
    expect(readPlainMailboxes(text, 3)).toBeUndefined();
  });

  it("is read as by the grammar, whatever is done to it, or is left to it", () => {
    const piece = fc.constantFrom(
      ...' \t"\\.<>@,;:()[]=?-a\u00ad\u0085\u2028é１',
      "=?utf-8?q?a?=",
      "xn--",
      "@b.example",
      '"A"',
    );
    let plain = 0;
    fc.assert(
      fc.property(mutantsOf([...PLAIN, ...OTHER], piece, 2), (changed) => {
        const fast = readPlainMailboxes(changed, 3);
        if (fast === undefined) return;
        plain++;
        const { mailboxes, names, faults } = parseByGrammar(changed, LIMITS, []);
        expect(fast).toEqual({ mailboxes, names, faults });
      }),
      { numRuns: 10_000 },
    );
    expect(plain).toBeGreaterThan(800);
  });
});
