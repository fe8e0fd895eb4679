import { andThen } from "@fromguard/core";
import type { ResolvedAddress } from "../address/address-resolver.js";
import { type CheckContext, lookupFailed, type Result } from "../smtpd/check-context.js";
import { resolved } from "./address-search.js";
import type { Check } from "./restriction.js";

type Answer = Result | Promise<Result>;

/** Permits a recipient whose mail ends here or is relayed by configuration. */
export const permitAuthDestination: Check = (context) =>
  ofRecipient(context, (_recipient, isAuthorised) => (isAuthorised ? "ok" : "dunno"));

/** Refuses every other recipient: this host is no open relay. */
export const rejectUnauthDestination: Check = (context) => needAuthorised(context, 0, "5.7.1");

/** The same, for now only. */
export const deferUnauthDestination: Check = (context) => needAuthorised(context, -100, "4.7.1");

/** The relay check of Postfix before 3.9, which also permits clients whose name is on `relay_domains`. */
export const checkRelayDomains: Check = (context, target) => {
  if (context.mail.recipient === undefined) return "dunno";
  return andThen(context.settings.domains("relay_domains").has(context.mail.clientName), (membership) => {
    if (membership.kind === "unknown") return lookupFailed(context, target.name, { detail: membership.cause });
    if (membership.kind === "listed") return "ok";
    return ofRecipient(context, (recipient, isAuthorised, address) => {
      if (isAuthorised) return "ok";
      const text = `<${recipient}>: Recipient address rejected: Relay access denied`;
      return denied(context, { code: relayCode(context), dsn: "5.7.1", text }, address);
    });
  });
};

/** Permits clients on `mynetworks`. */
export const permitMynetworks: Check = (context, target) => {
  const { clientName: name, clientAddress: address } = context.mail;
  return andThen(context.settings.myNetworks.has({ name, address }), (membership) => {
    if (membership.kind === "unknown") return lookupFailed(context, target.name, { detail: membership.cause });
    if (membership.kind === "not-listed") return "dunno";
    context.note(() => ({ source: "mynetworks", key: address, result: membership.entry }));
    return "ok";
  });
};

/** Permits who logged in, where `smtpd_sasl_auth_enable` is on. */
export const permitSaslAuthenticated: Check = (context) => {
  const { login } = context.mail;
  const isAnonymous = login === null || context.mail.saslMethod.toLowerCase() === "anonymous";
  if (isAnonymous || !context.settings.config.bool("smtpd_sasl_auth_enable")) return "dunno";
  context.note(() => ({ login }));
  return "ok";
};

function needAuthorised(context: CheckContext, offset: number, dsn: string): Answer {
  return ofRecipient(context, (recipient, isAuthorised, address) => {
    if (isAuthorised) return "dunno";
    const text = `<${recipient}>: Relay access denied`;
    return denied(context, { code: relayCode(context) + offset, dsn, text }, address);
  });
}

function relayCode({ settings: { config } }: CheckContext): number {
  return config.int("relay_domains_reject_code");
}

function denied(
  context: CheckContext,
  reply: { readonly code: number; readonly dsn: string; readonly text: string },
  { address, addressClass, isRouted }: ResolvedAddress,
): Result {
  const detail =
    addressClass === "default"
      ? "its domain is in none of mydestination, virtual_alias_domains, virtual_mailbox_domains, relay_domains"
      : `the local part routes mail onward, and allow_untrusted_routing is off (${addressClass} domain)`;
  const remedy = isRouted ? {} : { remedy: "log in, or list the domain in relay_domains" };
  return context.reject({ ...reply, category: "policy", evidence: { address, detail, ...remedy } });
}

function ofRecipient(
  context: CheckContext,
  next: (recipient: string, isAuthorised: boolean, address: ResolvedAddress) => Answer,
): Answer {
  const { recipient } = context.mail;
  if (recipient === undefined) return "dunno";
  return resolved(context, recipient, (address) => next(recipient, isAuthorisedDestination(context, address), address));
}

/** Whether mail to an address ends here or is relayed by configuration, whoever sends it. */
function isAuthorisedDestination(context: CheckContext, resolvedAddress: ResolvedAddress): boolean {
  const { address, isFinal, isRouted, addressClass } = resolvedAddress;
  if (!address.includes("@")) return true;
  if (isRouted && !context.settings.config.bool("allow_untrusted_routing")) return false;
  return isFinal || addressClass === "relay";
}
