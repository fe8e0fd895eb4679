import {
  rejectNonFqdnRecipient,
  rejectNonFqdnSender,
  rejectUnknownRecipientDomain,
  rejectUnknownSenderDomain,
} from "./address.js";
import {
  rejectAuthenticatedSenderLoginMismatch,
  rejectKnownSenderLoginMismatch,
  rejectUnauthenticatedSenderLoginMismatch,
} from "./login.js";
import type { Check, Registry, Restriction } from "./restriction.js";

/** The restrictions that judge the facts of an attempt, under all their names. */
export const restrictions: Registry = new Map<string, Restriction>([
  plain("reject_non_fqdn_sender", rejectNonFqdnSender),
  plain("reject_unknown_sender_domain", rejectUnknownSenderDomain),
  plain("reject_unknown_address", rejectUnknownSenderDomain),
  plain("reject_authenticated_sender_login_mismatch", rejectAuthenticatedSenderLoginMismatch),
  plain("reject_known_sender_login_mismatch", rejectKnownSenderLoginMismatch),
  plain("reject_unauthenticated_sender_login_mismatch", rejectUnauthenticatedSenderLoginMismatch),
  plain("reject_non_fqdn_recipient", rejectNonFqdnRecipient),
  plain("reject_unknown_recipient_domain", rejectUnknownRecipientDomain),
]);

/**
 * The restriction class that Postfix brings along. As with every class, its name is case-sensitive.
 *
 * @see postconf(5) reject_sender_login_mismatch
 */
export const predefinedClasses: ReadonlyMap<string, readonly string[]> = new Map([
  [
    "reject_sender_login_mismatch",
    ["reject_authenticated_sender_login_mismatch", "reject_unauthenticated_sender_login_mismatch"],
  ],
]);

function plain(name: string, check: Check): [string, Restriction] {
  return [name, { argument: "none", check }];
}
