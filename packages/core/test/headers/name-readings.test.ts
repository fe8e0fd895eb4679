import { expect, test } from "vitest";
import { parseMailboxes } from "../../src/headers/mailboxes.js";

const LIMITS = { maxMailboxes: 9, maxNesting: 9 };
const shape = (text: string, folds: readonly number[] = []) => {
  const { mailboxes, names, faults } = parseMailboxes(text, LIMITS, folds);
  return { mailboxes: mailboxes.length, names: names.map((name) => `${name.start}:${name.text}`), faults };
};

/** A value, and every reading of its names and comments behind its place. */
test.each<readonly [text: string, names: readonly string[]]>([
  ["A <m@n.example>", ["0:A"]],
  ["A  B\t C <m@n.example>", ["0:A B C"]],
  ["A.B <m@n.example>", ["0:A.B"]],
  ["A. B .C <m@n.example>", ["0:A. B .C"]],
  ['"A" <m@n.example>', ["0:A"]],
  ['"" <m@n.example>', []],
  ['" " <m@n.example>', ["0: "]],
  ['" A" <m@n.example>', ["0: A", "0:A"]],
  ['"A " <m@n.example>', ["0:A ", "0:A"]],
  ['" A  B " <m@n.example>', ["0: A  B ", "0:A  B"]],
  ['"A"B <m@n.example>', ["0:AB", "0:A B"]],
  ['A"B"C <m@n.example>', ["0:ABC", "0:A B C"]],
  ['A B "C" <m@n.example>', ["0:A B C", "0:A BC"]],
  [' A "B" <m@n.example>', ["1:A B", "1:AB"]],
  ['A "B" C <m@n.example>', ["0:A B C", "0:ABC"]],
  ['"A" "B" <m@n.example>', ["0:A B", "0:AB"]],
  ['"A""B" <m@n.example>', ["0:AB", "0:A B"]],
  ['"A " "B" <m@n.example>', ["0:A  B", "0:AB"]],
  ['"A" " B" <m@n.example>', ["0:A  B", "0:AB"]],
  ['"" A <m@n.example>', ["0:A", "0: A"]],
  ['A "" B <m@n.example>', ["0:A  B", "0:AB"]],
  ["A(x)B <m@n.example>", ["1:x", "0:AB"]],
  ["A (x)B <m@n.example>", ["2:x", "0:A B", "0:AB"]],
  ["A(x) B <m@n.example>", ["1:x", "0:A B"]],
  ["A (x) B <m@n.example>", ["2:x", "0:A B"]],
  ["(x) A <m@n.example>", ["0:x", "4:A"]],
  ["A (x) <m@n.example>", ["2:x", "0:A"]],
  ['a "@b.c" <m@n.example>', ["0:a @b.c", "0:a@b.c"]],
  ['"a" @b.c', []],
  ['"a@b.c" d <m@n.example>', ["0:a@b.c d"]],
  ['"a@b.c" "d" <m@n.example>', ["0:a@b.c d"]],
  ['"a@b.c" .d <m@n.example>', ["0:a@b.c .d"]],
  ['"a@b" .c d <m@n.example>', ["0:a@b .c d", "0:a@b.c d"]],
  ['"a@b. "c <m@n.example>', ["0:a@b. c", "0:a@b.c", "0:a@b.  c"]],
  ['"a@b. " c <m@n.example>', ["0:a@b.  c", "0:a@b.c"]],
  ['"a@ " b.c d <m@n.example>', ["0:a@  b.c d", "0:a@b.c d"]],
  ['"a@b.c."d <m@n.example>', ["0:a@b.c.d", "0:a@b.c. d"]],
  ['"a@b.c." d <m@n.example>', ["0:a@b.c. d", "0:a@b.c.d"]],
  ['"a@b.c"(x)d <m@n.example>', ["7:x", "0:a@b.cd", "0:a@b.c d"]],
  ['"a@b.c" (x)d <m@n.example>', ["8:x", "0:a@b.c d", "0:a@b.cd"]],
  ["<m@n.example(>)>", ["12:>", "12: )>"]],
  ["G: m@n.example;", ["0:G"]],
  ['"G" H: ;', ["0:G H", "0:GH"]],
  ["G (x)H: ;", ["2:x", "0:G H", "0:GH"]],
  ['A <m@n.example>, "B"C <o@p.example>', ["0:A", "17:BC", "17:B C"]],
  ["a . b@c.example", ["4:b@c.example"]],
  ["a .b@c.example", ["2:b@c.example"]],
  ["a. b.c@d.example", ["3:b.c@d.example"]],
  ["a .b . c@d.example", ["7:c@d.example"]],
  ["a.b @c.example", []],
  ["a.b@ c.example", []],
  ["<a . b@c.example>", ["5:b@c.example"]],
  ["A <a .b@c.example>", ["0:A", "5:b@c.example"]],
  ['"a" ."b"@c.example', ["4:b@c.example"]],
  ["m@n.example (x)", ["12:x"]],
  ["m(x)@(y)n.example", ["1:x", "5:y"]],
])("the names of %j", (text, names) => {
  expect(shape(text).names).toEqual(names);
});

/** Texts with the characters before which there was a fold, and what readers show who end quotes and comments there. */
test.each<readonly [text: string, folds: readonly number[], names: readonly string[]]>([
  ['"a @b.c" <m@n.example>', [2], ["0:a@b.c", "0:a @b.c"]],
  ["A (x @b.c) <m@n.example>", [4], ["2:x @b.c", "2:A@b.c) <m@n.example>", "0:A"]],
  ["A <m@n.example>", [1], ["0:A"]],
])("the names of %j with folds at %j", (text, folds, names) => {
  expect(shape(text, folds)).toMatchObject({ mailboxes: 1, names, faults: [] });
});

/** Domains with blanks within, of which the part before the first blank is one or none by itself. */
test.each<readonly [text: string, faults: readonly string[]]>([
  ["a@b.example .c", ["12:ambiguous-domain", "1:blank-in-address"]],
  ["a@b.example. c", ["13:ambiguous-domain", "1:blank-in-address"]],
  ["a@b . example.c", ["1:blank-in-address"]],
  ["a@b. example .c", ["1:blank-in-address"]],
  ["a@ b.example .c", ["13:ambiguous-domain", "1:blank-in-address"]],
  ["a@b.example.c", []],
])("%j has the faults %j", (text, faults) => {
  expect(shape(text).faults.map(({ kind, at }) => `${at}:${kind}`)).toEqual(faults);
});
