import type { Edit } from "@fromguard/core";
import { REFUSED, UNSEEN } from "../../../http/test/mta-hooks/forged.js";
import { HOST_FACTS } from "../../../smtp-server/src/message-facts.js";

/** A message and how it came. */
export interface Transaction {
  readonly id: string;
  readonly login: string | null;
  readonly envelopeFrom: string;
  readonly octets: Buffer;
  /** The header as a milter passes it; absent where octets are in it that no list can hold. */
  readonly fields?: readonly Field[];
}

type Field = readonly [name: string, value: string];

/** Transactions, and who owns what in them. */
export interface Play {
  readonly transactions: readonly Transaction[];
  readonly owned: Readonly<Record<string, readonly string[]>>;
}

/** The domain of senders for whom something is about to go wrong, or to be edited. */
export const TRIGGERS = "triggers.example";

/** The domain whose sub-domains a name server knows. */
export const ZONE = "zone.example";

const ANN = [
  "ann@example.com",
  "ann@localhost",
  `ann@exists.${ZONE}`,
  `ann@missing.${ZONE}`,
  `ann@null-mx.${ZONE}`,
  "ann@xn--mnchen-3ya.example",
  '"ann smith"@example.com',
];

/** A message of ann, honest in its header. */
function message(id: string, login: string | null, envelopeFrom: string, from = envelopeFrom): Transaction {
  const fields: readonly Field[] = [
    ["From", ` ${from}`],
    ["Subject", " hello"],
  ];
  const header = fields.map(([name, value]) => `${name}:${value}\r\n`).join("");
  return { id, login, envelopeFrom, fields, octets: Buffer.from(`${header}\r\nhello\r\n`) };
}

/** Senders, honest and not, whose headers are honest. */
export const ENVELOPES: Play = {
  owned: { ann: ANN, bob: ["bob@example.com"] },
  transactions: [
    message("own address", "ann", "ann@example.com"),
    message("own address in capitals", "ann", "ann@EXAMPLE.COM"),
    message("null reverse-path", "ann", "", "ann@example.com"),
    message("null reverse-path without a login", null, "", "eve@elsewhere.example"),
    message("quoted local part", "ann", '"ann smith"@example.com'),
    message("internationalised domain", "ann", "ann@xn--mnchen-3ya.example"),
    message("a domain that receives mail", "ann", `ann@exists.${ZONE}`),
    message("a domain that does not exist", "ann", `ann@missing.${ZONE}`),
    message("a domain that receives no mail", "ann", `ann@null-mx.${ZONE}`),
    message("a name without a domain behind it", "ann", "ann@localhost"),
    message("another's address", "ann", "bob@example.com", "ann@example.com"),
    message("nobody's address", "ann", "nobody@example.com", "ann@example.com"),
    message("another's address by another domain", "ann", "ann@example.org", "ann@example.com"),
    message("owned by who is not logged in", null, "ann@example.com", "eve@elsewhere.example"),
    message("another's header", "ann", "ann@example.com", "bob@example.com"),
    message("a stranger", null, "eve@elsewhere.example"),
  ],
};

/** Messages of ann that a surface which knows only parts of them may take for honest. */
export const FORGED: Play = {
  owned: { ann: ["ann@example.com"] },
  transactions: [
    ...Object.entries(REFUSED),
    ...Object.entries(UNSEEN).flatMap(([what, texts]) =>
      texts.map((text, index) => [`${what} ${index}`, text] as const),
    ),
  ].map(([id, text]) => ({
    id,
    login: "ann",
    envelopeFrom: "ann@example.com",
    octets: Buffer.from(text, "latin1"),
  })),
};

/** A message with which one rule of the policy has something to do. */
export function triggering(name: string): Transaction {
  return message(name, "trigger", `${name}@${TRIGGERS}`);
}

/** Who owns the senders of {@link triggering}. */
export function triggerOwned(names: readonly string[]): Play["owned"] {
  return { trigger: names.map((name) => `${name}@${TRIGGERS}`) };
}

/** Each edit that there is. */
export const EDITS: readonly Edit[] = [
  { kind: "add-header", name: "X-Added", value: "1" },
  { kind: "prepend-header", name: "X-Prepended", value: "1" },
  { kind: "change-header", name: "Subject", occurrence: 1, value: "changed" },
  { kind: "delete-header", name: "Subject", occurrence: 1 },
  { kind: "change-envelope-from", address: `other@${TRIGGERS}` },
  { kind: "quarantine", reason: "for a look" },
];

/** Each fact that a message from the network can have. */
export const FACTS = HOST_FACTS;

/** The recipient of every message. */
export const RECIPIENT = "bob@example.org";
