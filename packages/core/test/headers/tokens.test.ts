import { describe, expect, test } from "vitest";
import { fieldText, foldsOf } from "../../src/headers/field-text.js";
import { commentReadings, quotedReadings, tokenise } from "../../src/headers/tokens.js";

const KINDS = { atom: "a", quoted: "q", literal: "l", special: "s" } as const;

/** A value; its tokens as kind, place and text, behind `_` where a blank stands before; its comments; its fault. */
const VALUES: readonly (readonly [text: string, tokens: string, comments: string, fault: string])[] = [
  ["", "", "", ""],
  [" \t", "", "", ""],
  ["ab", "a0:ab", "", ""],
  [" a\tb ", "_a1:a _a3:b", "", ""],
  ["a.b@c", "a0:a s1:. a2:b s3:@ a4:c", "", ""],
  ["<>[]:;", "s0:< s1:> l2:[] s4:: s5:;", "", ""],
  ["a,", "a0:a s1:,", "", ""],
  ["!#$%&'*+-/=?^_`{|}~", "a0:!#$%&'*+-/=?^_`{|}~", "", ""],
  ["azAZ09", "a0:azAZ09", "", ""],
  ["é\u00a0\u2027\u202a\u{1f600}", "a0:é\u00a0\u2027\u202a\u{1f600}", "", ""],
  ["a\u0080", "a0:a", "", "1 malformed"],
  ["a\u009f", "a0:a", "", "1 malformed"],
  ["a\u2028b", "a0:a", "", "1 malformed"],
  ["a\u2029b", "a0:a", "", "1 malformed"],
  ["a\x7f", "a0:a", "", "1 malformed"],
  ["a \x1fb", "a0:a", "", "2 malformed"],
  ["a\nb", "a0:a", "", "1 malformed"],
  ["a\\b", "a0:a", "", "1 malformed"],
  [")", "s0:)", "", ""],
  ["]", "s0:]", "", ""],
  ['""', "q0:", "", ""],
  ['a "b c"d', "a0:a _q2:b c a7:d", "", ""],
  ['"a\\"b\\\\"c', 'q0:a"b\\ a8:c', "", ""],
  ['"\\\r\\\n\\ "', "q0:\r\n ", "", ""],
  ['"[(<"', "q0:[(<", "", ""],
  ['a"b', "a0:a", "", "1 malformed"],
  ['a"b\\"', "a0:a", "", "1 malformed"],
  ["[a]b", "l0:[a] a3:b", "", ""],
  ['a [b "(] c', 'a0:a _l2:[b "(] _a9:c', "", ""],
  ["[a\\]b]", "l0:[a\\]b]", "", ""],
  ["a[b[c]", "a0:a", "", "1 malformed"],
  ["a[b", "a0:a", "", "1 malformed"],
  ["()", "", "0:", ""],
  ["a(b)c", "a0:a a4:c", "1:b", ""],
  ["a (b)c", "a0:a _a5:c", "2:b", ""],
  ["a(b) c", "a0:a _a5:c", "1:b", ""],
  ["(a\\)b\\\\)c", "a8:c", "0:a)b\\", ""],
  ['(a"b)(c"d)', "", '0:a"b | 5:c"d', ""],
  ["(a(b)c)d", "a7:d", "0:a(b)c", ""],
  ["a(b", "a0:a", "", "1 malformed"],
  ["a(b(c)", "a0:a", "", "1 malformed"],
  ["a(b\\)", "a0:a", "", "1 malformed"],
  ["((a)(b))", "", "0:(a)(b)", ""],
  ["((a(", "", "", "3 too-deep"],
  ["a((b(c)))", "a0:a", "", "4 too-deep"],
];

describe("tokens", () => {
  test.each(VALUES)("of %j", (text, tokens, comments, fault) => {
    const found = tokenise(text, 2);
    const shown = found.tokens.map(
      ({ kind, start, text: of, blank }) => `${blank ? "_" : ""}${KINDS[kind]}${start}:${of}`,
    );
    expect({
      tokens: shown.join(" "),
      comments: found.comments.map(({ start, text: of }) => `${start}:${of}`).join(" | "),
      fault: found.fault === undefined ? "" : `${found.fault.at} ${found.fault.kind}`,
    }).toEqual({ tokens, comments, fault });
  });
});

/** The readings of the value of a field beside those of the grammar, each behind its place. */
function readings(value: string): { readonly comments: readonly string[]; readonly quoted: readonly string[] } {
  const octets = new TextEncoder().encode(value);
  const text = fieldText(octets) ?? "";
  const folds = foldsOf(octets);
  const { tokens, comments } = tokenise(text, 10);
  const placed = (list: readonly { readonly text: string; readonly start: number }[]) =>
    list.map((reading) => `${reading.start}:${reading.text}`);
  return {
    comments: placed(commentReadings(text, comments, folds)),
    quoted: placed(quotedReadings(text, tokens, folds)),
  };
}

describe("readings of comments", () => {
  test.each<readonly [string, readonly string[]]>([
    ["a <b@c.example>", []],
    ["a (b) <c@d.example> (e)", []],
    ["a\r\n <b@c.example>", []],
    ["a (b(c)d) <e>", ["2:bcd", "2:a d) <e>"]],
    ["a (b(c) d)@e", ["2:bc d", "2:a d)@e"]],
    ["a(b(c)@d . e)", ["1:bc@d . e", "1:a@d.e)"]],
    ["a. (b(c) d @ e)", ["3:bc d @ e", "3:a.d@e)"]],
    ['"a" (b(c)@d)', ["4:bc@d", '4:"a@d)']],
    ["(a(b)c) (d(e)f)", ["0:abc", "8:def", "0: c) f)"]],
    ["(a) (b(c)d)", ["4:bcd", "0:  d)"]],
    ["a (b>c) <d>", ["2:a (b>c) "]],
    ["a@b (c (d) <e>.f)", ["4:c d <e>.f", "4:a@b <e>.f)", "4:a@b (c (d).f)", "4:a@b.f)"]],
    ["a <b(>c)@d>", ["4:a c)@d>"]],
    ["a <b(>)@d>", ["4:a )@d>"]],
    ["a <b(x> @c)>", ["4:a@c)>"]],
    ["a <b(x>\t.c)> <d>", ["4:a.c)> "]],
    ["a (b\r\n c) d", ["2:a c) d"]],
    ["a (b\r\n @c . d) e", ["2:a@c.d) e"]],
    ["a(b\r\n (c\r\n d) e) f", ["1:b c d e", "1:a e) f", "1:a (c d) e) f"]],
    ["a(b(c\r\n d\r\n @e) f) g", ["1:bc d @e f", "1:a f) g", "1:a@e) f) g"]],
    ["a(b) c\r\n d(e\r\n f)", ["1:a c d f)"]],
    ["a(b\\)e\r\n c) d", ["1:be c", "1:a e c) d", "1:a c) d"]],
    ["a(b(c)d\r\n e) f", ["1:bcd e", "1:a d e) f", "1:a e) f"]],
    ["a <b(>)@d> (e)", ["4:a )@d> (e)"]],
    ["a(b) (c\r\n @d)", ["1:a @d)"]],
  ])("%j", (value, expected) => {
    expect(readings(value).comments).toEqual(expected);
  });
});

describe("readings of quoted strings", () => {
  test.each<readonly [string, readonly string[]]>([
    ['"a @b" <c>', []],
    ['"a\r\n @b.c" <d>', ["0:a@b.c"]],
    ['"a\r\n b@c.d" <e>', []],
    ['"a b \r\n \t@ c . d" <e>', ["0:a b@c.d"]],
    ['a\r\n "b\r\n @c" <d>', ["2:b@c"]],
    ['"a"\r\n "b\r\n @c" <d>', ["4:b@c"]],
    ['"a\r\n @b" "c\r\n @d" <e>', ["0:a@b", "7:c@d"]],
    ['"a" b\r\n @c', []],
    ['@x\r\n "a"', []],
    ['"a\r\n @b\r\n @c" <d>', ["0:a@b@c"]],
  ])("%j", (value, expected) => {
    expect(readings(value).quoted).toEqual(expected);
  });
});
