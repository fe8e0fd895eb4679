import { describe, expect, it } from "vitest";
import { formatAddress } from "../../src/address/address.js";
import { parseMailboxes } from "../../src/headers/mailboxes.js";

const LIMITS = { maxMailboxes: 3, maxNesting: 2 };

/** A value, its mailboxes and its faults, each behind its place. */
const LISTS: readonly (readonly [text: string, mailboxes: string, faults: string])[] = [
  ["a@b.example", "0:a@b.example", ""],
  ["a@b.example, c@d.example", "0:a@b.example | 13:c@d.example", ""],
  ["A <a@b.example>", "3:a@b.example", ""],
  ["A. B <a@b.example>", "6:a@b.example", ""],
  ['"A"B <a@b.example>', "6:a@b.example", ""],
  ['"A " B\t"C" <a@b.example>', "12:a@b.example", ""],
  ["A (n(o)te) <a@b.example> (x)", "12:a@b.example", ""],
  ["", "", ""],
  [",", "", "0:empty-element"],
  ["a@b.example,", "0:a@b.example", "12:empty-element"],
  ["a@b.example,,c@d.example", "0:a@b.example | 13:c@d.example", "12:empty-element"],
  [",a@b.example", "1:a@b.example", "0:empty-element"],
  ["a@b.example;", "0:a@b.example", "11:malformed"],
  ["a@b.example c", "0:a@b.example", "12:malformed"],
  ["a@b.example <c@d.example>", "0:a@b.example", "12:malformed"],
  ["g:;", "", "0:empty-group"],
  ["g: ,;", "", "3:empty-element | 0:empty-group"],
  ["g: a@b.example;", "3:a@b.example", "0:group"],
  ["g: a@b.example,;", "3:a@b.example", "15:empty-element | 0:group"],
  ["g: a@b.example", "3:a@b.example", "14:malformed"],
  ["g: a@b.example; c@d.example", "3:a@b.example", "0:group | 16:malformed"],
  ["g:a@b.example;,c@d.example", "2:a@b.example | 15:c@d.example", "0:group"],
  ["g: h: a@b.example;;", "", "4:malformed"],
  ["g: (x);", "", "0:empty-group"],
  [":a@b.example;", "", "0:malformed"],
  [".: a@b.example;", "", "1:malformed"],
  ["g: a@b.example;;", "3:a@b.example", "0:group | 15:malformed"],
  ["<>", "", "0:null-address"],
  ["A <>", "", "2:null-address"],
  ["<> a@b.example", "", "0:null-address | 3:malformed"],
  ["<>, a@b.example", "4:a@b.example", "0:null-address"],
  ["<a>", "1:a", ""],
  ["<a", "1:a", "2:malformed"],
  ["<a@b.example", "1:a@b.example", "12:malformed"],
  ["<a@b.example c>", "1:a@b.example", "13:malformed"],
  ["<a b@c.example>", "", "1:malformed"],
  ["<.>", "", "0:malformed"],
  ["<a..b@c.example>", "", "1:malformed"],
  [". <a@b.example>", "3:a@b.example", "0:malformed"],
  ["<@a.example:b@c.example>", "12:b@c.example", "0:route"],
  ["<@a.example,@b.example:c@d.example>", "23:c@d.example", "0:route"],
  ["<,@a.example:c@d.example>", "13:c@d.example", "0:route"],
  ["<@:c@d.example>", "", "0:route | 1:malformed"],
  ["<@a.example c@d.example>", "", "0:route | 12:malformed"],
  ["<@a.example", "", "0:route | 11:malformed"],
  ["<@a.example>", "", "0:route | 11:malformed"],
  ["a", "0:a", ""],
  ["a.b", "0:a.b", ""],
  ["a.", "", "0:malformed"],
  ["a b", "", "0:malformed"],
  ['"a b"', "0:a b", ""],
  ["a . b", "", "0:malformed"],
  ["a:b", "2:b", "3:malformed"],
  ["@b.example", "", "0:malformed"],
  ["a@", "", "1:malformed"],
  ["a@.", "", "1:malformed"],
  ["a@b.", "0:a@b", "2:altered-domain"],
  ["a@b..c", "0:a@b", "2:altered-domain | 4:malformed"],
  ["a@,c@d.example", "", "1:malformed"],
  ["a @ b.example", "0:a@b.example", "2:blank-in-address"],
  ["a. b@c.example", "0:a.b@c.example", "4:blank-in-address"],
  ["a@b .example", "0:a@b.example", "1:blank-in-address"],
  ["a@b. example", "0:a@b.example", "1:blank-in-address"],
  ["a(x)@b.example", "0:a@b.example", ""],
  ["a@(x)b.example", "0:a@b.example", ""],
  ["a@[192.0.2.1]", "0:a@[192.0.2.1]", ""],
  ["a@[x]", "0:a@[x]", "2:ambiguous-domain"],
  ["a@[192.0.2.1] x", "0:a@[192.0.2.1]", "14:malformed"],
  ["=?utf-8?Q?a?=@b.example", "0:=?utf-8?Q?a?=@b.example", "0:encoded-word"],
  ["a@=?utf-8?Q?b?=", "0:a@=?utf-8?Q?b?=", "2:encoded-word | 2:ambiguous-domain"],
  ["=?u?q?x@b.example", "0:=?u?q?x@b.example", ""],
  ["?=?u?q?x@b.example", "0:?=?u?q?x@b.example", ""],
  ["a=?u?q?x?=@b.example", "0:a=?u?q?x?=@b.example", "0:encoded-word"],
  ["=?a?b@b.example", "0:=?a?b@b.example", ""],
  ['"=?utf-8?Q?a b?=" <"=?utf-8?Q?a b?="@b.example>', "19:=?utf-8?Q?a b?=@b.example", "19:encoded-word"],
  ["x@[=?utf-8?q?a?=]", "0:x@[=?utf-8?q?a?=]", "2:encoded-word | 2:ambiguous-domain"],
  ["=?utf-8?q?a?=", "0:=?utf-8?q?a?=", "0:encoded-word"],
  ["a@b.example.", "0:a@b.example", "2:altered-domain"],
  ["a@b\u3002example", "0:a@b.example", "2:altered-domain"],
  ["a@b\u00adc.example", "0:a@bc.example", "2:altered-domain"],
  ["a@-b.example", "0:a@-b.example", "2:ambiguous-domain"],
  ["a@b_c.example", "0:a@b_c.example", ""],
  ["a@1.2", "0:a@1.2", "2:ambiguous-domain"],
  ["a@\uff42.example", "0:a@b.example", "2:ambiguous-domain"],
  ["a@b..", "0:a@b", "2:altered-domain | 4:malformed"],
  ["a(", "0:a", "1:malformed"],
  ["a)", "", "1:malformed"],
  ['a"', "0:a", "1:malformed"],
  ["a[", "0:a", "1:malformed"],
  ["a]", "", "1:malformed"],
  ["a\\b", "0:a", "1:malformed"],
  ["\u0001", "", "0:malformed"],
  ["((x))", "", ""],
  ["g: a; b", "3:a", "0:group | 6:malformed"],
  ["a@b.example (=?utf-8?q?x?=)", "0:a@b.example", ""],
  ["A=?utf-8?q?x?=B <a@b.example>", "17:a@b.example", ""],
  ['A <a@b.example>, "" <c@d.example>', "3:a@b.example | 21:c@d.example", ""],
  ['"" <a@b.example>', "4:a@b.example", ""],
  ['"" "" <a@b.example>', "7:a@b.example", ""],
  ["a@b.example <", "0:a@b.example", "12:malformed"],
  ["a < b@c.example", "4:b@c.example", "15:malformed"],
  ["a@b@c.example", "0:a@b", "3:malformed"],
  ["a..b@c.example", "", "0:malformed"],
  ["ab cd@e.example", "", "0:malformed"],
  ["a .b@c.example", "0:a.b@c.example", "4:blank-in-address"],
  ["..a b@c.example", "", "0:malformed"],
  ["a b.c d@e.example", "", "0:malformed"],
  ["a,b,c", "0:a | 2:b | 4:c", ""],
  ["a,b,c,d", "0:a | 2:b | 4:c", "6:limit"],
  ["(((x)))", "", "2:limit"],
];

const NAMES: readonly (readonly [text: string, names: readonly string[]])[] = [
  ["A. B <a@b.example>", ["0:A. B"]],
  ['"A " B\t"C" <a@b.example>', ["0:A  B C"]],
  ["A (n(o)te) <a@b.example> (x)", ["0:A", "2:n(o)te", "25:x"]],
  ["g: (x);", ["0:g", "3:x"]],
  ["a@b.example", []],
  ['"" <a@b.example>', []],
];

describe("parseMailboxes", () => {
  it.each(LISTS)("%j", (text, mailboxes, faults) => {
    const list = parseMailboxes(text, LIMITS);
    expect({
      mailboxes: list.mailboxes.map(({ start, address }) => `${start}:${formatAddress(address)}`).join(" | "),
      faults: list.faults.map(({ at, kind }) => `${at}:${kind}`).join(" | "),
    }).toEqual({ mailboxes, faults });
  });

  it.each(NAMES)("%j has names", (text, names) => {
    const found = parseMailboxes(text, LIMITS).names.map((name) => `${name.start}:${name.text}`);
    expect(names.filter((name) => !found.includes(name))).toEqual([]);
    if (names.length === 0) expect(found).toEqual([]);
  });

  it("tells each kind of fault once, by its first place", () => {
    expect(parseMailboxes(",,a@b.example,,", LIMITS).faults).toEqual([{ kind: "empty-element", at: 0 }]);
  });
});
