import fc from "fast-check";
import { type Message, OWNED, octetsOf } from "./message.js";

const ATEXT = "abcXYZ019!#$%&'*+-/^_`{|}~éß漢";
const atom = fc.string({ unit: fc.constantFrom(...ATEXT), minLength: 1, maxLength: 8 });
const quoted = fc
  .array(fc.constantFrom(..."abc ,;:<>()[].é漢", '\\"', "\\\\", "\\a"), { maxLength: 10 })
  .map((parts) => `"${parts.join("")}"`);
const text = fc.string({ unit: fc.constantFrom(..."Alice B,<>()é漢€"), minLength: 1, maxLength: 8 });
const encoded = fc.oneof(
  text.map((shown) => `=?utf-8?B?${Buffer.from(shown).toString("base64")}?=`),
  text.map((shown) => `=?UTF-8?q?${quotePrintable(shown)}?=`),
  fc.constantFrom(
    "=?iso-2022-jp?B?GyRCOzNFRBsoQg==?=",
    "=?shift_jis?B?jlKTYw==?=",
    "=?gb2312?B?1cXI/Q==?=",
    "=?big5?B?pEAgs68=?=",
    "=?euc-kr?B?sejDtrz2?=",
    "=?koi8-r?B?6dfBzg==?=",
    "=?windows-1251?Q?=C8=E2=E0=ED?=",
    "=?iso-8859-1?Q?J=F6rg?=\r\n =?utf-8*de?Q?_Bach?=",
  ),
);
const comment = fc.constantFrom(
  "(c)",
  "(a (b) c)",
  "(\\))",
  "()",
  "(<x>, y)",
  "(=?utf-8?q?J=C3=B6rg?=)",
  "((((((c))))))",
);
const blank = fc.constantFrom(" ", "\t", "\r\n ", "  ");
const cfws = fc.oneof(
  blank,
  fc.tuple(blank, comment, blank).map((parts) => parts.join("")),
);
const optional = (of: fc.Arbitrary<string>) => fc.option(of, { nil: "" });
const phrase = fc
  .array(fc.tuple(fc.oneof(atom, quoted, encoded), cfws), { minLength: 1, maxLength: 4 })
  .map((words) => words.flat().join(""));
const address = fc.constantFrom(...OWNED, '"alice"@example.com', "alice@EXAMPLE.com", "Alice@example.com");

/** A mailbox of the strict grammar, with an own address. */
const honestMailbox = fc.oneof(
  fc.tuple(optional(cfws), address, optional(cfws)).map((parts) => parts.join("")),
  fc
    .tuple(optional(cfws), optional(phrase), optional(cfws), address, optional(cfws), optional(cfws))
    .map(([before, name, inner, of, tail, after]) => `${before}${name}<${inner}${of}${tail}>${after}`),
);

/** The value of a From of own authors. */
export const honestValue = fc.array(honestMailbox, { minLength: 1, maxLength: 3 }).map((list) => list.join(","));

const otherField = fc.constantFrom(
  "To: carol@partner.example",
  "Reply-To: carol@partner.example",
  "Subject: From: ceo@bank.example",
  "Subject: =?utf-8?Q?hello?=\r\n From: folded <ceo@bank.example>",
  "X-From: ceo@bank.example",
  "Cc: Board: ceo@bank.example, carol@partner.example;",
  "Date: Tue, 24 Nov 2026 09:00:00 +0000",
);

/** Mail that its login may send, by the strict grammar alone. */
export const honestMessage: fc.Arbitrary<Message> = fc
  .record({
    name: fc.constantFrom("From", "from", "FROM", "fRoM"),
    value: honestValue,
    sender: fc.option(honestMailbox, { nil: undefined }),
    before: fc.array(otherField, { maxLength: 3 }),
    after: fc.array(otherField, { maxLength: 3 }),
    body: fc.constantFrom("hello\r\n", "", "From: ceo@bank.example\r\n", "\r\nSender: ceo@bank.example\r\n"),
  })
  .map(({ name, value, sender, before, after, body }) => {
    const senders = sender === undefined ? [] : [`Sender:${sender}`];
    const lines = [...before, `${name}:${value}`, ...senders, ...after];
    return { raw: octetsOf(`${lines.join("\r\n")}\r\n\r\n${body}`), owned: OWNED, isHonest: true };
  })
  .filter(({ raw }) => !hasBlankLine(raw));

/** A fold after a fold makes a line of blanks: the strict grammar (FWS) has none. */
function hasBlankLine(raw: Uint8Array): boolean {
  const [header = ""] = Buffer.from(raw).toString("latin1").split("\r\n\r\n");
  return /\r\n[ \t]+\r\n/.test(`${header}\r\n`);
}

function quotePrintable(shown: string): string {
  return [...Buffer.from(shown)].map((octet) => `=${octet.toString(16).toUpperCase().padStart(2, "0")}`).join("");
}
