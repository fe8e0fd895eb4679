import type { Code } from "@fromguard/core";

/** What ann may use: her own address, press@ as her own, team@ on behalf. */
export const GRANTS = `grants:
  - { login: ann@example.com, mailbox: ann@example.com }
  - { login: ann@example.com, send-as: press@example.com }
  - { login: ann@example.com, on-behalf: team@example.com }
  - { login: bob@example.com, mailbox: bob@example.com }
`;

/** Rules of the daemons by name; `plain` edits nothing. */
export const RULES = {
  plain: "  - header-originators-owned",
  envelope: `  - login-owns-envelope
  - header-originators-owned:
      cure: { to: envelope, keep-claim: reply-to, remove-signatures: true }
  - stamp-login: { authserv-id: mx.example.com }`,
  login: `  - header-originators-owned:
      add-sender: { to: login }
      cure: { to: login, keep-claim: x-original-from }
  - stamp-login: { pseudonym-key: "@DIR@/key" }`,
  fixed: `  - header-originators-owned:
      add-sender: { to: press@example.com, when: always }
      cure: { to: press@example.com }`,
} as const;

/** One message of ann that is edited: its header, without `To`, and what arrives of it. */
export interface EditCase {
  readonly name: string;
  readonly rules: keyof typeof RULES;
  /** What the rule finds without edits; undefined where it passes. */
  readonly code: Code | undefined;
  readonly header: readonly string[];
  readonly delivered: readonly string[];
  /** What stands behind `To`, where Postfix puts an added field. */
  readonly added?: readonly string[];
  /** Put on top by `stamp-login`. */
  readonly stamp?: string;
  readonly mailFrom?: string;
}

const AUTH = "Authentication-Results: mx.example.com; auth=pass smtp.auth=ann@example.com";
/** HMAC-SHA-256 of the login under the key of the suite, as `openssl dgst -sha256 -hmac` has it; the first 128 bits. */
const PSEUDONYM = "X-Fromguard-Login: 9f70eb4f1d9f0194d58bc08c41ce2b3b";
const OWN = "From: ann@example.com";

export const EDITED: readonly EditCase[] = [
  {
    name: "a forged From becomes the envelope sender, and the claim goes to Reply-To",
    rules: "envelope",
    code: "from-not-owned",
    header: ["X-First: 1", "From: The Director <director@bank.example>", "X-Last: 2"],
    delivered: ["X-First: 1", 'From: "The Director" <press@example.com>', "X-Last: 2"],
    added: ["Reply-To: The Director <director@bank.example>"],
    stamp: AUTH,
    mailFrom: "press@example.com",
  },
  {
    name: "a forged From becomes the login's address, and the claim goes to X-Original-From",
    rules: "login",
    code: "from-not-owned",
    header: ["From: =?iso-8859-1?Q?B=F6b?= <bob@example.com>"],
    delivered: ["From: =?utf-8?B?QsO2Yg==?= <ann@example.com>"],
    added: ["X-Original-From: =?iso-8859-1?Q?B=F6b?= <bob@example.com>"],
    stamp: PSEUDONYM,
  },
  {
    name: "several From fields become one, wherever they stand",
    rules: "envelope",
    code: "from-multiple",
    header: [OWN, "X-Mid: 1", "FROM: press@example.com", "from: Ann <ann@example.com>", "X-Last: 2"],
    delivered: [OWN, "X-Mid: 1", "X-Last: 2"],
    stamp: AUTH,
  },
  {
    name: "a display name with a foreign address goes, the address stays",
    rules: "envelope",
    code: "name-contains-address",
    header: ['From: "director@bank.example" <press@example.com>'],
    delivered: ["From: press@example.com"],
    stamp: AUTH,
  },
  {
    name: "so does one with controls",
    rules: "envelope",
    code: "name-control",
    header: ["From: =?utf-8?Q?Ann=00?= <ann@example.com>"],
    delivered: [OWN],
    stamp: AUTH,
  },
  {
    name: "one with overrides",
    rules: "envelope",
    code: "name-bidi",
    header: ["From: =?utf-8?Q?=E2=80=AEnna?= <ann@example.com>"],
    delivered: [OWN],
    stamp: AUTH,
  },
  {
    name: "and one in a charset that cannot be read",
    rules: "envelope",
    code: "name-undecodable",
    header: ["From: =?x-none?Q?Ann?= <ann@example.com>"],
    delivered: [OWN],
    stamp: AUTH,
  },
  {
    name: "a foreign Sender becomes the target",
    rules: "envelope",
    code: "sender-not-owned",
    header: [OWN, "Sender: Bob <bob@example.com>"],
    delivered: [OWN, "Sender: ann@example.com"],
    stamp: AUTH,
  },
  {
    name: "so does a foreign Resent-From, the own one beside it stays",
    rules: "envelope",
    code: "resent-not-owned",
    header: ["Resent-From: press@example.com", "Resent-From: bob@example.com", OWN],
    delivered: ["Resent-From: press@example.com", "Resent-From: ann@example.com", OWN],
    stamp: AUTH,
  },
  {
    name: "a foreign Author goes",
    rules: "envelope",
    code: "author-not-owned",
    header: ["Author: bob@example.com", OWN],
    delivered: [OWN],
    stamp: AUTH,
  },
  {
    name: "signatures go, all of them, and forged results in our name",
    rules: "envelope",
    code: "from-not-owned",
    header: [
      "DKIM-Signature: v=1; d=bank.example;",
      "\tb=abc",
      AUTH.replace("ann@", "bob@"),
      "Authentication-Results: mx.other.example; spf=pass",
      "dkim-signature: v=1; d=example.com; b=def",
      "From: b@x.example",
      "Authentication-Results: (c) MX.example.com 1; auth=pass",
      "Reply-To: c@x.example",
    ],
    delivered: ["Authentication-Results: mx.other.example; spf=pass", OWN, "Reply-To: c@x.example"],
    stamp: AUTH,
  },
  {
    name: "several faults in one message",
    rules: "envelope",
    code: "author-not-owned",
    header: [
      "Author: bob@example.com",
      "From: a@x.example, b@x.example",
      'Sender: "b@x.example" <press@example.com>',
      "From: c@x.example",
      "Resent-Sender: bob@example.com",
    ],
    delivered: [OWN, "Sender: press@example.com", "Resent-Sender: ann@example.com"],
    stamp: AUTH,
  },
  {
    name: "a From that is granted on behalf stays, and gets a Sender",
    rules: "login",
    code: "from-not-owned",
    header: ["From: The Team <team@example.com>"],
    delivered: ["From: The Team <team@example.com>"],
    added: ["Sender: ann@example.com"],
    stamp: PSEUDONYM,
  },
  {
    name: "another own From gets a Sender, and forged pseudonyms go",
    rules: "login",
    code: undefined,
    header: ["x-fromguard-login: 0000", "From: press@example.com", "X-Fromguard-Login: 1111"],
    delivered: ["From: press@example.com"],
    added: ["Sender: ann@example.com"],
    stamp: PSEUDONYM,
  },
  {
    name: "the login's own From needs no Sender",
    rules: "login",
    code: undefined,
    header: ["From: Ann <ann@example.com>"],
    delivered: ["From: Ann <ann@example.com>"],
    stamp: PSEUDONYM,
  },
  {
    name: "a Sender in all mail, where it is wanted",
    rules: "fixed",
    code: undefined,
    header: ["From: press@example.com", "Sender: ann@example.com"],
    delivered: ["From: press@example.com", "Sender: press@example.com"],
  },
  {
    name: "a forged From becomes the address for all, and the claim is dropped",
    rules: "fixed",
    code: "from-not-owned",
    header: ["From: b@x.example"],
    delivered: ["From: press@example.com"],
    added: ["Sender: press@example.com"],
  },
  {
    name: "honest mail is edited by nobody but the stamp",
    rules: "envelope",
    code: undefined,
    header: ["From:Ann (c) <ann@example.com>", "Subject:  x  y"],
    delivered: ["From:Ann (c) <ann@example.com>", "Subject:  x  y"],
    stamp: AUTH,
  },
];

/** Mail that no edit may help. */
export const REFUSED: readonly {
  readonly name: string;
  readonly rules: keyof typeof RULES;
  readonly login: string;
  readonly mailFrom: string;
  readonly header: readonly string[];
  readonly reply: RegExp;
}[] = [
  {
    name: "the login does not own the target",
    rules: "fixed",
    login: "bob@example.com",
    mailFrom: "bob@example.com",
    header: ["From: b@x.example"],
    reply: /^553 5\.7\.1 The From address is not owned/,
  },
  {
    name: "the envelope sender, which is the target, is another's",
    rules: "envelope",
    login: "ann@example.com",
    mailFrom: "bob@example.com",
    header: ["From: b@x.example"],
    reply: /^553 5\.7\.1 Sender address rejected: not owned/,
  },
  ...(["envelope", "login", "fixed"] as const).map((rules) => ({
    name: `the envelope sender is null (to: ${rules})`,
    rules,
    login: "ann@example.com",
    mailFrom: "",
    header: ["From: b@x.example"],
    reply: /^553 5\.7\.1 The From address is not owned/,
  })),
  {
    name: "a structural fault stands beside the claim",
    rules: "envelope",
    login: "ann@example.com",
    mailFrom: "ann@example.com",
    header: ["From: b@x.example, (c"],
    reply: /^55\d 5\./,
  },
  {
    name: "there is no From",
    rules: "fixed",
    login: "ann@example.com",
    mailFrom: "ann@example.com",
    header: ["Sender: b@x.example"],
    reply: /^55\d 5\./,
  },
];
