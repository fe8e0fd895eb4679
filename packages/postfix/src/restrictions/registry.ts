import {
  rejectNonFqdnRecipient,
  rejectNonFqdnSender,
  rejectUnknownRecipientDomain,
  rejectUnknownSenderDomain,
} from "./address.js";
import {
  permitInetInterfaces,
  rejectPlaintextSession,
  rejectUnknownClientHostname,
  rejectUnknownReverseClientHostname,
} from "./client.js";
import {
  permitDnswlClient,
  permitRhswlClient,
  rejectRblClient,
  rejectRhsblClient,
  rejectRhsblHelo,
  rejectRhsblRecipient,
  rejectRhsblReverseClient,
  rejectRhsblSender,
} from "./dns-list.js";
import {
  permitNakedIpAddress,
  rejectInvalidHeloHostname,
  rejectNonFqdnHeloHostname,
  rejectUnknownHeloHostname,
} from "./helo.js";
import {
  rejectAuthenticatedSenderLoginMismatch,
  rejectKnownSenderLoginMismatch,
  rejectUnauthenticatedSenderLoginMismatch,
} from "./login.js";
import { permitMxBackup } from "./mx-backup.js";
import {
  checkRelayDomains,
  deferUnauthDestination,
  permitAuthDestination,
  permitMynetworks,
  permitSaslAuthenticated,
  rejectUnauthDestination,
} from "./relay.js";
import type { Check, Registry, Restriction } from "./restriction.js";
import { rejectUnlistedRecipient, rejectUnlistedSender } from "./unlisted.js";

/**
 * The restrictions that judge the facts of an attempt, under all their names.
 *
 * Never met by one attempt, and so without effect: `reject_multi_recipient_bounce` (one recipient), `reject_unauth_pipelining`,
 * `permit_tls_clientcerts` and `permit_tls_all_clientcerts` (no client certificate is known here).
 */
export const restrictions: Registry = new Map<string, Restriction>([
  plain("reject_unknown_client_hostname", rejectUnknownClientHostname),
  plain("reject_unknown_client", rejectUnknownClientHostname),
  plain("reject_unknown_reverse_client_hostname", rejectUnknownReverseClientHostname),
  plain("reject_plaintext_session", rejectPlaintextSession),
  plain("permit_inet_interfaces", permitInetInterfaces),
  plain("permit_mynetworks", permitMynetworks),
  plain("permit_sasl_authenticated", permitSaslAuthenticated),
  plain("permit_tls_clientcerts", notMet),
  plain("permit_tls_all_clientcerts", notMet),

  plain("reject_invalid_helo_hostname", rejectInvalidHeloHostname),
  plain("reject_invalid_hostname", rejectInvalidHeloHostname),
  plain("reject_non_fqdn_helo_hostname", rejectNonFqdnHeloHostname),
  plain("reject_non_fqdn_hostname", rejectNonFqdnHeloHostname),
  plain("reject_unknown_helo_hostname", rejectUnknownHeloHostname),
  plain("reject_unknown_hostname", rejectUnknownHeloHostname),
  plain("permit_naked_ip_address", permitNakedIpAddress),

  plain("reject_non_fqdn_sender", rejectNonFqdnSender),
  plain("reject_unknown_sender_domain", rejectUnknownSenderDomain),
  plain("reject_unknown_address", rejectUnknownSenderDomain),
  plain("reject_unlisted_sender", rejectUnlistedSender),
  plain("reject_authenticated_sender_login_mismatch", rejectAuthenticatedSenderLoginMismatch),
  plain("reject_known_sender_login_mismatch", rejectKnownSenderLoginMismatch),
  plain("reject_unauthenticated_sender_login_mismatch", rejectUnauthenticatedSenderLoginMismatch),

  plain("reject_non_fqdn_recipient", rejectNonFqdnRecipient),
  plain("reject_unknown_recipient_domain", rejectUnknownRecipientDomain),
  plain("reject_unlisted_recipient", rejectUnlistedRecipient),
  plain("check_recipient_maps", rejectUnlistedRecipient),
  plain("reject_unauth_destination", rejectUnauthDestination),
  plain("defer_unauth_destination", deferUnauthDestination),
  plain("permit_auth_destination", permitAuthDestination),
  plain("check_relay_domains", checkRelayDomains),
  plain("permit_mx_backup", permitMxBackup),
  plain("reject_multi_recipient_bounce", notMet),
  plain("reject_unauth_pipelining", notMet),

  ofList("reject_rbl_client", rejectRblClient),
  ofList("reject_rbl", rejectRblClient),
  ofList("reject_rhsbl_client", rejectRhsblClient),
  ofList("reject_rhsbl_reverse_client", rejectRhsblReverseClient),
  ofList("reject_rhsbl_helo", rejectRhsblHelo),
  ofList("reject_rhsbl_sender", rejectRhsblSender),
  ofList("reject_rhsbl_recipient", rejectRhsblRecipient),
  ofList("permit_dnswl_client", permitDnswlClient),
  ofList("permit_rhswl_client", permitRhswlClient),
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

function ofList(name: string, check: Check): [string, Restriction] {
  return [name, { argument: "domain", check }];
}

function notMet(): "dunno" {
  return "dunno";
}
