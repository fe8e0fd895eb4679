import type { CheckContext, Result } from "../smtpd/check-context.js";
import type { Check } from "./restriction.js";

const UNKNOWN = "unknown";

/** The client's address has a name, and the name the address. */
export const rejectUnknownClientHostname: Check = (context) =>
  context.mail.clientName === UNKNOWN ? unnamed(context, "4.7.25", "cannot find your hostname") : "dunno";

/** The client's address has a name. A verified one is one, and without `reverseClientName` the only one that is known of. */
export const rejectUnknownReverseClientHostname: Check = (context) => {
  const { clientName, reverseClientName = clientName } = context.mail;
  return reverseClientName === UNKNOWN ? unnamed(context, "4.7.1", "cannot find your reverse hostname") : "dunno";
};

/** The session is under TLS. */
export const rejectPlaintextSession: Check = (context) => {
  if (context.mail.encrypted === true) return "dunno";
  return context.reject({
    category: "policy",
    code: context.settings.config.int("plaintext_reject_code"),
    dsn: "4.7.1",
    text: "Session encryption is required",
  });
};

/** Permits clients that have an address on which this host takes mail. */
export const permitInetInterfaces: Check = (context) => {
  const { clientAddress } = context.mail;
  if (!context.addresses.own.isInterface(clientAddress)) return "dunno";
  context.note(() => ({ source: "inet_interfaces", key: clientAddress }));
  return "ok";
};

/** Whether the name is missing for now or for good is not known here: for good. */
function unnamed(context: CheckContext, dsn: string, what: string): Result {
  const { clientAddress } = context.mail;
  return context.reject({
    category: "policy",
    code: context.settings.config.int("unknown_client_reject_code"),
    dsn,
    text: `Client host rejected: ${what}, [${clientAddress}]`,
    evidence: { detail: `the client ${clientAddress} came without a name` },
  });
}
