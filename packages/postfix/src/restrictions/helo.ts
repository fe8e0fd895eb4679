import { type DomainExistence, hostExistence } from "@fromguard/core";
import { addressOfLiteral, isHostAddress, isMailHostName } from "../address/mail-host.js";
import type { CheckContext, Result } from "../smtpd/check-context.js";
import { isQualified, withoutFinalDot } from "./address-form.js";
import type { Check } from "./restriction.js";
import { deferAs } from "./tempfail-action.js";

type Answer = Result | Promise<Result>;

/** The name in HELO or EHLO is a host name or an address. */
export const rejectInvalidHeloHostname: Check = (context) =>
  ofName(context, (helo) => {
    const name = withoutFinalDot(helo);
    if (isMailHostName(name, { utf8: false }) || isHostAddress(name)) return "dunno";
    return refuse(context, { parameter: "invalid_hostname_reject_code", dsn: "5.5.2", what: "Invalid name" });
  });

/** It is fully qualified, or an address literal. */
export const rejectNonFqdnHeloHostname: Check = (context) =>
  ofName(context, (helo) => {
    if (isQualified(withoutFinalDot(helo), context.mail)) return "dunno";
    const what = "need fully-qualified hostname";
    return refuse(context, { parameter: "non_fqdn_reject_code", dsn: "5.5.2", what });
  });

/** It has an A, AAAA or MX record, or is an address literal. */
export const rejectUnknownHeloHostname: Check = (context) =>
  ofName(context, (helo) => {
    if (!isMailHostName(helo, { utf8: false })) return judge(context, { kind: "not-found" });
    return hostExistence(context.dns, helo.toLowerCase(), context).then((existence) => judge(context, existence));
  });

/** Permits a bare address in HELO, and refuses what only looks like one; gone since Postfix 3.9. */
export const permitNakedIpAddress: Check = (context) => {
  const { helo } = context.mail;
  if (helo === "" || /[^0-9.:]/.test(helo)) return "dunno";
  // Postfix takes an IPv6 address only with a prefix, which cannot be here.
  return !helo.includes(":") && isHostAddress(helo) ? "ok" : invalidAddress(context);
};

/** Without HELO there is nothing to judge; what begins with a bracket is to be a valid address literal for every restriction. */
function ofName(context: CheckContext, judgeName: (helo: string) => Answer): Answer {
  const { helo } = context.mail;
  if (helo === "") return "dunno";
  if (!helo.startsWith("[")) return judgeName(helo);
  return addressOfLiteral(helo) === undefined ? invalidAddress(context) : "dunno";
}

function judge(context: CheckContext, existence: DomainExistence): Result {
  const refuseAs = (what: string, result: string) =>
    refuse(context, { parameter: "unknown_hostname_reject_code", dsn: "4.7.1", what, result });
  switch (existence.kind) {
    case "exists":
    case "null-mx":
      return "dunno";
    case "malformed":
      return refuseAs("Malformed DNS server reply", "MX records that name no host");
    case "not-found":
      return refuseAs("Host not found", "no A, AAAA or MX record");
    case "unanswerable":
      return refuseAs("Host not found", existence.cause);
    case "unknown": {
      const { helo } = context.mail;
      return deferAs(context, "unknown_helo_hostname_tempfail_action", {
        category: "policy",
        code: 450,
        dsn: "4.7.1",
        text: `<${helo}>: Helo command rejected: Host not found`,
        evidence: { source: "dns", key: helo, result: existence.cause },
      });
    }
  }
}

function invalidAddress(context: CheckContext): Result {
  return refuse(context, { parameter: "invalid_hostname_reject_code", dsn: "5.5.2", what: "invalid ip address" });
}

function refuse(
  context: CheckContext,
  why: { readonly parameter: string; readonly dsn: string; readonly what: string; readonly result?: string },
): Result {
  const { helo } = context.mail;
  return context.reject({
    category: "policy",
    code: context.settings.config.int(why.parameter),
    dsn: why.dsn,
    text: `<${helo}>: Helo command rejected: ${why.what}`,
    evidence: why.result === undefined ? { key: helo } : { source: "dns", key: helo, result: why.result },
  });
}
