import { describe, expect, test } from "vitest";
import { canonical, foreignIn, isGarbledOwn } from "../src/foreign.js";
import { octetsOf } from "../src/message.js";
import { pinOf } from "../src/pins.js";

const own = new Set(["alice@example.com", "alice@bücher.example"].map(canonical));

describe("what is shown as foreign", () => {
  test.each([
    [
      "case, quotes and blanks of an own address",
      ["ALICE@Example.com", '"alice"@example.com', "alice @ example . com"],
      [],
    ],
    ["an own domain in A-labels", ["alice@xn--bcher-kva.example"], []],
    ["another address", ["alice@example.com", "ceo@bank.example"], ["ceo@bank.example"]],
    ["an own address that goes on", ["alice@example.com.evil.example"], ["alice@example.com.evil.example"]],
    ["no at sign", ["alice", ""], []],
    ["a wide special before the sign, which is no local part", ["ceo＞@bank.example"], []],
  ])("%s", (_, addresses, expected) => expect(foreignIn({ addresses, names: [] }, own)).toEqual(expected));

  test("addresses in names, whatever their width", () => {
    const names = ["Alice", "'alice@example.com", "ceo＠bank.example", "x (ceo@bank.example)", "a@b"];
    expect(foreignIn({ addresses: [], names }, own)).toEqual(["ceo@bank.example", "ceo@bank.example"]);
  });
});

describe("an own address, garbled", () => {
  test.each([
    "alice(c)@example.com",
    "alice@example.com)",
    '"(<alice"@example.com',
    "(a (b) c) alice@example.com",
    "alice(s @k.t)@example.com",
  ])("%s", (shown) => expect(isGarbledOwn(shown, own)).toBe(true));
  test.each([
    "ceo@bank.example (alice@example.com)",
    "alice(@bank.example)@example.com",
    "alice@example.comc)",
    "@",
    "",
  ])("not %s", (shown) => expect(isGarbledOwn(shown, own)).toBe(false));
});

describe("pins", () => {
  const pin = (reader: string, shown: string, from: string) =>
    pinOf(reader, shown, octetsOf(`From: ${from}\r\n\r\n`), own) !== undefined;

  test.each([
    ["postal-mime", "alice@example.com (c)", "<alice@example.com (c)>"],
    ["postal-mime", "alice@example.comd)", "alice@example.com(c()d)"],
    ["postal-mime", "alice@example.comc", "alice@example.com (a (b) <alice@example.com>c)"],
    ["postal-mime", "alice@bücher.exampled)", "alice@bücher.example (()d)"],
    ["postal-mime", "alice@example", "alice@example .com"],
    ["email-addresses", "alice@example.comB", '"alice@example.com" B <alice@example.com>'],
    ["mailparser", "alice@ example.com", "alice@(c)example.com"],
    ["python compat32", '"<alice@example.com>"', '"\r\n <"<alice@example.com>'],
    ["python compat32", "alice@example.comd", "alice@example.com (a (b\r\n c) d)"],
    ["python compat32", '"alice"@example', '"alice"@example(\r\n\t).com'],
    ["python default", '"s<alice@example.com>"', "=?utf8?Q?=73<alice@example.com>"],
    ["email-addresses", "=?utf8?q?alice@example.com", '=?utf8?q?"alice@example.com" <alice@example.com>'],
    ["lenient", "=alice@example.com", "alice@example.com (<=alice@example.com>)"],
    ["postal-mime", 'alice(a"alice@example.com)@example.com', '<alice(a"alice@example.com)@example.com>'],
    ["lenient", "o@k.c", "alice@example.com\r\nX: \u2028Sender: o@k.c"],
    ["lenient", "o@k.c", "alice@example.com\r\nX: \udcfc\u2029Sender: o@k.c"],
    ["python compat32", "=?utf-8?q?@bank.exampleJ", "<\r\n (=?utf-8?q?@bank.exampleJ=C3=B6rg?=) alice@EXAMPLE.com >"],
    ["lenient", "<alice@example.com", "=?utf-8?q?=3C?= <alice@example.com>"],
    ["python default", "ce@example.com", "=?gbk?q?ali?=\r\n =?gbk?q?ce=40example=2Ecom?= <alice@example.com>"],
    [
      "python default",
      "alice@example.co",
      "=?iso-2022-kr?q?alice=40example=2Eco?= =?iso-2022-kr?q?m?= <alice@example.com>",
    ],
    ["python default", '"alice@example.com㰠"', "=?utf-16?Q?=61=00 <alice@example.com>"],
  ])("%s may show %j for %j", (...args) => expect(pin(...args)).toBe(true));

  test.each([
    ["without the cause", "postal-mime", "alice@example.com (c)", "<alice@example.com>"],
    ["another reader", "email-addresses", "alice@example.com (c)", "<alice@example.com (c)>"],
    ["another address beside a comment", "postal-mime", "ceo@bank.example", "alice@example.com (c)"],
    ["an address in another field's line", "lenient", "o@k.c", "alice@example.com\r\nX: \u2028 o@k.c\r\nSender: o@k.c"],
    ["another address in a word", "lenient", "ceo@bank.example", "=?utf-8?q?ceo=40bank.example?= <alice@example.com>"],
    ["a domain that ends behind two labels", "postal-mime", "alice@bank.example", "alice@bank.example .com"],
    ["a rest that is a label", "postal-mime", "alice@example.com.evil)", "alice@example.com (().evil)"],
    ["another address in an angle", "lenient", "o@k.c", "alice@example.com (<o@k.c>)"],
    [
      "an end that is no own address's",
      "python default",
      "ceo@bank.example",
      "=?utf-8?q?a?= =?utf-8?q?ceo=40bank=2Eexample?= <a@b>",
    ],
    [
      "a word of UTF-16 that holds another",
      "python default",
      '"ceo@bank.example㰠"',
      "=?utf-16?Q?=61=00 <alice@example.com>",
    ],
    [
      "a word with a local part",
      "python compat32",
      "=?utf-8?q?ceo@bank.example",
      "<(=?utf-8?q?ceo@bank.example?=) a@b.c>",
    ],
    ["an end without a quoted string", "email-addresses", "alice@example.comB", "alice@example.com B <a@b.c>"],
    ["an end that is no rest of a comment", "postal-mime", "alice@example.comd)", "alice@example.com(c)"],
  ])("not %s", (_, ...args) => expect(pin(...args)).toBe(false));
});
