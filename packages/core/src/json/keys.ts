import { ENVELOPE_FACTS } from "../rule/facts.js";

/** The keys of a transaction in JSON. */
export const TRANSACTION_KEYS = [...ENVELOPE_FACTS, "message", "headers"] as const;

/** A key of a transaction in JSON. */
export type TransactionKey = (typeof TRANSACTION_KEYS)[number];

/** What other programs call the same facts. */
const OTHER_NAMES: Readonly<Record<string, TransactionKey>> = {
  user: "login",
  username: "login",
  saslusername: "login",
  authorization: "authorisation",
  authzid: "authorisation",
  from: "envelopeFrom",
  mailfrom: "envelopeFrom",
  sender: "envelopeFrom",
  returnpath: "envelopeFrom",
  to: "recipients",
  rcpt: "recipients",
  rcptto: "recipients",
  ip: "client",
  clientaddress: "client",
  heloname: "helo",
  ehlo: "helo",
  raw: "message",
  body: "message",
};

/** A key this many edits away is taken for a slip of the pen. */
const MAX_EDITS = 3;

/** Whether a word is a key of a transaction. */
export function isTransactionKey(word: string): word is TransactionKey {
  return (TRANSACTION_KEYS as readonly string[]).includes(word);
}

/** The key that was probably meant; undefined where none is near. */
export function nearestKey(word: string): TransactionKey | undefined {
  const plain = word.toLowerCase().replace(/[^a-z]/g, "");
  if (Object.hasOwn(OTHER_NAMES, plain)) return OTHER_NAMES[plain];
  let nearest: TransactionKey | undefined;
  let least = MAX_EDITS + 1;
  for (const key of TRANSACTION_KEYS) {
    // A word half of whose letters must change is another word.
    const distance = editDistance(plain, key.toLowerCase());
    if (distance < least && distance * 2 <= key.length) [nearest, least] = [key, distance];
  }
  return nearest;
}

/** Levenshtein distance; words that differ much in length are not compared. */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > MAX_EDITS) return MAX_EDITS + 1;
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
