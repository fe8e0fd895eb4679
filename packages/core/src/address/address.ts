import { type Domain, parseDomain } from "../domain/domain.js";

/** A mailbox: local part without quotes, domain in canonical form. */
export interface Address {
  /** Unquoted, case as written. */
  readonly localPart: string;
  readonly domain: Domain;
}

const ATEXT_ONLY = /^[\w!#$%&'*+\-/=?^`{|}~\u0080-\u{10ffff}]+(?:\.[\w!#$%&'*+\-/=?^`{|}~\u0080-\u{10ffff}]+)*$/u;

/**
 * Makes an address from its internal form (quotes removed): the domain stands behind the last at sign.
 *
 * This is the form in which Postfix gives addresses to policy servers and looks them up.
 */
export function addressFromInternal(text: string): Address {
  const at = text.lastIndexOf("@");
  if (at < 0) return { localPart: text, domain: parseDomain("") };
  return { localPart: text.slice(0, at), domain: parseDomain(text.slice(at + 1)) };
}

/** `local@domain` in canonical form, the local part unquoted and its case kept: for messages and as a key, not for the wire. */
export function formatAddress(address: Address): string {
  return address.domain.kind === "none" ? address.localPart : `${address.localPart}@${address.domain.ascii}`;
}

/** The address as SMTP writes it: the local part quoted where it must be (RFC 5321 section 4.1.2). */
export function formatMailbox(address: Address): string {
  const local = formatLocalPart(address.localPart);
  return address.domain.kind === "none" ? local : `${local}@${address.domain.ascii}`;
}

/** A local part as SMTP writes it: quoted unless it is a dot-string. */
export function formatLocalPart(localPart: string): string {
  return ATEXT_ONLY.test(localPart) ? localPart : `"${localPart.replace(/["\\]/g, "\\$&")}"`;
}
