/** A way to show a sender that is not the login's own: ann logs in, owns ann@example.com alone, and writes this. */
export interface Threat {
  readonly name: string;
  /** Default ann's own address. */
  readonly envelopeFrom?: string;
  /** Octets as latin1. */
  readonly header: string;
  /** Octets as latin1. Default one line of text. */
  readonly body?: string;
}

const utf8 = (text: string) => Buffer.from(text).toString("latin1");
const OWN = "From: ann@example.com\r\n";

/** Every known threat, in the order of the page. */
export const THREATS: readonly Threat[] = [
  { name: "From of another user", header: "From: bob@example.com\r\n" },
  { name: "envelope of another user", envelopeFrom: "bob@example.com", header: OWN },
  { name: "null sender with a foreign From", envelopeFrom: "", header: "From: bob@example.com\r\n" },
  { name: "comment in the envelope", envelopeFrom: "ann@example.com(.example.net", header: OWN },
  { name: "source route in the envelope", envelopeFrom: "@example.com,@x.test:bob@example.com", header: OWN },
  { name: "several From fields", header: `${OWN}From: bob@example.com\r\n` },
  { name: "blank before the colon", header: `${OWN}From : bob@example.com\r\n` },
  { name: "folded field name", header: `From\r\n : bob@example.com\r\n${OWN}` },
  { name: "blank before the first field", header: ` From: bob@example.com\r\n${OWN}` },
  { name: "no From, foreign Sender", header: "Sender: bob@example.com\r\n" },
  { name: "no From, foreign Resent-From", header: "Resent-From: bob@example.com\r\n" },
  { name: "foreign Sender beside an own From", header: `${OWN}Sender: bob@example.com\r\n` },
  {
    name: "own Sender as a licence for a foreign From",
    header: "From: bob@example.com\r\nSender: ann@example.com\r\n",
  },
  { name: "several Sender fields", header: `${OWN}Sender: ann@example.com\r\nSender: ann@example.com\r\n` },
  { name: "Sender of two mailboxes", header: `${OWN}Sender: ann@example.com, ann@example.com\r\n` },
  { name: "Resent-From that cannot be read", header: `${OWN}Resent-From: ann@example.com]\r\n` },
  { name: "Author that cannot be read", header: `${OWN}Author: ann@example.com]\r\n` },
  { name: "foreign Resent-From beside an own From", header: `${OWN}Resent-From: bob@example.com\r\n` },
  { name: "foreign Author", header: `${OWN}Author: bob@example.com\r\n` },
  { name: "several mailboxes, one foreign", header: "From: ann@example.com, bob@example.com\r\n" },
  { name: "group with a foreign member", header: "From: Board: ann@example.com, bob@example.com;\r\n" },
  { name: "group without members", header: "From: bob:;\r\n" },
  { name: "address in the place of a group's name", header: "From: bob@example.com: ann@example.com;\r\n" },
  { name: "source route in From", header: "From: <@example.com:ann@example.com>\r\n" },
  { name: "escape outside quotes", header: "From: <bob@example.com>\\,<ann@example.com>\r\n" },
  { name: "text behind the address", header: "From: <ann@example.com>bob@example.com\r\n" },
  { name: "angles in angles", header: "From: <<ann@example.com>bob@example.com>\r\n" },
  { name: "comment that is never closed", header: "From: ann@example.com (\r\n" },
  { name: "comment within the domain", header: "From: ann@example.com(x).example.net\r\n" },
  { name: "own address as a quoted local part", header: 'From: "ann@example.com x"@example.net\r\n' },
  { name: "bracket behind the address", header: "From: ann@example.com](bob@example.com\r\n" },
  {
    name: "encoded-word in the place of an address",
    header: "From: =?utf-8?q?bob=40example.com?=,<ann@example.com>\r\n",
  },
  { name: "encoded-word within an address", header: "From: =?utf-8?q?bob?=@example.com\r\n" },
  { name: "encoded NUL in the name", header: "From: =?utf-8?q?bob=00?= <ann@example.com>\r\n" },
  { name: "NUL in the header", header: "From: ann@example.com\0, bob@example.com\r\n" },
  { name: "From behind a bare LF", header: `${OWN}X-A: b\nFrom: bob@example.com\r\n` },
  { name: "From behind a bare CR", header: `${OWN}X-A: b\rFrom: bob@example.com\r\n` },
  { name: "control character", header: `${OWN}X-A: b\x0bFrom: bob@example.com\r\n` },
  { name: "line that is no field", header: `${OWN}no field\r\nFrom: bob@example.com\r\n` },
  { name: "line of blanks, taken for the end of the header", header: `${OWN}X-A: b\r\n \r\nFrom: bob@example.com\r\n` },
  { name: "byte order mark before the first field", header: `${utf8("\uFEFF")}${OWN}` },
  { name: "look-alike field name", header: `${OWN}${utf8("Fr\u043em")}: bob@example.com\r\n` },
  { name: "From behind an overlong line", header: `${OWN}X-A: ${"a".repeat(1_000)}\r\nFrom: bob@example.com\r\n` },
  { name: "more nesting than anybody reads", header: `From: ${"(".repeat(5_000)} ann@example.com\r\n` },
  { name: "foreign address as display name", header: 'From: "bob@example.com" <ann@example.com>\r\n' },
  { name: "the same, encoded", header: "From: =?utf-8?b?Ym9iQGV4YW1wbGUuY29t?= <ann@example.com>\r\n" },
  { name: "foreign address as a comment", header: "From: ann@example.com (bob@example.com)\r\n" },
  { name: "right-to-left override in the name", header: `From: ${utf8("\u202ebob")} <ann@example.com>\r\n` },
  { name: "name in a charset that nobody knows", header: "From: =?x-none?q?bob?= <ann@example.com>\r\n" },
  { name: "look-alike domain", header: `From: ${utf8("ann@ex\u0430mple.com")}\r\n` },
  { name: "own domain as the beginning of another", header: "From: ann@example.com.example.net\r\n" },
  { name: "subdomain of an own domain", header: "From: ann@sub.example.com\r\n" },
  { name: "percent route in the local part", header: "From: bob%example.com@example.com\r\n" },
  { name: "unlisted subaddress", header: "From: ann+bob@example.com\r\n" },
  { name: "address without a domain", header: "From: bob\r\n" },
  { name: "trailing dot behind the domain", header: "From: ann@example.com.\r\n" },
  { name: "sign that ends in the octet of an at sign", header: `From: ${utf8("bob\u0140example.com")}\r\n` },
  { name: "broken UTF-8 in the name", header: "From: \xff <ann@example.com>\r\n" },
  { name: "no mailbox at all", header: "From: <>\r\n" },
  { name: "several authors without a Sender", header: "From: ann@example.com, ann@example.com\r\n" },
  {
    name: "foreign From in a part with protected headers",
    header: `${OWN}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n`,
    body: '--b\r\nContent-Type: text/plain; protected-headers="v1"\r\nFrom: bob@example.com\r\n\r\nhello\r\n--b--\r\n',
  },
  { name: "second message smuggled in the body", header: OWN, body: "hello\n.\r\nMAIL FROM:<bob@example.com>\r\n" },
];
