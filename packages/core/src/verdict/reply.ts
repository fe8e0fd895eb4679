/** An SMTP reply: what the stranger on the wire is told. */
export interface Reply {
  /** Three digits, 400 to 599. */
  readonly code: number;
  /** Enhanced status code; its first digit equals the first digit of `code` (RFC 3463). */
  readonly enhanced: string;
  /** One line of printable ASCII, at most {@link MAX_REPLY_TEXT} octets once formatted. */
  readonly text: string;
}

/** The longest reply text that is sent, in octets: a reply line is at most 512 with its CRLF (RFC 5321 section 4.5.3.1.5). */
export const MAX_REPLY_TEXT = 480;

/**
 * Makes text safe to send or to log: every octet outside printable ASCII becomes `?`,
 * and the result is cut to `maxLength` (default {@link MAX_REPLY_TEXT}).
 */
export function printable(text: string, maxLength: number = MAX_REPLY_TEXT): string {
  const safe = isPrintable(text) ? text : text.replace(/[^\x20-\x7e]/gu, "?");
  return safe.length > maxLength ? `${safe.slice(0, maxLength - 3)}...` : safe;
}

function isPrintable(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x20 || unit > 0x7e) return false;
  }
  return true;
}

/** `553 5.7.1 text`, printable and on one line whatever the reply holds. */
export function formatReply(reply: Reply): string {
  return `${reply.code} ${reply.enhanced} ${printable(reply.text)}`;
}

/** `5.7.1 text`: the reply without its code, for hosts that send the code themselves. */
export function formatReplyText(reply: Reply): string {
  return `${reply.enhanced} ${printable(reply.text)}`;
}
