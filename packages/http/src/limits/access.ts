import type { Incoming } from "../exchange.js";
import type { Problem } from "../problem-details.js";
import type { Right } from "../route.js";
import { callerAt } from "./rate-limit.js";

/** A secret that opens what it has rights for. */
export interface Token {
  /** For the log and the limits; never the secret. */
  readonly name: string;
  /** Printable ASCII without blanks, at least {@link MIN_SECRET} characters: a shorter one opens nothing. */
  readonly secret: string;
  readonly rights: readonly Right[];
}

/** Characters of a secret at the least. */
export const MIN_SECRET = 20;

/** Who asks. */
export interface Caller {
  /** The token by its name; undefined without a valid one. */
  readonly token: string | undefined;
  readonly rights: ReadonlySet<Right>;
}

/** What anybody may ask who reaches a handler without tokens: nothing that names owners. */
const ANYBODY: Caller = { token: undefined, rights: new Set<Right>(["check", "metrics"]) };
const NOBODY: Caller = { token: undefined, rights: new Set<Right>() };

/** Finds out who asks. @param tokens Those that are valid now; undefined where everybody who reaches the handler may ask. */
export function callerOf(incoming: Incoming, tokens: readonly Token[] | undefined): Caller {
  if (tokens === undefined) return ANYBODY;
  const token = tokenIn(incoming.header("authorization"), tokens);
  return token === undefined ? NOBODY : { token: token.name, rights: new Set(token.rights) };
}

/** What limits count a caller by. */
export function keyOf({ token }: Caller, { address }: Incoming): string {
  return token === undefined ? callerAt(address) : `token ${token}`;
}

/** The refusal of who has no right: the same for whatever was asked, and for no token as for a wrong one. */
export function refusalOf({ token, rights }: Caller, needs: Right): Problem | undefined {
  if (rights.has(needs)) return undefined;
  return token === undefined
    ? { status: 401, detail: "a bearer token with the right to ask that is needed" }
    : { status: 403, detail: "this token has not the right to ask that" };
}

/** @see RFC 6750 section 2.1 */
function tokenIn(authorization: string | null, tokens: readonly Token[]): Token | undefined {
  const [, secret] = /^bearer +([\x21-\x7e]+) *$/i.exec(authorization ?? "") ?? [];
  if (secret === undefined) return undefined;
  let found: Token | undefined;
  // Every token is compared: which one it was, or how much of it was right, does not show in the time.
  for (const token of tokens) if (isSame(token.secret, secret) && token.secret.length >= MIN_SECRET) found = token;
  return found;
}

/** Compares in a time that depends on the length of what was sent alone. */
function isSame(secret: string, sent: string): boolean {
  let differs = secret.length ^ sent.length;
  for (let at = 0; at < sent.length; at++)
    differs |= secret.charCodeAt(at % (secret.length || 1)) ^ sent.charCodeAt(at);
  return differs === 0;
}
