import { describe, expect, test } from "vitest";
import { FOREIGN, OWN, verdicts, withLines } from "./originator-verdicts.js";

const q = (charset: string, word: string) => `=?${charset}?Q?${word}?=`;
const ownQ = OWN.replace("@", "=40");
const foreignQ = FOREIGN.replace("@", "=40");

/** Default, strict and lenient, as letters; then the code of the default. */
const CASES: readonly (readonly [name: string, phrase: string, letters: string, code: string])[] = [
  ["octets of another charset than the label says", q("utf-8", "J=FCrgen"), "aaa", "ok"],
  ["octets that are none of the charset, and nothing else", q("utf-8", "=FF=FE=FF"), "aaa", "ok"],
  ["a hole of windows-1252", q("windows-1252", "a=81b"), "aaa", "ok"],
  ["eight bits in US-ASCII", q("us-ascii", "Andr=E9"), "aaa", "ok"],
  ["half a character at the end of a word", q("utf-8", "Andr=C3"), "aaa", "ok"],
  ["a character split between two words", `${q("utf-8", "Andr=C3")} ${q("utf-8", "=A9")}`, "aaa", "ok"],
  ["half a pair of UTF-16", "=?utf-16be?B?2AA=?=", "aaa", "ok"],
  ["a U+FFFD that an earlier hop wrote", "J\ufffdrgen", "aaa", "ok"],
  ["a U+FFFD in an encoded-word", q("utf-8", "J=EF=BF=BDrgen"), "aaa", "ok"],
  ["such a name with the own address", q("utf-8", `J=FCrgen_${ownQ}`), "aaa", "ok"],

  ["a foreign address beside bad octets", q("utf-8", `=FF_${foreignQ}`), "rra", "name-contains-address"],
  ["bad octets in its local part", q("utf-8", "ce=FFo=40bank.example"), "rra", "name-contains-address"],
  ["bad octets in its domain", q("utf-8", "ceo=40ba=FFnk.example"), "rra", "name-contains-address"],
  ["bad octets beside its sign", q("utf-8", "ceo=FF=40=FFbank.example"), "rra", "name-contains-address"],
  ["bad octets around its dot", q("utf-8", "ceo=40bank=FF.=FFexample"), "rra", "name-contains-address"],
  ["the own address with bad octets before it", q("utf-8", `=FF${ownQ}`), "rra", "name-contains-address"],
  ["the own address with bad octets behind it", q("utf-8", `${ownQ}=FF`), "rra", "name-contains-address"],
  ["the own address with bad octets in it", q("utf-8", "al=FFice=40example.com"), "rra", "name-contains-address"],
  ["an at sign in two octets of UTF-8", q("utf-8", "ceo=C1=80bank.example"), "rra", "name-contains-address"],
  ["one in three", q("UTF8", "ceo=E0=81=80bank.example"), "rra", "name-contains-address"],
  ["one in four", q("utf-8", "ceo=F0=80=81=80bank.example"), "rra", "name-contains-address"],
  ["a dot in two", q("utf-8", "ceo=40bank=C0=AEexample"), "rra", "name-contains-address"],
  ["half a character before the sign", q("utf-8", "ceo=E3=40bank.example"), "rra", "name-contains-address"],
  ["half a character of EUC-KR before it", q("euc-kr", "ceo=B0=40bank.example"), "rra", "name-contains-address"],

  ["a charset that nobody knows", q("x-unknown", "J=FCrgen"), "rra", "name-undecodable"],
  ["one whose ASCII shows an address", q("x-unknown", foreignQ), "rra", "name-undecodable"],
  ["UTF-7, which few know", q("utf-7", "ceo+AEA-bank.example"), "rra", "name-undecodable"],
  ["bad base64 of bad octets", "=?utf-8?B?/w?=", "ara", "ok"],
];

describe("names that cannot be decoded", () => {
  test.each(CASES)("%s", async (_, phrase, letters, code) => {
    expect(await verdicts(withLines(`From: ${phrase} <${OWN}>`))).toEqual([letters, code]);
    expect(await verdicts(withLines(`From: ${OWN} (${phrase})`))).toEqual([letters, code]);
  });

  test("octets that are no UTF-8 outside of encoded-words are no name at all", async () => {
    const raw = Buffer.from(withLines(`From: "J\xfcrgen" <${OWN}>`), "latin1");
    expect(await verdicts(raw)).toEqual(["rrr", "utf8-invalid"]);
  });
});
