/** Lines that Postfix writes of one message of a logged-in client. */
const LINES_A_MESSAGE = 7;
/** One message of so many has a forged envelope sender. */
const FORGED_EVERY = 20;
const LOGINS = 400;
const SECONDS_A_DAY = 86_400;
/** Hexadecimal, as Postfix writes a short queue ID, all of one length. */
const FIRST_QUEUE_ID = 0x40_0000_0000;
/** Messages of one piece of text. */
const PIECE = 1000;

/** How many messages are in so many lines, and how many of them the policy refuses. */
export function contents(lines: number): { readonly messages: number; readonly forged: number } {
  const messages = Math.ceil(lines / LINES_A_MESSAGE);
  return { messages, forged: Math.floor(messages / FORGED_EVERY) };
}

/** A log of a submission service, at least so many lines, in pieces. */
export function* mailLog(lines: number): Generator<string> {
  const { messages } = contents(lines);
  for (let first = 1; first <= messages; first += PIECE) {
    let piece = "";
    for (let at = first; at < first + PIECE && at <= messages; at++) piece += linesOf(at);
    yield piece;
  }
}

function linesOf(at: number): string {
  const login = `user${at % LOGINS}`;
  const sender = at % FORGED_EVERY === 0 ? `user${(at + 1) % LOGINS}@example.com` : `${login}@example.com`;
  const id = (FIRST_QUEUE_ID + at).toString(16).toUpperCase();
  const client = `client${at % 100}.example.net[198.51.100.${at % 250}]`;
  const smtpd = `postfix/submission/smtpd[${(at % 100) + 1000}]`;
  return [
    `${smtpd}: connect from ${client}`,
    `${smtpd}: ${id}: client=${client}, sasl_method=PLAIN, sasl_username=${login}`,
    `postfix/cleanup[900]: ${id}: message-id=<${at}@example.com>`,
    `postfix/qmgr[901]: ${id}: from=<${sender}>, size=2048, nrcpt=1 (queue active)`,
    `postfix/smtp[902]: ${id}: to=<someone@partner.test>, relay=mx.partner.test[203.0.113.9]:25, delay=1, delays=0.1/0/0.3/0.6, dsn=2.0.0, status=sent (250 2.0.0 Ok)`,
    `postfix/qmgr[901]: ${id}: removed`,
    `${smtpd}: disconnect from ${client} ehlo=2 starttls=1 auth=1 mail=1 rcpt=1 data=1 quit=1 commands=8`,
  ]
    .map((line) => `${timeOf(at)} mail ${line}\n`)
    .join("");
}

/** A second later for each message, as syslog writes it: without a year. */
function timeOf(at: number): string {
  const day = Math.floor(at / SECONDS_A_DAY) + 1;
  const time = new Date((at % SECONDS_A_DAY) * 1000).toISOString().slice(11, 19);
  return `Nov ${String(day).padStart(2)} ${time}`;
}
