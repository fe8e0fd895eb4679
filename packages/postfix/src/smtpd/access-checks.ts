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
  /** Set where the servers of the subject's domain are looked up instead. */
  readonly servers?: "MX" | "A" | "NS";
}

function check(subject: AccessCheck["subject"], replyClass: ReplyClass): AccessCheck {
  return { subject, replyClass, forbidsPermit: false };
}

/** `check_NAME_access`, and what looks up the mail servers, the addresses and the name servers of the same subject. */
function withServers(
  name: string,
  subject: AccessCheck["subject"],
  replyClass: ReplyClass,
  forbidsPermit = false,
): readonly (readonly [string, AccessCheck])[] {
  const plain = { subject, replyClass, forbidsPermit };
  return [
    [`check_${name}_access`, plain],
    [`check_${name}_mx_access`, { ...plain, forbidsPermit: true, servers: "MX" }],
    [`check_${name}_a_access`, { ...plain, forbidsPermit: true, servers: "A" }],
    [`check_${name}_ns_access`, { ...plain, forbidsPermit: true, servers: "NS" }],
  ];
}

/** The restrictions that look a fact up in an access map, by name. */
export const accessChecks: ReadonlyMap<string, AccessCheck> = new Map([
  ...withServers("client", "client", "Client host"),
  ...withServers("reverse_client_hostname", "reverse-client", "Unverified Client host", true),
  ...withServers("helo", "helo", "Helo command"),
  ...withServers("sender", "sender", "Sender address"),
  ...withServers("recipient", "recipient", "Recipient address"),
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
