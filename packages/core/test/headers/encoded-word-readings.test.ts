import { expect, test } from "vitest";
import { decodeText } from "../../src/headers/encoded-word.js";

type Reading = readonly [text: string, texts: readonly string[], rare: readonly string[], flags: string];

const reading = (text: string) => {
  const { texts, rareTexts, unknownCharset, broken } = decodeText(text);
  return {
    texts,
    rare: [...new Set(rareTexts)].filter((rare) => !texts.includes(rare)),
    flags: [...(unknownCharset ? ["unknown"] : []), ...(broken ? ["broken"] : [])].join(" "),
  };
};

/** Text, what most readers show for it, what some show beside that, and what is wrong with its words. */
test.each<Reading>([
  ["a@b", ["a@b"], [], ""],
  ["=? =?", ["=? =?"], [], ""],
  ["=?utf-8?q?=?utf-8?q?a?=", ["=?utf-8?q?a", "a"], [], "broken"],
  ["=?utf-8?q?x=?x?q?a?=", ["x=?x?q?a", "xa"], [], "unknown broken"],
  ["=?x?q?x=?utf-8?q?a?= b", ["x=?utf-8?q?a b", "xa b"], [], "unknown broken"],
  ["=?utf-8?q?x=?utf-8?q?a@b?= c", ["x=?utf-8?q?a@b c", "xa@b c"], ["x=?utf-8?q?a@b", "a@b"], "broken"],
  ["=?utf-8?q?a?= =?utf-8?q?b@c?=", ["ab@c"], ["b@c"], ""],
  ["=?utf-8?q?a?=\t \t=?utf-8?q?b?=", ["ab"], [], ""],
  ["=?utf-8?q?a?==?utf-8?q?b?=", ["ab"], [], ""],
  ["  =?utf-8?q?a?=  ", ["  a  "], [], ""],
  ["x =?utf-8?q?a?= y", ["x a y"], [], ""],
  ["=?utf-8?q?a?=\r\n=?utf-8?q?b?=", ["a\r\nb"], [], ""],
  ["=?utf-8?q?=C3?= =?utf-8?q?=A9?=", ["��", "é"], [], ""],
  ["=?utf-8?q?=C3?= =?utf-8?b?qQ==?=", ["��", "é"], [], ""],
  ["=?utf-8?q?=C3?= =?iso-8859-1?q?=A9?=", ["�©"], [], ""],
  ["=?utf-8?q?=C3?= x =?utf-8?q?=A9?=", ["� x �"], [], ""],
  ["=?utf-16?q?a=00?= =?utf-8?q?b?=", ["ab"], ["愀b"], ""],
  ["=?utf-8?q?a b?= =?utf-8?q?c=4?= =?utf-8?q?0d?=", ["a bc=40d"], ["a bc@d"], "broken"],
  ["=?utf-8?q?=C3=?= =?utf-8?q?A9?= =?utf-8?b?YQ==?=", ["�=A9a"], ["éa"], "broken"],
  ["=?utf-8", ["=?utf-8"], [], ""],
  ["=?utf-8?q", ["=?utf-8?q"], [], ""],
  ["=?utf-8?q?", [""], [], "broken"],
  ["=?utf-8?q?a", ["a"], [], "broken"],
  ["=?utf-8?q?a b", ["a b"], [], "broken"],
  ["=?utf-8?q? b", [" b"], [], "broken"],
  ["=?utf-8?x?a", ["=?utf-8?x?a"], [], ""],
  ["=?utf-8?x?a?=", ["=?utf-8?x?a?="], [], "broken"],
  ["=?utf-8?qq?a?=", ["=?utf-8?qq?a?="], [], "broken"],
  ["=?utf-8?Q ?a?=", ["a"], [], "broken"],
  ["=? utf-8 ?q?a?=", ["a"], [], "broken"],
  ["=?utf-8*en*de?q?a?=", ["a"], [], ""],
  ["=??q?=C3=A9?=", ["é"], [], "broken"],
  ["=??b?w6k=?=", ["é"], [], "broken"],
  ["=?utf-8?q?a?b?=", ["a?b"], [], "broken"],
  ["=?x?q?=?", ["=?"], [], "unknown broken"],
  ["=?utf-8?b?a@_=40", ["k\ufffd"], ["a@_=40", "\ufffd", "k\ufffd4"], "broken"],
  ["=?utf-8?b?_b=A9", ["\ufffd\u0003"], ["\u0003", "\ufffd\ufffd=", "l\u000f"], "broken"],
  ["b?=?x", ["b?=?x"], [], ""],
  ["=? utf-7 ?q?a+AEA-b?=", ["a@b"], ["a+AEA-b"], "unknown broken"],
  ["=?utf-8?q?é?=", ["é"], [], "broken"],
  ["=?utf-8?b?é?=", [""], [], "broken"],
  ["=?utf-8?b?YWI?=", ["ab"], [], "broken"],
  ["=?utf-8?b?YQ===?=", ["a"], [], "broken"],
  ["=?utf-8?b?*YQ=?=", ["a"], [], "broken"],
  ["=?utf-8?b?YWI=YWI=?=", ["abab"], ["ab\u0018X"], "broken"],
  ["=?utf-8?b?YQ=b?=", ["a"], ["a\u0006"], "broken"],
  ["=?utf-8?b?-_8=?=", ["��"], [""], "broken"],
  ["=?utf-8?b?Y-Q=?=", ["c�"], ["a"], "broken"],
  ["=?utf-8?b?Y_Q=?=", ["c�"], ["a"], "broken"],
  ["=?utf-8?q?a_b?=", ["a b"], [], ""],
  ["=?utf-8?q?=41=4a=6F=7A?=", ["AJoz"], [], ""],
  ["=?utf-8?q?=4?=", ["=4"], [], "broken"],
  ["=?utf-8?q?=?=", ["="], [], "broken"],
  ["=?utf-8?q?=41=4?=", ["A=4"], [], "broken"],
  ["=?utf-8?q?=4G=G4=/0=:0=`0=g0=@0?=", ["=4G=G4=/0=:0=`0=g0=@0"], [], "broken"],
  ["=?utf-8?q?=00=09=39?=", ["\0\t9"], [], ""],
  ["=?utf-8?q?= 40?=", ["= 40"], ["@"], "broken"],
  ["=?utf-8?q?= \t40x?=", ["= \t40x"], ["@x"], "broken"],
  ["=?utf-8?q?= g?=", ["= g"], [], "broken"],
  ["=?utf-8?q?a?= =?utf-8?x?b?= =?utf-8?q?c?=", ["a =?utf-8?x?b?= c"], [], "broken"],
  ["=?x?q?a?=", ["a"], [], "unknown"],
  ["=?utf-8?q?a?= =?x?q?b?=", ["ab"], [], "unknown"],
  ["a=?b", ["a=?b"], [], ""],
  ["=?a?=?utf-8?q?b?=", ["=?a?b"], [], "broken"],
  ["=?utf-16?b?YQA=?= =?utf-16?b?YgA=?=", ["ab"], ["愀戀"], ""],
  ["=?utf-8?qx", ["=?utf-8?qx"], [], ""],
  ["=?utf-8?b?YWI YWI", ["ab YWI"], [], "broken"],
  ["=?utf-8?q?a?= =?utf-8?q?x=?utf-8?q?b?=", ["ax=?utf-8?q?b", "axb"], [], "broken"],
])("%j", (text, texts, rare, flags) => {
  expect(reading(text)).toEqual({ texts, rare, flags });
});

const label = "c".repeat(88);

test.each<Reading>([
  [`=?${label}?q?a?=`, ["a"], [], "unknown"],
  [`x =?${label}?q?a?=`, ["x a"], [], "unknown"],
  [`=?${label}c?q?a?=`, [`=?${label}c?q?a?=`], [], ""],
  ["=?utf-8?q        ?a?=", ["a"], [], "broken"],
  ["x =?utf-8?q        ?a?=", ["x a"], [], "broken"],
  ["=?utf-8?q         ?a?=", ["=?utf-8?q         ?a?="], [], ""],
])("%j: a charset has at most 88 characters, an encoding at most nine", (text, texts, rare, flags) => {
  expect(reading(text)).toEqual({ texts, rare, flags });
});
