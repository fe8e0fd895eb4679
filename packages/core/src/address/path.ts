import { parseDomain } from "../domain/domain.js";
import { type Address, addressFromInternal } from "./address.js";

/** The null reverse-path `<>`: bounces and receipts. */
export interface NullPath {
  readonly kind: "null";
  /** As received. */
  readonly text: string;
}

/** A path that names a mailbox. Its domain may be absent or invalid: rules judge that. */
export interface MailboxPath {
  readonly kind: "mailbox";
  readonly mailbox: Address;
  readonly text: string;
}

/** Text that is no plain mailbox: a comment, blank, route, control character, second at sign or leftover. */
export interface MalformedPath {
  readonly kind: "malformed";
  readonly text: string;
  /** Position of the fault in `text`, in UTF-16 units. */
  readonly offset: number;
}

/** What a client gave in MAIL FROM or RCPT TO. */
export type Path = NullPath | MailboxPath | MalformedPath;

/** UTF-16 units beyond which a path is malformed unseen. */
const MAX_PATH = 64 * 1024;
const FORBIDDEN = /[\x00-\x20\x7f()<>,;:\\"[\]\u0080-\u009f\u2028\u2029]|\p{Surrogate}/u;
const FORBIDDEN_QUOTED = /[\x00-\x1f\x7f\u0080-\u009f\u2028\u2029]|\p{Surrogate}/u;

/**
 * Reads the reverse-path of MAIL FROM, or a forward-path, in the form in which SMTP has it.
 *
 * Angle brackets may be absent, as some hosts strip them; the empty text and `<>` are the null path. The local part is a
 * dot-string or a quoted string, both with UTF-8. A missing domain is left to the rules. Anything else is `malformed`; nothing
 * is repaired, no source route is dropped. Text over 64 KiB is malformed.
 *
 * @see RFC 5321 section 4.1.2, RFC 6531 section 3.3
 */
export function parsePath(text: string): Path {
  const malformed = (offset: number): MalformedPath => ({ kind: "malformed", text, offset });
  if (text.length > MAX_PATH) return malformed(MAX_PATH);
  const bracketed = text.startsWith("<");
  if (bracketed !== text.endsWith(">") || text === "<") return malformed(bracketed ? text.length : text.length - 1);
  const inner = bracketed ? text.slice(1, -1) : text;
  const shift = bracketed ? 1 : 0;
  if (inner === "") return { kind: "null", text };
  return inner.startsWith('"')
    ? parseQuoted(inner, text, shift, malformed)
    : parseDotString(inner, text, shift, malformed);
}

/** Makes a path from the internal form that Postfix hands to policy servers; the empty text is the null path. */
export function pathFromInternal(text: string): Path {
  if (text === "") return { kind: "null", text };
  if (text.length > MAX_PATH) return { kind: "malformed", text, offset: MAX_PATH };
  const fault = isPlain(text) ? -1 : text.search(FORBIDDEN_QUOTED);
  if (fault >= 0) return { kind: "malformed", text, offset: fault };
  return { kind: "mailbox", mailbox: addressFromInternal(text), text };
}

/** Whether text is printable ASCII, as nearly all addresses are: a loop costs less than the expression. */
function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x20 || unit > 0x7e) return false;
  }
  return true;
}

function parseDotString(
  inner: string,
  text: string,
  shift: number,
  malformed: (offset: number) => MalformedPath,
): Path {
  const at = inner.indexOf("@");
  const localPart = at < 0 ? inner : inner.slice(0, at);
  const fault = localPart.search(FORBIDDEN);
  if (fault >= 0) return malformed(shift + fault);
  if (localPart === "" || localPart.startsWith(".") || localPart.endsWith(".") || localPart.includes(".."))
    return malformed(shift);
  return withDomain(localPart, at < 0 ? undefined : inner.slice(at + 1), text, shift + at + 1, malformed);
}

function parseQuoted(inner: string, text: string, shift: number, malformed: (offset: number) => MalformedPath): Path {
  let localPart = "";
  let at = 1;
  for (; at < inner.length && inner[at] !== '"'; at++) {
    if (inner[at] === "\\") at++;
    localPart += inner[at] ?? "";
  }
  if (at >= inner.length) return malformed(shift + inner.length);
  const fault = localPart.search(FORBIDDEN_QUOTED);
  if (fault >= 0) return malformed(shift + 1 + fault);
  const rest = inner.slice(at + 1);
  if (rest !== "" && !rest.startsWith("@")) return malformed(shift + at + 1);
  return withDomain(localPart, rest === "" ? undefined : rest.slice(1), text, shift + at + 2, malformed);
}

function withDomain(
  localPart: string,
  domainText: string | undefined,
  text: string,
  offset: number,
  malformed: (offset: number) => MalformedPath,
): Path {
  const domain = parseDomain(domainText ?? "");
  if (domainText === "" || (domain.kind === "name" && domain.altered && !domain.text.endsWith(".")))
    return malformed(offset);
  if (domain.kind === "invalid" && /[\s<>()@,;:"\\\x00-\x1f\x7f]/.test(domain.text)) return malformed(offset);
  return { kind: "mailbox", mailbox: { localPart, domain }, text };
}
