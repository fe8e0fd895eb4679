import type { Evidence, Resolver } from "@fromguard/core";
import type { AddressResolver } from "../address/address-resolver.js";
import type { Settings } from "./settings.js";

/** Whose fault a rejection is: `policy` may be turned into a warning, `data` (a table) and `software` (the configuration) not. */
type Category = "policy" | "data" | "software";

/** A rejection before smtpd's reply assembly. `text` is what follows the DSN: `<a@b>: Sender address rejected: ...`. */
export interface Rejection {
  readonly category: Category;
  readonly code: number;
  readonly dsn: string;
  readonly text: string;
  readonly evidence?: Evidence;
}

/**
 * What one restriction came to. `end` stops the evaluation of this command as Postfix's longjmp does (a table that could not
 * answer, a broken configuration).
 */
export type Result = "ok" | "dunno" | "reject" | "end";

/** The facts of the attempt, in internal form. */
export interface Mail {
  readonly login: string | null;
  readonly saslMethod: string;
  readonly sender: string;
  readonly recipient: string | undefined;
  readonly clientAddress: string;
  readonly clientName: string;
  /** The name that the client's address has, verified or not, `unknown` where it has none; absent where that is not known. */
  readonly reverseClientName?: string;
  readonly helo: string;
  readonly smtputf8: boolean;
  /** Whether the session is under TLS. Default false. */
  readonly encrypted?: boolean;
}

/**
 * The address on which the route of one may depend: the recipient's is that of the sender, and the reverse. The null sender
 * while there is no recipient.
 *
 * @see Postfix smtpd_resolve.c smtpd_resolve_addr
 */
export function otherAddress({ sender, recipient = "" }: Mail, address: string): string {
  return address === sender ? recipient : sender;
}

/** `Sender address`, ... as replies name the thing that a list judges. */
export type ReplyClass =
  | "Client host"
  | "Helo command"
  | "Sender address"
  | "Recipient address"
  | "SASL login name"
  | "Unverified Client host";

/**
 * What a restriction works with: the facts, the configuration, and the few ways to answer. Implemented by the evaluator.
 */
export interface CheckContext {
  readonly mail: Mail;
  readonly settings: Settings;
  readonly addresses: AddressResolver;
  readonly dns: Resolver;
  readonly signal: AbortSignal;
  /** smtpd_check_reject: assembles the reply; in warn mode logs and answers `dunno`. */
  reject(rejection: Rejection): Result;
  /** The same for what ends the whole evaluation: answers `end`. */
  fail(rejection: Rejection): Result;
  /** DEFER_IF_PERMIT: remembers the first reason (in warn mode rejects at once) and answers `dunno`. */
  deferIfPermit(rejection: Rejection): Result;
  /** DEFER_IF_REJECT: likewise. */
  deferIfReject(rejection: Rejection): Result;
  /** Logs a warning of smtpd; made printable here. */
  warn(text: string): void;
  /** Notes what a restriction rests on where it does not reject: the map line that made the login an owner. Called only where a trace is kept. */
  note(evidence: () => Evidence): void;
}

/** The answer of `reject_dict_retry`. */
export function lookupFailed(context: CheckContext, name: string, evidence?: Evidence): Result {
  return context.fail({
    category: "data",
    code: 451,
    dsn: "4.3.0",
    text: `<${name}>: Temporary lookup failure`,
    ...(evidence === undefined ? {} : { evidence }),
  });
}

/** The answer of `reject_server_error`. */
export function serverError(context: CheckContext, evidence?: Evidence): Result {
  return context.fail({
    category: "software",
    code: 451,
    dsn: "4.3.5",
    text: "Server configuration error",
    ...(evidence === undefined ? {} : { evidence }),
  });
}
