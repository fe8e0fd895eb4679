import { describe, expect, test } from "vitest";
import { formatAddress } from "../../src/address/address.js";
import { readOriginators } from "../../src/headers/originators.js";
import { readHeaderBytes, readHeaderList } from "../../src/index.js";

const utf8 = (text: string) => new TextEncoder().encode(text);
const originators = (header: string) => readOriginators(readHeaderBytes(utf8(`${header}\r\n\r\n`)));

describe("fields that are originators", () => {
  test.each([
    ["FROM: a@b.example", "from"],
    ["Sender \t: a@b.example", "sender"],
    ["Resent-From: a@b.example", "resent-from"],
    ["Resent-Sender: a@b.example", "resent-sender"],
    ["Author: a@b.example", "author"],
  ])("%j is %s", (header, name) => {
    expect(originators(header).map((field) => field.name)).toEqual([name]);
  });

  test.each([
    "To",
    "Form",
    "Froms",
    "XFrom",
    "X-From",
    "Reply-To",
    "Senders",
    "Fromxx",
    "Senderxxxxx",
    "Resent-Date",
    "Fr om",
    "\tFrom",
    "",
    " ",
  ])("%j is none", (name) => {
    expect(originators(`X: y\r\n${name}: a@b.example`)).toEqual([]);
  });
});

test("a name is read behind as many addresses as the limit admits", () => {
  const header = readHeaderBytes(utf8('From: "a\u202eb" <a@b.example> (c@d.example)\r\n\r\n'), { maxMailboxes: 1 });
  expect(readOriginators(header)).toMatchObject([{ anomalies: [{ code: "name-bidi" }], shown: { length: 1 } }]);
});

/** A field behind six octets, its mailboxes, and its anomalies with their forms, each behind its offset. */
const FIELDS: readonly (readonly [field: string, mailboxes: string, anomalies: readonly string[]])[] = [
  ["From: a@b.example", "a@b.example", []],
  ["From: a@b.example, c@d.example", "a@b.example c@d.example", []],
  ["From:", "", ["11 from-no-mailbox"]],
  ["From: \t", "", ["11 from-no-mailbox"]],
  ["From: (c)", "", ["11 from-no-mailbox"]],
  ["From: <>", "", ["12 from-no-mailbox"]],
  ["From \t: <>", "", ["14 from-no-mailbox"]],
  ["From: <>, a@b.example", "a@b.example", ["12 from-no-mailbox"]],
  ["From: g:;", "", ["12 from-malformed emptyGroup", "11 from-no-mailbox"]],
  ["From: g:a@b.example;", "a@b.example", ["12 from-malformed group"]],
  ["From: ,a@b.example", "a@b.example", ["12 from-malformed obsoleteSyntax"]],
  ["From: a @b.example", "a@b.example", ["14 from-malformed obsoleteSyntax"]],
  ["From: a@b.example.", "a@b.example", ["14 from-malformed alteredDomain"]],
  ["From: a@-b.example", "a@-b.example", ["14 from-malformed"]],
  ["From: <@c.example:a@b.example>", "a@b.example", ["12 addr-route sourceRoute"]],
  ["From: =?u?q?a?=@b.example", "=?u?q?a?=@b.example", ["12 addr-encoded-word"]],
  ["From: =?u?qq?a?=@b.example", "=?u?qq?a?=@b.example", ["12 addr-encoded-word"]],
  ["From: a@b.example c", "a@b.example", ["24 from-malformed"]],
  ["From: ; a@b.example", "", ["12 from-malformed", "11 from-no-mailbox"]],
  ["Sender: a@b.example", "a@b.example", []],
  ["Sender: a@b.example, c@d.example", "a@b.example c@d.example", ["13 sender-malformed"]],
  ["Sender:", "", ["13 sender-malformed emptySender"]],
  ["Sender: \t", "", ["13 sender-malformed emptySender"]],
  ["Sender: (c)", "", ["13 sender-malformed"]],
  ["Sender: <>", "", ["14 sender-malformed"]],
  ["Sender: <>, a@b.example", "a@b.example", ["14 sender-malformed"]],
  ["Sender: g:;", "", ["14 sender-malformed"]],
  ["Sender: g:a@b.example;", "a@b.example", ["14 sender-malformed groupInSender"]],
  ["Sender: ,a@b.example", "a@b.example", ["14 sender-malformed"]],
  ["Sender: a @b.example", "a@b.example", ["16 sender-malformed obsoleteSyntax"]],
  ["Resent-From: a@b.example, c@d.example", "a@b.example c@d.example", []],
  ["Resent-From:", "", ["18 resent-malformed"]],
  ["Resent-From: <>", "", ["19 resent-malformed"]],
  ["Resent-From: g:;", "", ["19 resent-malformed emptyGroup", "18 resent-malformed"]],
  ["Resent-From: g:a@b.example;", "a@b.example", ["19 resent-malformed group"]],
  ["Resent-Sender: a@b.example, c@d.example", "a@b.example c@d.example", ["20 resent-malformed"]],
  ["Resent-Sender:", "", ["20 resent-malformed"]],
  ["Resent-Sender: g:a@b.example;", "a@b.example", ["21 resent-malformed groupInSender"]],
  ["Author:", "", ["13 author-malformed"]],
  ["Author: <>", "", ["14 author-malformed"]],
  ["Author: a@b.example, c@d.example", "a@b.example c@d.example", []],
  ["Author: a@b.example x", "a@b.example", ["26 author-malformed"]],
  ['From: "a\vb" <a@b.example>', "a@b.example", ["12 name-control"]],
  ['From: "a" (\u202eb) <a@b.example>', "a@b.example", ["16 name-bidi bidiInName"]],
  ["From: =?x?q?a?= <a@b.example>", "a@b.example", ["12 name-undecodable unknownCharset"]],
  ["From: A (=?utf-8?q?a b?=) <a@b.example>", "a@b.example", ["14 name-undecodable brokenEncodedWord"]],
  [
    'From: "\v\u202e=?x?q?a b?=" <a@b.example>',
    "a@b.example",
    [
      "12 name-undecodable unknownCharset",
      "12 name-undecodable brokenEncodedWord",
      "12 name-control",
      "12 name-bidi bidiInName",
    ],
  ],
  ["From: =?utf-8?q?(=07)?= <a@b.example>", "a@b.example", ["11 name-control"]],
  ["From: é\r\n <a@b.example>,\r\n\t𝒜 <>", "a@b.example", ["39 from-no-mailbox"]],
  ["From:\r\n a@b.example\r\n\t. c", "a@b.example.c", ["28 from-malformed", "15 from-malformed obsoleteSyntax"]],
];

describe("originator fields", () => {
  test.each(FIELDS)("%j", (text, mailboxes, anomalies) => {
    const [field] = originators(`X: y\r\n${text}`);
    expect({
      mailboxes: field?.mailboxes.map(({ address }) => formatAddress(address)).join(" "),
      anomalies: field?.anomalies.map(({ offset, code, form = "" }) => `${offset} ${code} ${form}`.trim()),
    }).toEqual({ mailboxes, anomalies });
    const name = text.slice(0, text.indexOf(":"));
    expect(field?.anomalies.map((anomaly) => anomaly.field)).toEqual(anomalies.map(() => name));
  });

  test("that are no UTF-8 are not read", () => {
    const [field] = readOriginators(readHeaderBytes(Uint8Array.from([...utf8("From: a@b.example "), 0xff, 13, 10])));
    expect(field).toMatchObject({
      mailboxes: [],
      shown: [],
      anomalies: [{ code: "utf8-invalid", offset: 5, field: "From" }],
    });
  });

  test("of a list have its places", () => {
    const [field] = readOriginators(
      readHeaderList([
        ["X", "y"],
        ["From", " A <>"],
      ]),
    );
    expect(field?.anomalies).toEqual([{ code: "from-no-mailbox", offset: 1, field: "From" }]);
    expect(field?.offsetOf(3)).toBe(1);
  });
});

/** The addresses that are shown, each in its first form behind the place of its name or comment. */
const shownIn = (value: string, limits = {}) => {
  const [field] = readOriginators(readHeaderBytes(utf8(`From: ${value}\r\n\r\n`), limits));
  return {
    shown: [...new Set(field?.shown.map(({ forms, start }) => `${start}:${formatAddress(forms[0])}`))],
    anomalies: field?.anomalies.map(({ code, offset }) => `${offset} ${code}`),
  };
};

describe("addresses that an originator field shows", () => {
  test.each([
    ['"c@d.example" <a@b.example>', ["1:c@d.example"]],
    ["A (c@d.example) <a@b.example> (e@f.example)", ["3:c@d.example", "31:e@f.example"]],
    ["=?utf-8?q?c=40d.example?= <a@b.example>", ["1:c@d.example"]],
    ["=?utf-8?q?(c=40d.example)?= <a@b.example>", ["0:c@d.example", "0:a@b.example"]],
    ["A (c) <a@b.example>", []],
    ["=?utf-8?q?A?= <a@b.example>", []],
  ])("%s", (value, shown) => {
    expect(shownIn(value)).toMatchObject({ shown, anomalies: [] });
  });

  test("are limited as mailboxes are", () => {
    const limits = { maxMailboxes: 2 };
    expect(shownIn("a@b.example, c@d.example, e@f.example", limits).anomalies).toEqual(["32 header-too-long"]);
    const name = (count: number) => Array.from({ length: count }, (_, at) => `c${at}@d.example`).join(" ");
    expect(shownIn(`"${name(2)}" <a@b.example>`, limits)).toEqual({
      shown: ["1:c0@d.example", "1:c1@d.example"],
      anomalies: [],
    });
    expect(shownIn(`(${name(3)}) (\v) <a@b.example>`, limits).anomalies).toEqual(["6 header-too-long"]);
    expect(shownIn(`(${name(1)}) (${name(2)}) (\v) <a@b.example>`, limits).anomalies).toEqual(["21 header-too-long"]);
  });
});
