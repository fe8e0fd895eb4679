import { type Path, parsePath } from "../address/path.js";
import type { BodyAnomalies, HeaderSection } from "../headers/section.js";

/** The client at the other end of the SMTP connection. */
export interface Client {
  /** IPv4 or IPv6 address as text, without brackets or an `IPv6:` prefix. */
  readonly address: string;
  /** The verified host name, where the host knows one. */
  readonly name?: string;
}

/** A user of this machine who submitted with `sendmail`; a milter does not learn his name. */
export interface LocalUser {
  /** The name in the password database; undefined where the transport cannot tell. */
  readonly name: string | undefined;
}

/**
 * What is known of one transaction. `null` is an answer (nobody logged in); an absent property is a fact that the
 * transport does not have, or not yet.
 */
export interface Facts {
  /** The authenticated identity, as the host gives it; null where the client did not log in. */
  readonly login: string | null;
  /**
   * As whom the login asked to act, where the host tells it and has checked that the one may act as the other; null as itself.
   * It owns instead of the login only in a guard that was told so (`identity`). Comes with the login, in one stage.
   */
  readonly authorisation: string | null;
  /** Who submitted locally; null for mail from the network. */
  readonly localUser: LocalUser | null;
  readonly client: Client | null;
  /** The HELO or EHLO argument. */
  readonly helo: string | null;
  /** The name of the listener or policy context. */
  readonly listener: string;
  /** MAIL FROM: the reverse-path of RFC 5321. */
  readonly envelopeFrom: Path;
  /** RCPT TO: at the recipient stage the one in question, later all that were accepted. */
  readonly recipients: readonly Path[];
  readonly headers: HeaderSection;
  readonly bodyAnomalies: BodyAnomalies;
}

/** Facts as they are put together, one by one: what is spread is slow to read, and the guard reads it often. */
export type MutableFacts = { -readonly [Name in keyof Facts]?: Facts[Name] };

/** The name of a fact. */
export type FactName = keyof Facts;

/** Every fact but those of the message, in the order in which a transaction tells them. */
export const ENVELOPE_FACTS = [
  "login",
  "authorisation",
  "localUser",
  "client",
  "helo",
  "listener",
  "envelopeFrom",
  "recipients",
] as const satisfies readonly FactName[];

/** Every fact, in the order in which a transaction tells them. */
export const FACT_NAMES = [...ENVELOPE_FACTS, "headers", "bodyAnomalies"] as const satisfies readonly FactName[];

/** A transaction in the words of a caller: strings as SMTP has them. */
export interface FactsInput {
  /** Empty is nobody, as null is. */
  readonly login?: string | null;
  /** Empty is the login itself, as null is. */
  readonly authorisation?: string | null;
  /** Empty is nobody, as null is. */
  readonly localUser?: string | null;
  readonly client?: string | Client | null;
  readonly helo?: string | null;
  readonly listener?: string;
  /** MAIL FROM, with or without brackets; empty for the null reverse-path. */
  readonly envelopeFrom?: string;
  readonly recipients?: readonly string[];
  readonly headers?: HeaderSection;
  readonly bodyAnomalies?: BodyAnomalies;
}

/**
 * Makes facts from strings. Who is not named is nobody: login, local user, client and HELO are null unless given, the
 * listener is `default`. Envelope, recipients, headers and body stay unknown unless given.
 */
export function facts(input: FactsInput): Partial<Facts> {
  const { client = null } = input;
  const known: MutableFacts = {
    login: input.login || null,
    localUser: input.localUser ? { name: input.localUser } : null,
    client: typeof client === "string" ? { address: client } : client,
    helo: input.helo ?? null,
    listener: input.listener ?? "default",
  };
  if (input.authorisation !== undefined) known.authorisation = input.authorisation || null;
  if (input.envelopeFrom !== undefined) known.envelopeFrom = parsePath(input.envelopeFrom);
  if (input.recipients !== undefined) known.recipients = input.recipients.map(parsePath);
  if (input.headers !== undefined) known.headers = input.headers;
  if (input.bodyAnomalies !== undefined) known.bodyAnomalies = input.bodyAnomalies;
  return known;
}
