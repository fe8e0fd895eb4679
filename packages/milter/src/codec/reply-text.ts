import { formatReply, type Reply } from "@fromguard/core";

/** The most lines of one reply. @see libmilter smfi_setmlreply */
const MAX_LINES = 32;

/** The most octets of one line. @see libmilter smfi_setreply */
const MAX_LINE = 980;

const LINE = /^([45]\d\d)([ -])(?:([245])\.\d{1,3}\.\d{1,3}(?: |$))?[^\x00-\x1f\x7f]*$/;

/**
 * What is wrong with the text of a reply; undefined where it may be sent.
 *
 * One code of class 4 or 5 on every line, `ddd-` on all but the last, joined by CRLF, an enhanced code of the same class: Postfix
 * drops the connection for anything else and answers 451 4.3.5.
 */
export function replyTextFault(text: string): string | undefined {
  const lines = text.split("\r\n");
  if (lines.length > MAX_LINES) return `a reply of more than ${MAX_LINES} lines`;
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] as string;
    const match = LINE.exec(line);
    if (match === null || line.length > MAX_LINE) return "a malformed reply line";
    const [, code = "", separator, enhanced] = match;
    if (!text.startsWith(code)) return "a reply with two codes";
    if ((separator === " ") !== (index === lines.length - 1)) return "a reply whose lines are not joined by hyphens";
    if (enhanced !== undefined && enhanced !== code[0]) return "an enhanced code of another class than the reply code";
  }
  return undefined;
}

/**
 * The text of a reply on the wire: `553 5.7.1 text`, printable, every `%` doubled, since Sendmail reads a format in it and
 * Postfix drops single ones.
 */
export function formatMilterReply(reply: Reply): string {
  return formatReply(reply).replaceAll("%", "%%");
}
