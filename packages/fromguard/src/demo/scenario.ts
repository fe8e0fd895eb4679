import type { Code } from "@fromguard/core";
import type { Zone } from "./name-server.js";

/** Users and their passwords. */
export const USERS: Readonly<Record<string, string>> = { alice: "wonderland", bob: "builder" };

/** The login map: each local user owns his address and its subaddresses, in two domains. */
export const LOGIN_MAP = `/^([^@+]+)(\\+[^@]*)?@example\\.com$/  \${1}
/^([^@+]+)(\\+[^@]*)?@example\\.net$/  \${1}
`;

/** What the embedded name server knows: the name servers of example.net are down, other names do not exist. */
export const ZONE: Zone = {
  "example.com": { mx: "mx.example.com" },
  "mx.example.com": { a: "127.0.0.1" },
  "example.net": "down",
};

/** Who receives all the mail. */
export const RECIPIENT = "carol@example.com";

/** One message of the demo. */
export interface DemoMessage {
  /** What is tried, in a few words. */
  readonly what: string;
  readonly login: "alice" | "bob";
  /** MAIL FROM without brackets; empty for the null sender. */
  readonly envelopeFrom: string;
  /** The originator fields as they go over the wire, each with its CRLF. */
  readonly originators: string;
  /** How it must be refused: SMTP reply code, and the reason; absent where it must be accepted. */
  readonly refusal?: { readonly smtp: number; readonly code: Code | "dns-unavailable" };
}

const ALICE = "alice@example.com";
const BOB = "bob@example.com";

/** Honest mail and forgeries, in the order in which they are sent. */
export const MESSAGES: readonly DemoMessage[] = [
  { what: "honest mail", login: "alice", envelopeFrom: ALICE, originators: `From: Alice <${ALICE}>\r\n` },
  { what: "honest mail", login: "bob", envelopeFrom: BOB, originators: `From: Bob <${BOB}>\r\n` },
  {
    what: "subaddress of her own",
    login: "alice",
    envelopeFrom: "alice+news@example.com",
    originators: "From: Alice <alice+news@example.com>\r\n",
  },
  {
    what: "receipt: null sender, own From",
    login: "alice",
    envelopeFrom: "",
    originators: `From: Alice <${ALICE}>\r\n`,
  },
  {
    what: "forged envelope",
    login: "bob",
    envelopeFrom: ALICE,
    originators: `From: Alice <${ALICE}>\r\n`,
    refusal: { smtp: 553, code: "envelope-not-owned" },
  },
  {
    what: "forged From, honest envelope",
    login: "bob",
    envelopeFrom: BOB,
    originators: `From: Alice <${ALICE}>\r\n`,
    refusal: { smtp: 553, code: "from-not-owned" },
  },
  {
    what: "null sender, forged From",
    login: "bob",
    envelopeFrom: "",
    originators: `From: Alice <${ALICE}>\r\n`,
    refusal: { smtp: 553, code: "from-not-owned" },
  },
  {
    what: "forged Sender",
    login: "bob",
    envelopeFrom: BOB,
    originators: `From: Bob <${BOB}>\r\nSender: ${ALICE}\r\n`,
    refusal: { smtp: 553, code: "sender-not-owned" },
  },
  {
    what: "two From fields, one forged",
    login: "bob",
    envelopeFrom: BOB,
    originators: `From: Bob <${BOB}>\r\nFrom: Alice <${ALICE}>\r\n`,
    refusal: { smtp: 553, code: "from-not-owned" },
  },
  {
    what: "two From fields, both her own",
    login: "alice",
    envelopeFrom: ALICE,
    originators: `From: Alice <${ALICE}>\r\nFrom: News <alice+news@example.com>\r\n`,
    refusal: { smtp: 550, code: "from-multiple" },
  },
  {
    what: "group with a foreign member",
    login: "bob",
    envelopeFrom: BOB,
    originators: `From: Team: ${BOB}, ${ALICE};\r\nSender: ${BOB}\r\n`,
    refusal: { smtp: 553, code: "from-not-owned" },
  },
  {
    what: "address as display name",
    login: "bob",
    envelopeFrom: BOB,
    originators: `From: "${ALICE}" <${BOB}>\r\n`,
    refusal: { smtp: 550, code: "name-contains-address" },
  },
  {
    what: "the same, as an encoded-word",
    login: "bob",
    envelopeFrom: BOB,
    originators: `From: =?utf-8?B?${Buffer.from(ALICE).toString("base64")}?= <${BOB}>\r\n`,
    refusal: { smtp: 550, code: "name-contains-address" },
  },
  {
    what: "second From behind a bare CR",
    login: "bob",
    envelopeFrom: BOB,
    originators: `From: Bob <${BOB}>\rFrom: Alice <${ALICE}>\r\n`,
    refusal: { smtp: 550, code: "header-bare-cr" },
  },
  {
    what: "domain not fully qualified",
    login: "alice",
    envelopeFrom: "alice@mailhost",
    originators: `From: Alice <${ALICE}>\r\n`,
    refusal: { smtp: 504, code: "sender-not-fqdn" },
  },
  {
    what: "domain that does not exist",
    login: "alice",
    envelopeFrom: "alice@nosuchdomain.test",
    originators: `From: Alice <${ALICE}>\r\n`,
    refusal: { smtp: 550, code: "sender-domain-unknown" },
  },
  {
    what: "DNS is down: not now",
    login: "alice",
    envelopeFrom: "alice@example.net",
    originators: "From: Alice <alice@example.net>\r\n",
    refusal: { smtp: 451, code: "dns-unavailable" },
  },
];

/** The whole message of an entry, with CRLF line ends. */
export function formatMessage({ what, originators }: DemoMessage): string {
  return `${originators}To: Carol <${RECIPIENT}>\r\nSubject: ${what}\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\nHello Carol.\r\n`;
}
