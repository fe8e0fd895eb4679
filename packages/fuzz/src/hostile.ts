import fc from "fast-check";
import { encodedWord } from "./encoded.js";
import { honestValue } from "./honest.js";
import { FOREIGN, type Message, OWN, OWNED, octetsOf } from "./message.js";
import { piece } from "./pieces.js";

/** Where a name may stand beside an own address. */
const NAMED = [`% <${OWN}>`, `"%" <${OWN}>`, `${OWN} (%)`, `"% B" <${OWN}>`, `% =?utf-8?q?B?= <${OWN}>`, `%: ${OWN};`];

const value = fc.oneof(
  { weight: 3, arbitrary: fc.array(piece, { minLength: 1, maxLength: 8 }).map((parts) => parts.join("")) },
  // An honest value with something put into it stays near to what is accepted.
  {
    weight: 4,
    arbitrary: fc
      .tuple(honestValue, fc.array(fc.tuple(fc.nat(), piece), { minLength: 1, maxLength: 3 }))
      .map(([honest, pieces]) =>
        pieces.reduce((text, [at, part]) => insert(text, at % (text.length + 1), part), honest),
      ),
  },
  { weight: 2, arbitrary: honestValue },
  // What is decoded only after it was taken for a name or comment.
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.oneof({ weight: 3, arbitrary: encodedWord }, { weight: 1, arbitrary: piece }),
        fc.constantFrom(...NAMED),
      )
      .map(([word, form]) => form.replace("%", () => word)),
  },
);

const fieldName = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom("From:", "from:", "FROM:", "Sender:") },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "From :",
      "From\t:",
      " From:",
      "From\r\n :",
      "From\0:",
      "\0From:",
      "From",
      "From;",
      ">From:",
      "Frоm:",
      "From\u200b:",
      "From\udca0:",
      "\ufeffFrom:",
      "F\rrom:",
      "X: a\nFrom:",
      "X: a\rFrom:",
      "X: a\r\r\nFrom:",
      "X: a\n\rFrom:",
      "X: a\vFrom:",
      "X: a\u2028From:",
      "X: a\r\n \r\nFrom:",
      "Resent-From:",
      "Resent-Sender:",
      "Author:",
      "Subject:",
      "Reply-To:",
      "From: \r\n",
      "From alice:",
      "To:",
      "Content-Type: multipart/mixed; boundary=x\r\nFrom:",
      "Fr=?utf-8?q?om?=:",
      "=46rom:",
      "Sender :",
      "ſender:",
      "SENDER\t:",
      "fROM \t :",
      "From\v:",
      "From\u00a0:",
      "Ｆrom:",
      "From*:",
      "From*0*:",
      "From\r\n:",
      `From ${FOREIGN} Tue Nov 24 09:00:00 2026\r\nFrom:`,
      "From - Tue Nov 24 09:00:00 2026\r\n>From:",
      `X: a\r\n\tFrom: ${FOREIGN}\r\nFrom:`,
      `X: a\0\r\nFrom:`,
      "X: a\udc85From:",
      "X: \udcfc\u2029From:",
      `${"X: y\r\n".repeat(30)}From:`,
      `Content-Type: text/plain; name*0="\r\n From: ${FOREIGN}"\r\nFrom:`,
      "Content-Type: message/rfc822\r\nFrom:",
    ),
  },
);
const lineEnd = fc.oneof(
  { weight: 12, arbitrary: fc.constant("\r\n") },
  {
    weight: 1,
    arbitrary: fc.constantFrom("\n", "\r", "\r\r\n", "\n\r", "\r\n\r\n", "\r\n \r\n", "\0\r\n", "\n\n", ""),
  },
);

const lineBreak = fc.constantFrom("\r\n", "\n", "\r");
/** Bodies that begin like a header, that another hop takes for two messages, or with parts that name a sender. */
const body = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("hello\r\n", `From: ${FOREIGN}\r\n\r\n`) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(lineBreak, lineBreak)
      .map(([one, other]) => `hello${one}.${other}MAIL FROM:<x@y.z>\r\nDATA\r\nFrom: ${FOREIGN}\r\n\r\n`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      `--x\r\nContent-Type: text/plain; hp="clear"\r\nFrom: ${FOREIGN}\r\n\r\nhello\r\n--x--\r\n`,
      `--x\r\nContent-Type: message/rfc822\r\n\r\nFrom: ${FOREIGN}\r\n\r\nhello\r\n--x--\r\n`,
    ),
  },
);

/** Header sections with every threat of the catalogue, most of them near to mail that is accepted. */
export const hostileMessage: fc.Arbitrary<Message> = fc
  .tuple(
    fc.array(fc.tuple(fieldName, value, lineEnd), { minLength: 1, maxLength: 4 }),
    fc.constantFrom("\r\n", "\n", "", "\r\n\r\n"),
    body,
  )
  .map(([fields, gap, body]) => ({
    raw: octetsOf(`${fields.map((parts) => parts.join("")).join("")}${gap}${body}`),
    owned: OWNED,
    isHonest: false,
  }));

function insert(text: string, at: number, part: string): string {
  return `${text.slice(0, at)}${part}${text.slice(at)}`;
}
