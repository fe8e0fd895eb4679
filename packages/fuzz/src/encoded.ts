import fc from "fast-check";
import { FOREIGN, OWN } from "./message.js";

/** What an encoded-word may hold: addresses, parts of them, structure, line ends. */
const payload = fc.constantFrom(
  FOREIGN,
  `<${FOREIGN}>`,
  `${FOREIGN},`,
  `"${FOREIGN}" <`,
  `${OWN}\0, ${FOREIGN}`,
  `\r\nFrom: ${FOREIGN}`,
  "ceo",
  "@bank.example",
  "ceo＠bank.example",
  `${FOREIGN}>, <`,
  OWN,
  `${OWN}.evil.example`,
);

const CHARSETS = [
  ..."utf-8 UTF-8 utf8 us-ascii ascii iso-8859-1 latin1 windows-1252 utf-8*en utf-7 utf-16 utf-16be utf-16le utf-32 koi8-r".split(
    " ",
  ),
  ..."gb2312 gbk gb18030 hz-gb-2312 big5 big5-hkscs shift_jis windows-31j euc-jp iso-2022-jp euc-kr iso-2022-kr".split(
    " ",
  ),
  ..."x-none x-user-defined cp037 unicode-escape".split(" "),
];
const charset = fc.constantFrom(...CHARSETS);

/** An octet before the at sign with which it makes one character to some, and an escape before it that shifts the rest. */
const led = fc
  .tuple(fc.integer({ min: 0x80, max: 0xff }), fc.constantFrom("", "\x81", "\x8f\xa1", "\x810\x81"))
  .map(([lead, before]) => before + String.fromCharCode(lead));
const shift = fc.constantFrom(
  "\x1b$B",
  "\x1b$@",
  "\x1b(J",
  "\x1b(I",
  "\x1b$)C\x0e",
  "\x0e",
  "\x0f",
  "~{",
  "~",
  "\xfe\xff",
  "\xff\xfe",
);

/** Shifts, and octets that a charset may lack, around the parts of an address. */
const soup = fc
  .array(
    fc.constantFrom(..."\x1b$B|\x1b$@|\x1b(B|\x1b(J|\x1b(I|\x1b$(D|\x0e|\x0f|~{|~}|\x8e|\xa1|\x81|o@|a||||".split("|")),
    { minLength: 5, maxLength: 5 },
  )
  .map(([a, b, c, d, e]) => `${a}ceo${b}@${c}bank${d}.${e}example`);

/** The octets of text in one way or another, one character each. */
const octets = fc.oneof(
  { weight: 6, arbitrary: payload.map(utf8) },
  { weight: 2, arbitrary: payload.map(utf16) },
  { weight: 1, arbitrary: payload.map(swapped) },
  { weight: 1, arbitrary: payload.map((text) => `+${base64(utf16(text)).replace(/=+$/, "")}-`) },
  { weight: 1, arbitrary: payload.map((text) => utf8(text).replace(/@/g, "\xc0")) },
  { weight: 3, arbitrary: fc.tuple(payload, led).map(([text, lead]) => utf8(text).replace(/@/g, `${lead}@`)) },
  { weight: 1, arbitrary: soup },
  { weight: 2, arbitrary: fc.tuple(payload, shift).map(([text, before]) => before + utf8(text)) },
);

const form = fc.constantFrom("B", "b", "Q", "q", "B", "Q", "B", "Q", "X");
const end = fc.constantFrom("?=", "?=", "?=", "?=", "?", "", "?= ", "?==", "\r\n ?=");

/** One word, sound or not. */
const single = fc
  .tuple(charset, form, octets, end)
  .map(([set, kind, held, close]) => `=?${set}?${kind}?${encode(kind, held)}${close}`);

/** Octets that begin in one word and end in its neighbour, or words of which the encoded form is so cut. */
const pair = fc
  .tuple(charset, form, form, octets, fc.nat(), fc.constantFrom(" ", "\r\n ", "  ", "", "(c)", "\r\n\t"), fc.boolean())
  .map(([set, one, other, held, place, between, isFormCut]) => {
    const word = (kind: string, content: string) => `=?${set}?${kind}?${content}?=`;
    const [text, second] = isFormCut ? [encode(one, held), one] : [held, other];
    const at = place % (text.length + 1);
    const parts = [text.slice(0, at), text.slice(at)] as const;
    return isFormCut
      ? `${word(one, parts[0])}${between}${word(one, parts[1])}`
      : `${word(one, encode(one, parts[0]))}${between}${word(second, encode(second, parts[1]))}`;
  });

/** A word with a fold, a word of another kind or a language in it, and the forms of RFC 2231, which no structured field has. */
const odd = fc.constantFrom(
  "=?utf-8?q?ceo=40ba\r\n nk.example?=",
  "=?utf-8?q?ceo=40=?utf-8?q?bank.example?=?=",
  "=?utf-8*en-GB?q?ceo=40bank.example?=",
  "=?utf-8''?q?ceo=40bank.example?=",
  "utf-8''ceo%40bank.example",
  "=?utf-8\r\n ?q?ceo=40bank.example?=",
  "=?utf-8?q?ceo=C1=80bank.example?=",
  "=?utf-8?q?ceo@bank=2Eexample?=",
  "=?utf-8?q?=22?= ceo =?utf-8?q?=40bank.example?=",
  "&#64;bank.example",
);

export const encodedWord = fc.oneof(
  { weight: 6, arbitrary: single },
  { weight: 3, arbitrary: pair },
  { weight: 1, arbitrary: odd },
);

function encode(kind: string, held: string): string {
  return kind.toLowerCase() === "b" ? base64(held) : quoteAll(held);
}

function base64(held: string): string {
  return Buffer.from(held, "latin1").toString("base64");
}

function quoteAll(held: string): string {
  return [...Buffer.from(held, "latin1")].map((octet) => `=${octet.toString(16).padStart(2, "0")}`).join("");
}

function utf8(text: string): string {
  return Buffer.from(text).toString("latin1");
}

function utf16(text: string): string {
  return Buffer.from(text, "utf16le").swap16().toString("latin1");
}

function swapped(text: string): string {
  return Buffer.from(text, "utf16le").toString("latin1");
}
