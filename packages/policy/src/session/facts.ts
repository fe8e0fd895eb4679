import { type Client, ENVELOPE_FACTS, type FactName, type Facts, type Path, pathFromInternal } from "@fromguard/core";
import type { PolicyRequest } from "../codec/request.js";

/** The facts that a policy server can ever have: Postfix sends it no header and no body, and not who acts for whom. */
export const POLICY_FACTS: readonly FactName[] = ENVELOPE_FACTS.filter((name) => name !== "authorisation");

/** How much of the transaction Postfix knows in a protocol state. */
const KNOWN = { client: 0, helo: 1, login: 2, sender: 3, recipient: 4 } as const;

/**
 * A state that is not here, or none, is taken as the last: a fact that lacks there defers.
 *
 * At XCLIENT (and in no document) smtpd greets anew, and asks its client restrictions again. VRFY and ETRN may come outside of a mail transaction, behind AUTH: there a sender or recipient is a fact where it is told.
 */
const STATES = new Map<string, number>([
  ["CONNECT", KNOWN.client],
  ["XCLIENT", KNOWN.client],
  ["HELO", KNOWN.helo],
  ["EHLO", KNOWN.helo],
  ["VRFY", KNOWN.login],
  ["ETRN", KNOWN.login],
  ["MAIL", KNOWN.sender],
]);

/** What one request tells. */
export interface RequestFacts {
  readonly facts: Partial<Facts>;
  /** False in the states before RCPT: what is absent comes later, and rules that need it wait. */
  readonly complete: boolean;
}

const ALL: ReadonlySet<FactName> = new Set(POLICY_FACTS);

/**
 * Reads the facts of a request. An attribute that was not sent counts as empty, as the protocol has it: an empty sender
 * is the null reverse-path, an empty `sasl_username` is nobody.
 *
 * A login that is not UTF-8 is no fact, since it could be taken for another's; a sender or recipient that is not is malformed.
 *
 * @param wanted the facts to read; default all
 * @see SMTPD_POLICY_README; `listener` is `policy_context` (Postfix 3.1 and later), else the name of the listener
 */
export function factsOf(
  request: PolicyRequest,
  listenerName: string,
  wanted: ReadonlySet<FactName> = ALL,
): RequestFacts {
  const known = STATES.get(request.get("protocol_state") ?? "") ?? KNOWN.recipient;
  const facts: { -readonly [Name in FactName]?: Facts[Name] } = {};
  if (wanted.has("localUser")) facts.localUser = null;
  if (wanted.has("client")) facts.client = clientOf(request);
  if (wanted.has("listener")) facts.listener = request.get("policy_context") || listenerName;
  if (known >= KNOWN.helo && wanted.has("helo")) facts.helo = request.get("helo_name") || null;
  if (wanted.has("login")) {
    const login = request.get("sasl_username") || null;
    if ((known >= KNOWN.login || login !== null) && request.isUtf8("sasl_username")) facts.login = login;
  }
  // What HELO tells of a transaction is over: HELO ends it.
  if (known >= KNOWN.login && wanted.has("envelopeFrom")) {
    const sender = request.get("sender") ?? "";
    if (known >= KNOWN.sender || sender !== "") facts.envelopeFrom = pathOf(request, "sender", sender);
  }
  if (known >= KNOWN.login && known !== KNOWN.sender && wanted.has("recipients")) {
    // At DATA and later Postfix tells the recipient only where there is one.
    const recipient = request.get("recipient");
    if (recipient) facts.recipients = [pathOf(request, "recipient", recipient)];
  }
  return { facts, complete: known >= KNOWN.recipient };
}

function clientOf(request: PolicyRequest): Client | null {
  const address = request.get("client_address");
  if (!address || address === "unknown") return null;
  const name = request.get("client_name");
  return !name || name === "unknown" ? { address } : { address, name };
}

function pathOf(request: PolicyRequest, name: string, text: string): Path {
  if (request.isUtf8(name)) return pathFromInternal(text);
  return { kind: "malformed", text, offset: text.search(/[\x80-\xff]/) };
}
