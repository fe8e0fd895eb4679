import type { Reply } from "./reply.js";

/** What a failure code says by default, whether an edit of the message can cure it, and where it comes from. */
export interface CodeEntry {
  readonly reply: Reply;
  /** True where a rewritten header can cure the message; structural faults never are. */
  readonly curable: boolean;
  /** The RFC and section, or the Postfix manual page, that the refusal rests on. */
  readonly source: string;
}

function entry(code: number, enhanced: string, text: string, source: string, curable = false): CodeEntry {
  return { reply: { code, enhanced, text }, source, curable };
}

const notOwned = (what: string, source: string) =>
  entry(553, "5.7.1", `${what} is not owned by the authenticated user`, source, true);
const malformed = (text: string, source: string) => entry(550, "5.6.0", text, source);

/**
 * Every code with which a rule of this package fails: the one list that replies, docs and metrics read.
 *
 * A code is a stable machine word; its wording may change, its name and meaning do not.
 */
export const codes = {
  "sender-not-fqdn": entry(
    504,
    "5.5.2",
    "Sender address rejected: need fully-qualified address",
    "postconf(5) reject_non_fqdn_sender",
  ),
  "sender-literal": entry(
    504,
    "5.5.2",
    "Sender address rejected: address literals are not accepted",
    "RFC 5321 section 4.1.3",
  ),
  "sender-domain-unknown": entry(
    550,
    "5.1.8",
    "Sender address rejected: Domain not found",
    "postconf(5) reject_unknown_sender_domain",
  ),
  "sender-domain-null-mx": entry(
    550,
    "5.7.27",
    "Sender address rejected: Domain does not accept mail (nullMX)",
    "RFC 7505 section 4.2",
  ),
  "sender-domain-malformed": entry(
    550,
    "5.1.8",
    "Sender address rejected: Malformed DNS server reply",
    "postconf(5) reject_unknown_sender_domain",
  ),
  "sender-domain-not-ours": entry(
    553,
    "5.7.1",
    "Sender address rejected: not a domain of this server",
    "qmail spamcontrol, local senders only",
  ),
  "sender-unknown": entry(
    550,
    "5.1.0",
    "Sender address rejected: no such sender here",
    "postconf(5) reject_unlisted_sender",
  ),
  "login-required": entry(530, "5.7.0", "Authentication required", "RFC 4954 section 6"),
  "relay-denied": entry(554, "5.7.1", "Relay access denied", "postconf(5) reject_unauth_destination"),
  "owned-address-needs-login": entry(
    553,
    "5.7.1",
    "Sender address rejected: not logged in",
    "postconf(5) reject_unauthenticated_sender_login_mismatch",
  ),
  "login-differs-from-sender": entry(
    553,
    "5.7.1",
    "Sender differs from the authenticated user",
    "Rspamd rule FROM_HEADER_MISMATCH",
  ),
  "envelope-header-misaligned": entry(
    550,
    "5.7.1",
    "The From header and the envelope sender are not of one domain",
    "RFC 7489 section 3.1",
  ),
  "restriction-rejected": entry(554, "5.7.1", "Access denied", "postconf(5) smtpd_recipient_restrictions"),
  "score-reject": entry(554, "5.7.1", "Message refused by its score", "score combinator"),
  "score-defer": entry(451, "4.7.1", "Message deferred by its score", "score combinator"),

  "envelope-not-owned": entry(
    553,
    "5.7.1",
    "Sender address rejected: not owned by the authenticated user",
    "postconf(5) reject_authenticated_sender_login_mismatch",
  ),
  "envelope-malformed": entry(553, "5.1.7", "Sender address rejected: not a mailbox", "RFC 5321 section 4.1.2"),

  "from-missing": malformed("The message has no From field", "RFC 5322 section 3.6.2"),
  "from-multiple": entry(550, "5.6.0", "The message has more than one From field", "RFC 5322 section 3.6", true),
  "from-no-mailbox": malformed("The From field names no mailbox", "RFC 5322 section 3.6.2"),
  "from-malformed": malformed("The From field is malformed", "RFC 5322 section 3.6.2"),
  "from-not-owned": notOwned("The From address", "RFC 6409 section 6.1"),
  "sender-missing": malformed(
    "The From field names several authors and there is no Sender field",
    "RFC 5322 section 3.6.2",
  ),
  "sender-multiple": malformed("The message has more than one Sender field", "RFC 5322 section 3.6"),
  "sender-malformed": malformed("The Sender field is malformed", "RFC 5322 section 3.6.2"),
  "sender-not-owned": notOwned("The Sender address", "RFC 6409 section 6.1"),
  "resent-malformed": malformed("A Resent-From or Resent-Sender field is malformed", "RFC 5322 section 3.6.6"),
  "resent-not-owned": notOwned("A Resent-From or Resent-Sender address", "RFC 6409 section 6.1"),
  "author-malformed": malformed("The Author field is malformed", "RFC 9057 section 3"),
  "author-not-owned": notOwned("The Author address", "RFC 9057 section 4"),

  "header-leading-space": malformed("The header begins with a blank", "RFC 5322 section 2.2"),
  "header-line-malformed": malformed("A header line is not a field", "RFC 5322 section 2.2"),
  "header-name-malformed": malformed("A header field name is malformed", "RFC 5322 section 2.2"),
  "header-nul": malformed("The header holds a NUL octet", "RFC 5322 section 2.2"),
  "header-bare-cr": malformed("The header holds a CR without LF", "RFC 5322 section 2.3"),
  "header-bare-lf": malformed("The header holds a LF without CR", "RFC 5322 section 2.3"),
  "header-control": malformed("The header holds a control character", "RFC 5322 section 2.2"),
  "header-whitespace-line": malformed("A folded header line holds only blanks", "RFC 5322 section 3.2.2"),
  "header-too-long": malformed("The header is over a limit", "RFC 5322 section 2.1.1"),
  "utf8-invalid": malformed("An originator field is not valid UTF-8", "RFC 3629 section 4"),

  "addr-route": malformed("An originator address holds a source route", "RFC 5322 section 4.4"),
  "addr-unqualified": malformed("An originator address has no domain", "RFC 5322 section 3.4.1"),
  "addr-encoded-word": malformed("An originator address holds an encoded-word", "RFC 2047 section 5"),

  "name-contains-address": entry(
    550,
    "5.7.1",
    "An originator's display name shows an address that the authenticated user does not own",
    "RFC 7489 section 12.4",
    true,
  ),
  "name-control": entry(
    550,
    "5.6.0",
    "An originator's display name holds control characters",
    "RFC 5322 section 2.2, as decoded by readers (Mailsploit)",
    true,
  ),
  "name-bidi": entry(
    550,
    "5.6.0",
    "An originator's display name holds bidirectional overrides",
    "Unicode Technical Report 36, bidirectional text",
    true,
  ),
  "name-undecodable": entry(
    550,
    "5.6.0",
    "An originator's display name cannot be decoded",
    "RFC 2047 section 6.2",
    true,
  ),

  smuggling: entry(550, "5.6.0", "The body holds an end-of-data sequence with a bare CR or LF", "CVE-2023-51764"),
} as const satisfies Record<string, CodeEntry>;

/** A code of {@link codes}. */
export type Code = keyof typeof codes;

/** The reply of a deferral whose cause is ours: a rule that threw, a source that did not answer, a deadline. */
export const TRY_LATER: Reply = {
  code: 451,
  enhanced: "4.3.0",
  text: "Sender verification is temporarily unavailable",
};
