import { andThen, type DomainExistence, domainExistence } from "@fromguard/core";
import type { CheckContext, Result } from "../smtpd/check-context.js";
import { dnsName, domainOf, isBracketed, isQualified, withoutFinalDot } from "./address-form.js";
import { resolved } from "./address-search.js";
import type { Check } from "./restriction.js";
import { deferAs } from "./tempfail-action.js";

/** The sender has a fully-qualified domain. Address literals are let pass. */
export const rejectNonFqdnSender: Check = ofSender(needQualified);
/** The same of the recipient. */
export const rejectNonFqdnRecipient: Check = ofRecipient(needQualified);
/** Mail to the sender's domain could go somewhere: it has MX or address records, or is this host's. */
export const rejectUnknownSenderDomain: Check = ofSender(needKnownDomain);
/** The same of the recipient. */
export const rejectUnknownRecipientDomain: Check = ofRecipient(needKnownDomain);

/** An address and how replies speak of its kind. */
interface Judged {
  readonly address: string;
  readonly replyClass: "Sender address" | "Recipient address";
  readonly unknownDsn: string;
  readonly nullMx: { readonly code: number; readonly dsn: string };
}

type Answer = Result | Promise<Result>;
type Judge = (context: CheckContext, judged: Judged) => Answer;

function ofSender(judge: Judge): Check {
  const kind = { replyClass: "Sender address", unknownDsn: "4.1.8", nullMx: { code: 550, dsn: "4.7.27" } } as const;
  return (context) => {
    const { sender } = context.mail;
    return sender === "" ? "dunno" : judge(context, { ...kind, address: sender });
  };
}

function ofRecipient(judge: Judge): Check {
  const kind = { replyClass: "Recipient address", unknownDsn: "4.1.2", nullMx: { code: 556, dsn: "4.1.10" } } as const;
  return (context) => {
    const { recipient } = context.mail;
    return recipient === undefined ? "dunno" : judge(context, { ...kind, address: recipient });
  };
}

function needQualified(context: CheckContext, { address, replyClass }: Judged): Result {
  const domain = domainOf(address) ?? "";
  if (isBracketed(domain) || isQualified(withoutFinalDot(domain), context.mail)) return "dunno";
  return context.reject({
    category: "policy",
    code: context.settings.config.int("non_fqdn_reject_code"),
    dsn: "4.5.2",
    text: `<${address}>: ${replyClass} rejected: need fully-qualified address`,
    evidence: { address, remedy: "use user@host.domain" },
  });
}

function needKnownDomain(context: CheckContext, judged: Judged): Answer {
  return resolved(context, judged.address, ({ address, isFinal }) => {
    const domain = domainOf(address);
    if (domain === undefined || isFinal || isBracketed(domain)) return "dunno";
    const name = dnsName(domain);
    if (name === undefined) return judgeExistence(context, judged, domain, { kind: "not-found" });
    return andThen(domainExistence(context.dns, name, context), (existence) =>
      judgeExistence(context, judged, name, existence),
    );
  });
}

function judgeExistence(context: CheckContext, judged: Judged, name: string, existence: DomainExistence): Result {
  const { address, replyClass, unknownDsn, nullMx } = judged;
  const { config } = context.settings;
  const rejection = (code: number, dsn: string, what: string, result: string) => ({
    category: "policy" as const,
    code,
    dsn,
    text: `<${address}>: ${replyClass} rejected: ${what}`,
    evidence: { address, source: "dns", key: name, result },
  });
  const code = () => config.int("unknown_address_reject_code");
  switch (existence.kind) {
    case "exists":
      context.note(() => ({ address, source: "dns", key: name, result: existence.by }));
      return "dunno";
    case "null-mx":
      return context.reject(
        rejection(nullMx.code, nullMx.dsn, `Domain ${name} does not accept mail (nullMX)`, "null MX"),
      );
    case "unanswerable":
    case "not-found":
      return context.reject(rejection(code(), unknownDsn, "Domain not found", "no MX, A or AAAA record"));
    case "malformed":
      return context.reject(
        rejection(code(), unknownDsn, "Malformed DNS server reply", "MX records that name no host"),
      );
    case "unknown": {
      const failed = rejection(450, unknownDsn, "Domain not found", existence.cause);
      return deferAs(context, "unknown_address_tempfail_action", failed);
    }
  }
}
