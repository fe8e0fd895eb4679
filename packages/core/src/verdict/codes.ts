import type { Reply } from "./reply.js";

/** What a failure code says by default, whether an edit of the message can cure it, and where it comes from. */
export interface CodeEntry {
  /** What anybody is told, a stranger too. */
  readonly reply: Reply;
  /** What an honest sender can do, told behind the text to who is logged in; undefined for what a login is never told. */
  readonly advice: string | undefined;
  /** True where a rewritten header can cure the message; structural faults never are. */
  readonly curable: boolean;
  /** The RFC and section, or the Postfix manual page, that the refusal rests on. */
  readonly source: string;
}

function entry(
  code: number,
  enhanced: string,
  text: string,
  advice: string | undefined,
  source: string,
  curable = false,
): CodeEntry {
  return { reply: { code, enhanced, text }, advice, source, curable };
}

/** For codes that only refuse who is not logged in, or whose cause is not the sender's to mend. */
const NO_ADVICE = undefined;

const notOwned = (what: string, advice: string, source: string) =>
  entry(553, "5.7.1", `${what} is not owned by the authenticated user`, advice, source, true);
const malformed = (text: string, advice: string, source: string) => entry(550, "5.6.0", text, advice, source);

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
    "send as user@host.domain, with the whole domain",
    "postconf(5) reject_non_fqdn_sender",
  ),
  "sender-literal": entry(
    504,
    "5.5.2",
    "Sender address rejected: address literals are not accepted",
    "send as an address with a domain name",
    "RFC 5321 section 4.1.3",
  ),
  "sender-domain-unknown": entry(
    550,
    "5.1.8",
    "Sender address rejected: Domain not found",
    "check the spelling of your address in the mail program",
    "postconf(5) reject_unknown_sender_domain",
  ),
  "sender-domain-null-mx": entry(
    550,
    "5.7.27",
    "Sender address rejected: Domain does not accept mail (nullMX)",
    "send as an address that can receive mail",
    "RFC 7505 section 4.2",
  ),
  "sender-domain-malformed": entry(
    550,
    "5.1.8",
    "Sender address rejected: Malformed DNS server reply",
    "the MX records of the domain name no host: tell who runs it",
    "postconf(5) reject_unknown_sender_domain",
  ),
  "sender-domain-not-ours": entry(
    553,
    "5.7.1",
    "Sender address rejected: not a domain of this server",
    "send as an address of this server",
    "qmail spamcontrol, local senders only",
  ),
  "sender-unknown": entry(
    550,
    "5.1.0",
    "Sender address rejected: no such sender here",
    "check the spelling of your address in the mail program",
    "postconf(5) reject_unlisted_sender",
  ),
  "login-required": entry(530, "5.7.0", "Authentication required", NO_ADVICE, "RFC 4954 section 6"),
  "relay-denied": entry(554, "5.7.1", "Relay access denied", NO_ADVICE, "postconf(5) reject_unauth_destination"),
  "owned-address-needs-login": entry(
    553,
    "5.7.1",
    "Sender address rejected: not logged in",
    NO_ADVICE,
    "postconf(5) reject_unauthenticated_sender_login_mismatch",
  ),
  "login-differs-from-sender": entry(
    553,
    "5.7.1",
    "Sender differs from the authenticated user",
    "send as the address that you log in with",
    "Rspamd rule FROM_HEADER_MISMATCH",
  ),
  "envelope-header-misaligned": entry(
    550,
    "5.7.1",
    "The From header and the envelope sender are not of one domain",
    "send with both in one domain",
    "RFC 7489 section 3.1",
  ),
  "restriction-rejected": entry(554, "5.7.1", "Access denied", NO_ADVICE, "postconf(5) smtpd_recipient_restrictions"),
  "score-reject": entry(
    554,
    "5.7.1",
    "Message refused by its score",
    "ask the postmaster what it was for",
    "score combinator",
  ),
  "score-defer": entry(
    451,
    "4.7.1",
    "Message deferred by its score",
    "ask the postmaster what it was for",
    "score combinator",
  ),

  "envelope-not-owned": entry(
    553,
    "5.7.1",
    "Sender address rejected: not owned by the authenticated user",
    "send as an address of your own, or ask the postmaster for this one",
    "postconf(5) reject_authenticated_sender_login_mismatch",
  ),
  "envelope-malformed": entry(
    553,
    "5.1.7",
    "Sender address rejected: not a mailbox",
    "send as user@host.domain, without blanks or comments",
    "RFC 5321 section 4.1.2",
  ),

  "from-missing": malformed(
    "The message has no From field",
    "set your address in the mail program",
    "RFC 5322 section 3.6.2",
  ),
  "from-multiple": entry(
    550,
    "5.6.0",
    "The message has more than one From field",
    "send one From field that names all authors",
    "RFC 5322 section 3.6",
    true,
  ),
  "from-no-mailbox": malformed(
    "The From field names no mailbox",
    "write your address into it",
    "RFC 5322 section 3.6.2",
  ),
  "from-malformed": malformed(
    "The From field is malformed",
    "write it as Name <user@host.domain>, with the name in quotes",
    "RFC 5322 section 3.6.2",
  ),
  "from-not-owned": notOwned(
    "The From address",
    "send as an address of your own, or ask the postmaster for this one",
    "RFC 6409 section 6.1",
  ),
  "sender-missing": malformed(
    "The From field names several authors and there is no Sender field",
    "add a Sender field with your address",
    "RFC 5322 section 3.6.2",
  ),
  "sender-multiple": malformed(
    "The message has more than one Sender field",
    "send one Sender field",
    "RFC 5322 section 3.6",
  ),
  "sender-malformed": malformed(
    "The Sender field is malformed",
    "write one address of your own into it, or leave it out",
    "RFC 5322 section 3.6.2",
  ),
  "sender-not-owned": notOwned(
    "The Sender address",
    "write an address of your own there, or leave the field out",
    "RFC 6409 section 6.1",
  ),
  "resent-malformed": malformed(
    "A Resent-From or Resent-Sender field is malformed",
    "write it as Name <user@host.domain>, with the name in quotes",
    "RFC 5322 section 3.6.6",
  ),
  "resent-not-owned": notOwned(
    "A Resent-From or Resent-Sender address",
    "resend as an address of your own, or forward the message as an attachment",
    "RFC 6409 section 6.1",
  ),
  "author-malformed": malformed(
    "The Author field is malformed",
    "write it as Name <user@host.domain>, or leave it out",
    "RFC 9057 section 3",
  ),
  "author-not-owned": notOwned(
    "The Author address",
    "write an address of your own there, or leave the field out",
    "RFC 9057 section 4",
  ),

  "header-leading-space": malformed(
    "The header begins with a blank",
    "the first line must begin with the name of a field: mend the program that made the message",
    "RFC 5322 section 2.2",
  ),
  "header-line-malformed": malformed(
    "A header line is not a field",
    "each must be Name: value: mend the program that made the message",
    "RFC 5322 section 2.2",
  ),
  "header-name-malformed": malformed(
    "A header field name is malformed",
    "a name is ASCII without blanks: mend the program that made the message",
    "RFC 5322 section 2.2",
  ),
  "header-nul": malformed(
    "The header holds a NUL octet",
    "leave it out: mend the program that made the message",
    "RFC 5322 section 2.2",
  ),
  "header-bare-cr": malformed(
    "The header holds a CR without LF",
    "lines end in CRLF: mend the program that made the message",
    "RFC 5322 section 2.3",
  ),
  "header-bare-lf": malformed(
    "The header holds a LF without CR",
    "lines end in CRLF: mend the program that made the message",
    "RFC 5322 section 2.3",
  ),
  "header-control": malformed(
    "The header holds a control character",
    "leave it out; only the tab may stand there",
    "RFC 5322 section 2.2",
  ),
  "header-whitespace-line": malformed(
    "A folded header line holds only blanks",
    "leave the line out: mend the program that made the message",
    "RFC 5322 section 3.2.2",
  ),
  "header-too-long": malformed(
    "The header is over a limit",
    "send fewer or shorter fields, addresses or parts",
    "RFC 5322 section 2.1.1",
  ),
  "utf8-invalid": malformed(
    "An originator field is not valid UTF-8",
    "write names in UTF-8 or as encoded-words",
    "RFC 3629 section 4",
  ),

  "addr-route": malformed(
    "An originator address holds a source route",
    "write the address alone, as user@host.domain",
    "RFC 5322 section 4.4",
  ),
  "addr-unqualified": malformed(
    "An originator address has no domain",
    "write the whole address, as user@host.domain",
    "RFC 5322 section 3.4.1",
  ),
  "addr-encoded-word": malformed(
    "An originator address holds an encoded-word",
    "encode names only, never addresses",
    "RFC 2047 section 5",
  ),

  "name-contains-address": entry(
    550,
    "5.7.1",
    "An originator's display name shows an address that the authenticated user does not own",
    "write a name without an address, or with one of your own",
    "RFC 7489 section 12.4",
    true,
  ),
  "name-control": entry(
    550,
    "5.6.0",
    "An originator's display name holds control characters",
    "write the name without them",
    "RFC 5322 section 2.2, as decoded by readers (Mailsploit)",
    true,
  ),
  "name-bidi": entry(
    550,
    "5.6.0",
    "An originator's display name holds bidirectional overrides",
    "write the name without them",
    "Unicode Technical Report 36, bidirectional text",
    true,
  ),
  "name-undecodable": entry(
    550,
    "5.6.0",
    "An originator's display name cannot be decoded",
    "write the name in UTF-8",
    "RFC 2047 section 6.2",
    true,
  ),

  smuggling: entry(
    550,
    "5.6.0",
    "The body holds an end-of-data sequence with a bare CR or LF",
    "lines end in CRLF: mend the program that made the message",
    "CVE-2023-51764",
  ),
} as const satisfies Record<string, CodeEntry>;

/** A code of {@link codes}. */
export type Code = keyof typeof codes;

/** The reply of a deferral whose cause is ours: a rule that threw, a source that did not answer, a deadline. */
export const TRY_LATER: Reply = {
  code: 451,
  enhanced: "4.3.0",
  text: "Sender verification is temporarily unavailable",
};
