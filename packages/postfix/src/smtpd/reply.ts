import { beginsWithDsn } from "./dsn.js";

/** What is sent where a configured code is none. */
const GENERIC = "450 4.7.1 Service unavailable";

/** A reply line, and what was wrong with the code or status code asked for. */
export interface Reply {
  readonly line: string;
  readonly fault?: string;
}

/**
 * Writes a rejection as one reply line: a code of class 4 or 5, an enhanced status code, nothing that cannot be printed. It may be
 * longer than RFC 5321 section 4.5.3.1.5 has it: smtpd means to cut its replies at 510 octets, and does not.
 *
 * @param utf8 whether letters beyond ASCII stay (`smtputf8_enable`); else each of their octets becomes a blank
 * @see Postfix smtpd_check_reject, printable(3)
 */
export function writeReply(code: number, dsn: string, text: string, utf8: boolean): Reply {
  const line = `${code} ${dsn} ${text}`;
  if (!(code >= 400 && code <= 599)) return { line: GENERIC, fault: `SMTP reply code configuration error: ${line}` };
  if (!beginsWithDsn(line.slice(4))) return { line: GENERIC, fault: `DSN detail code configuration error: ${line}` };
  return { line: visible(line, utf8) };
}

/** The line as it leaves: `soft_bounce` makes class 5 class 4, and the status code follows the code. */
export function sendable(line: string, softBounce: boolean): string {
  const first = softBounce && line.startsWith("5") ? "4" : line.slice(0, 1);
  return `${first}${line.slice(1, 4)}${first}${line.slice(5)}`;
}

const PLAIN = /^[\x20-\x7e]*$/;

function visible(line: string, utf8: boolean): string {
  if (PLAIN.test(line)) return line;
  return Array.from(line, (char) => {
    if (PLAIN.test(char)) return char;
    const isLetter = sizeOf(char) > 1 && !/^[\ud800-\udfff]$/.test(char);
    return utf8 && isLetter ? char : " ".repeat(sizeOf(char));
  }).join("");
}

/** Octets in UTF-8. */
function sizeOf(char: string): number {
  const point = char.codePointAt(0) ?? 0;
  if (point < 0x80) return 1;
  if (point < 0x800) return 2;
  return point < 0x10000 ? 3 : 4;
}
