import type { ReplyClass } from "./check-context.js";

const LEADING = /^[245]\.\d{1,3}\.\d{1,3}(?=[\t-\r ]|$)/;

/** Takes an enhanced status code off the front of a text, where one stands there. */
export function splitDsn(text: string, fallback: string): { readonly dsn: string; readonly text: string } {
  const [dsn] = LEADING.exec(text) ?? [];
  return { dsn: dsn ?? fallback, text: dsn === undefined ? text : text.slice(dsn.length).replace(/^[\t-\r ]+/, "") };
}

/** Whether a text begins with an enhanced status code, as RFC 3463 writes one. */
export function beginsWithDsn(text: string): boolean {
  return LEADING.test(text);
}

/** What `x.1.N` of a mailbox becomes where a sender is refused; anything else 4.1.0. */
const SENDER: Readonly<Record<string, string>> = {
  "1": "4.1.7",
  "2": "4.1.8",
  "3": "4.1.7",
  "4": "4.1.7",
  "6": "4.1.7",
  "7": "4.1.7",
  "8": "4.1.8",
};

/** The same where a recipient is refused. */
const RECIPIENT: Readonly<Record<string, string>> = {
  "1": "4.1.1",
  "2": "4.1.2",
  "3": "4.1.3",
  "4": "4.1.4",
  "5": "4.1.5",
  "6": "4.1.6",
  "7": "4.1.3",
  "8": "4.1.2",
};

/**
 * Turns an address-specific code (`x.1.N`) into the one for what is refused: a sender, a recipient, or no address at all. The
 * first digit is set later, from the reply's code.
 *
 * @see Postfix smtpd_dsn_fix(3), RFC 3463 section 3.2
 */
export function fixDsn(dsn: string, replyClass: ReplyClass): string {
  if (!dsn.startsWith(".1.", 1)) return dsn;
  const detail = dsn.slice(4);
  if (replyClass === "Sender address") return SENDER[detail] ?? "4.1.0";
  if (replyClass === "Recipient address") return RECIPIENT[detail] ?? "4.1.0";
  return "4.0.0";
}
