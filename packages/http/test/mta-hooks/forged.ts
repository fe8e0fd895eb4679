import fc from "fast-check";

const OWN = "From: ann@example.com\r\n";
const LONGEST = `From:${"ann@example.com\r\n".padStart(995)}`;
const FORGED = "From: ceo@bank.example\r\n";
const FOLDED_NAME = "From\r\n : ceo@bank.example\r\n";

/** Messages of ann, as latin1, that may pass nowhere where their octets are known, nor at Stalwart. */
export const REFUSED: Readonly<Record<string, string>> = {
  "a second From behind a bare LF": `${OWN}\n${FORGED}Subject: hi\r\n\r\nhi\r\n`,
  "a bare LF before the body": `${OWN}\nhi\r\n`,
  "a bare LF before a body in Latin-1": `${OWN}\n${FORGED}\r\nGr\xfc\xdfe\r\n`,
  "a folded name": `${OWN}${FOLDED_NAME}Subject: x\r\n\r\nhi\r\n`,
  "a folded name, hidden by as many replaced octets": `${OWN}${FOLDED_NAME}\r\n${"\xe9".repeat(20)}\r\n`,
  "a folded name, and fewer replaced octets": `${OWN}${FOLDED_NAME}\r\n${"\xe9".repeat(9)}\r\n`,
  "a folded name before a field without end": `${OWN}${FOLDED_NAME}Subject: x`,
  "CR before a field without end": `${OWN}\rSubject: x`,
  "blanks before a bare LF": `${OWN} \n${FORGED}\r\nhi\r\n`,
  "a blank before another's From": ` ${FORGED}${OWN}\r\nhi\r\n`,
  "colons alone": `${OWN}::\r\n\r\nhi\r\n`,
};

/** Messages of ann, as latin1, with anomalies that Stalwart tells nothing of, by what it does tell. */
export const UNSEEN: Readonly<Record<string, readonly string[]>> = {
  "all but two octets before a body": [
    `${OWN}\rSubject: x\r\n\nhi\r\n`,
    `\f${OWN}\nhi\r\n`,
    ` ${OWN}\nhi\r\n`,
    ` ${LONGEST}\nhi\r\n`,
  ],
  "all but two octets at the end": [`${OWN}\0\n`, `${OWN}x\n`, `${OWN}::`, `\f${OWN}\r`, ` ${OWN}\r`, ` ${LONGEST}\r`],
  "a last line without its last octet": [`${OWN}foo`, `${OWN}foo\0`, `${OWN}foo\r`, `${OWN}foo\x01`],
  "text in which octets were replaced": [
    `${OWN}\0\n\r\n\xe9\xe9`,
    `${OWN}\r\r\n\xe9\xe9`,
    `${OWN}\f\r\n\xe9\xe9`,
    ` ${OWN}\r\n\xe9\xe9`,
    ` ${LONGEST}\r\n\xe9\xe9`,
    `${OWN}x\r\n \r\n\xe9\xe9`,
    `${OWN}::\r\n\r\n\xe9\xe9`,
    "From: \xe9 <ann@example.com>\r\n\r\nhi\r\n",
  ],
};

/** Honest messages of ann, as latin1. */
export const HONEST: Readonly<Record<string, string>> = {
  "Latin-1 in the body": `${OWN}\r\n${"Gr\xfc\xdfe, \xe9t\xe9. ".repeat(100)}\r\n`,
  "Latin-1 in the header": `${OWN}Subject: Gr\xfc\xdfe\r\n\r\nhi\r\n`,
  "UTF-8": `${OWN}Subject: \xc3\xa4\r\n\r\n\xc3\xa4\r\n`,
  "U+FFFD": `${OWN}\r\n${"\xef\xbf\xbd".repeat(3)}\r\n`,
  "a character cut off": `${OWN}\r\n\xf0\x9f\x98\r\n`,
  "no body": `${OWN}Subject: x\r\n`,
  "an empty body": `${OWN}\r\n`,
  "a last field that is empty": `${OWN}Subject:\r\n`,
  "a body of an empty line": `${OWN}\r\n\r\n`,
};

const PIECES = [
  OWN,
  FORGED,
  FOLDED_NAME,
  ...["From", "\r\n", " ", "\n", "\r", "\t", "\f", "\0", ":", "x", "Subject: hi\r\n", "body\r\n", "\r\n\r\n"],
  ...["\xff", "\xff".repeat(6), "\xc3\xa9", "\xe4\xbd", "\xf0\x9f\x98", "\xef\xbf\xbd"],
  ...["From : ceo@bank.example\r\n", "From\n :a\n", "Sender: ceo@bank.example\r\n", "\r\n.\r\n"],
];

/** Messages of pieces that a forger may put together, as latin1. */
export const anyForged: fc.Arbitrary<string> = fc
  .record({
    beginning: fc.constantFrom("", OWN),
    pieces: fc.array(fc.constantFrom(...PIECES), { maxLength: 9 }),
    end: fc.constantFrom("", "\r\n", "\r\n\r\nhi\r\n"),
  })
  .map(({ beginning, pieces, end }) => `${beginning}${pieces.join("")}${end}`);
