import fc from "fast-check";
import { expect, test } from "vitest";
import { hostileMessage } from "../src/hostile.js";

/**
 * By the ids of the threat catalogue, what a message of each has somewhere. T02 to T04 are of the envelope, which no reader
 * of messages sees.
 */
const THREATS: Readonly<Record<string, RegExp>> = {
  "T01 plain foreign From": /^from: *<?ceo@bank\.example/im,
  "T05 several From fields": /^from:.*^from:/ims,
  "T06 blank before the colon": /^from[ \t]+:/im,
  "T07 folded field name": /^from\r\n :/im,
  "T08 leading blank on the first line": /^ From:/,
  "T09 From alternatives": /^(?!.*^from:).*^(?:Sender|Resent-From):/ims,
  "T10 own Sender as a licence": /^from:.*ceo@bank\.example.*\r\nsender:.*alice@example\.com/im,
  "T11 several mailboxes": /^from:.*alice@example\.com>?,.*ceo@bank\.example/im,
  "T12 group forms": /^from:.*Board:.*;/im,
  "T13 source route": /<@example\.com,@bank\.example:/,
  "T14 quoted pair outside quotes": /^from:[^"\r]*\\,/im,
  "T15 delimiter precedence": /<[^>\r]*<|>[^,\r]*</,
  "T16 comments": /\(ceo@bank\.example\)|@[^\s,]*\(c\)/,
  "T17 quoted local part": /"a ceo@bank\.example"@example\.com/,
  "T18 special after an address": /@example\.com[\](;]/,
  "T19 encoded address": /=\?[^?\r]*\?[bq]\?[^?\r]*\?=@/i,
  "T20 encoded control": /\?q\?[^?\r]*=0[0da]/i,
  "T21 NUL": /\0/,
  "T22 CR or LF alone": /\r(?!\n)|(?<!\r)\n/,
  "T23 other line breaks": /[\v\f\x85\u2028]/,
  "T24 line of blanks, or an order mark": /\r\n[ \t]+\r\n|\ufeff/,
  "T25 field name that looks like From": /^(?:Frоm|From\u200b|From\u00a0):/m,
  "T26 line over its limit": /^.{999,}/m,
  "T26 list over its limit": /(?:alice@example\.com,){501}/,
  "T27 nesting": /\({60}/,
  "T28 address in a name": /"ceo@bank\.example".*<alice@example\.com>/,
  "T29 overrides and what has no width": /\u202e.*@|\u200b.*@/,
  "T30 IDN homograph": /@еxample\.com|еxample\.com/,
  "T31 address that goes on": /@example\.com\.evil\.example/,
  "T32 unqualified address": /^from:\s*ceo\r$/im,
  "T33 one-byte overflow": /ŀ/,
  "T34 invalid UTF-8": /\ufffd/,
  "T35 Author": /^author:/im,
  "T36 protected From of a part": /hp="clear"\r\nFrom: ceo@bank\.example/,
  "T37 smuggled transaction": /\n\.\n|\r\.\r|\r\n\.\n|\n\.\r\n/,
  "encoded-word that is folded": /\?q\?[^?\r]*\r\n /i,
  "encoded-word cut in two": /\?=\r\n =\?/,
  "octet that eats the at sign": /\?q\?[^?\r]*=[89a-f][0-9a-f]=40/i,
  "RFC 2231": /^From\*/m,
  "mbox line": /^From ceo@bank\.example /m,
  "escaped NUL": /"\\\0"/,
};

const made = fc.sample(hostileMessage, { seed: 5, numRuns: 8_000 }).map(({ raw }) => Buffer.from(raw).toString("utf8"));

test.each(Object.entries(THREATS))("hostile messages reach %s", (_, threat) => {
  expect(made.some((text) => threat.test(text))).toBe(true);
});
