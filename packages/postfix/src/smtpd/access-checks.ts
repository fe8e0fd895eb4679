import type { ReplyClass } from "./check-context.js";

/** What an access restriction looks up, and how replies name it. */
export interface AccessCheck {
  readonly subject:
    | "client"
    | "reverse-client"
    | "helo"
    | "sender"
    | "recipient"
    | "login"
    /** Needs facts of a TLS or ETRN session: nothing is looked up. */
    | "nothing";
  readonly replyClass: ReplyClass;
  /** Whether a result that permits is a configuration error: the subject is the client's word. */
  readonly forbidsPermit: boolean;
}

function check(subject: AccessCheck["subject"], replyClass: ReplyClass, forbidsPermit = false): AccessCheck {
  return { subject, replyClass, forbidsPermit };
}

/** The restrictions that look a fact up in an access map, by name. */
export const accessChecks: ReadonlyMap<string, AccessCheck> = new Map([
  ["check_client_access", check("client", "Client host")],
  ["check_reverse_client_hostname_access", check("reverse-client", "Unverified Client host", true)],
  ["check_helo_access", check("helo", "Helo command")],
  ["check_sender_access", check("sender", "Sender address")],
  ["check_recipient_access", check("recipient", "Recipient address")],
  ["check_sasl_access", check("login", "SASL login name")],
  ["check_ccert_access", check("nothing", "Client host")],
  ["check_etrn_access", check("nothing", "Client host")],
]);

/** The restriction that a bare `type:name` stands for, by what the list judges. */
export const implicitChecks: Readonly<Partial<Record<ReplyClass, string>>> = {
  "Client host": "check_client_access",
  "Helo command": "check_helo_access",
  "Sender address": "check_sender_access",
  "Recipient address": "check_recipient_access",
};
