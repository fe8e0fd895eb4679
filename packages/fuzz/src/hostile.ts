import fc from "fast-check";
import { honestValue } from "./honest.js";
import { type Message, OWNED, octetsOf } from "./message.js";

/** An address that no login of made messages may use. */
const FOREIGN = "ceo@bank.example";

const [OWN] = OWNED as readonly [string];
const base64 = (text: string) => Buffer.from(text).toString("base64");
const quoteAll = (text: string) =>
  [...Buffer.from(text)].map((octet) => `=${octet.toString(16).padStart(2, "0")}`).join("");

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
);
const charset = fc.constantFrom(
  "utf-8",
  "UTF-8",
  "us-ascii",
  "iso-8859-1",
  "utf-8*en",
  "utf-7",
  "utf-16be",
  "x-none",
  "iso-2022-jp",
);
const encodedWord = fc
  .tuple(charset, fc.constantFrom("B", "b", "Q", "q", "X"), payload, fc.constantFrom("?=", "?", "", "?= ", "?=="))
  .map(
    ([set, kind, text, end]) => `=?${set}?${kind}?${kind.toLowerCase() === "b" ? base64(text) : quoteAll(text)}${end}`,
  );

/** Pieces of a value that mean something to one parser or another: every threat of the catalogue has its own here. */
export const piece = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      OWN,
      FOREIGN,
      `<${OWN}>`,
      `<${FOREIGN}>`,
      "alice",
      "ceo",
      "@example.com",
      "@bank.example",
      "Alice",
    ),
  },
  { weight: 5, arbitrary: fc.constantFrom(...',;:<>()"\\.@[]% \t=?'.split("")) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      " ",
      "\r\n ",
      "\r\n\t",
      "(c)",
      `(${FOREIGN})`,
      `(<${FOREIGN}>)`,
      '"',
      '\\"',
      `"${FOREIGN}"`,
      `"a ${FOREIGN}"@example.com`,
      `"${OWN}>"`,
      `@example.com,@bank.example:`,
      "Board:",
      ":;",
      '""',
      "=?",
      "?=",
      "\\,",
      "[127.0.0.1]",
      ".evil.example",
      "%bank.example",
      "ceo!",
      "xn--",
      "еxample.com",
      "example.com.",
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "\0",
      "\r",
      "\n",
      "\n\r",
      "\r\r\n",
      "\v",
      "\f",
      "\x1b",
      "\x7f",
      "\x85",
      "\u2028",
      "\u202e",
      "\u200b",
      "\u00ad",
      "\u00a0",
      "\u3002",
      "＠",
      "＜",
      "＞",
      "，",
      "ŀ",
      "\udcff",
      "\udcc0\udcae",
      "\ufeff",
    ),
  },
  { weight: 1, arbitrary: encodedWord },
);

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
    ),
  },
);
const lineEnd = fc.oneof(
  { weight: 12, arbitrary: fc.constant("\r\n") },
  { weight: 1, arbitrary: fc.constantFrom("\n", "\r", "\r\r\n", "\n\r", "\r\n\r\n", "") },
);

/** Header sections with every threat of the catalogue, most of them near to mail that is accepted. */
export const hostileMessage: fc.Arbitrary<Message> = fc
  .tuple(
    fc.array(fc.tuple(fieldName, value, lineEnd), { minLength: 1, maxLength: 4 }),
    fc.constantFrom("\r\n", "\n", "", "\r\n\r\n"),
    fc.constantFrom("hello\r\n", `From: ${FOREIGN}\r\n\r\n`),
  )
  .map(([fields, gap, body]) => ({
    raw: octetsOf(`${fields.map((parts) => parts.join("")).join("")}${gap}${body}`),
    owned: OWNED,
    isHonest: false,
  }));

function insert(text: string, at: number, part: string): string {
  return `${text.slice(0, at)}${part}${text.slice(at)}`;
}
