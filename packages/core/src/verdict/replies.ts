import { type Code, codes } from "./codes.js";
import { FromguardError } from "./error.js";
import { type About, LateFail } from "./late-fail.js";
import { MAX_REPLY_TEXT, printable, type Reply } from "./reply.js";
import type { Fail } from "./verdict.js";

/** What is said instead of a code's own reply; what is absent stays. */
export interface ReplyChange {
  /** Three digits of the same class as the code's own, so that a refusal stays one; not 421 or 521, which close the connection. */
  readonly code?: number;
  /** Enhanced status code of that class (RFC 3463). */
  readonly enhanced?: string;
  /**
   * Printable ASCII, 1 to {@link MAX_REPLY_TEXT} octets. `{field}` and `{address}` stand for the header field and the address
   * in question, as the sender gave them. Who is not logged in, or where there is no such thing, gets the code's own text instead. The
   * code's advice does not follow: this is all that is said.
   */
  readonly text?: string;
}

/** Replies by code. */
export type ReplyChanges = { readonly [code in Code]?: ReplyChange };

/** The octets that one placeholder, or field and address together behind a code's own text, may take. */
const MAX_PLACEHOLDER_OCTETS = 256;

/** Reply codes that close the connection, with whatever else it was to bring (RFC 5321 section 3.8, RFC 7504). */
const CLOSING: readonly number[] = [421, 521];

const PLACEHOLDER = /\{(\w+)\}/g;

/**
 * What a failure is answered with: the code's own reply, changed as told, and to a login with the field and the address in
 * question and the code's advice behind the text. `login` is null or undefined where nobody logged in: he gets the text alone.
 *
 * Only a code's own reply is touched: a rule that gave another meant that one.
 */
export function publicReply(fail: Fail, login: string | null | undefined, changes: ReplyChanges): Reply {
  const { code, reply } = fail;
  if (!isCode(code) || reply !== codes[code].reply) return reply;
  const isLoggedIn = typeof login === "string";
  const about = LateFail.about(fail);
  const change = Object.hasOwn(changes, code) ? (changes[code] ?? {}) : {};
  const text = change.text === undefined ? undefined : filled(change.text, isLoggedIn, about);
  return {
    code: change.code ?? reply.code,
    enhanced: change.enhanced ?? reply.enhanced,
    text: text ?? (isLoggedIn ? advised(code, about) : reply.text),
  };
}

/** `The From address is not owned by the authenticated user (alice@example.com); send as ...`. */
function advised(code: Code, { field, address }: About): string {
  const { reply, advice } = codes[code];
  if (advice === undefined) return reply.text;
  // `from-not-owned` says From already.
  const named = field !== undefined && !code.startsWith(`${field.toLowerCase()}-`) ? field : undefined;
  const place = named && address ? `${named}: ${address}` : named || address;
  const about = place ? ` (${printable(place, MAX_PLACEHOLDER_OCTETS)})` : "";
  const text = `${reply.text}${about}; ${advice}`;
  // All its parts are printable.
  return text.length > MAX_REPLY_TEXT ? printable(text) : text;
}

function filled(template: string, isLoggedIn: boolean, { field, address }: About): string | undefined {
  let isWhole = true;
  const text = template.replace(PLACEHOLDER, (_, name) => {
    const value = name === "field" ? field : address;
    if (isLoggedIn && value) return printable(value, MAX_PLACEHOLDER_OCTETS);
    isWhole = false;
    return "";
  });
  return isWhole ? printable(text) : undefined;
}

function isCode(code: string): code is Code {
  return Object.hasOwn(codes, code);
}

/**
 * Tests replies before they are used.
 *
 * @throws FromguardError `FG_POLICY_INVALID` naming the key, such as `replies.from-missing.text`.
 */
export function checkReplies(changes: ReplyChanges): void {
  for (const [code, change] of Object.entries(changes)) {
    const key = `replies.${code}`;
    if (!isCode(code)) throw invalid(key, "is no code of a failure");
    if (typeof change !== "object" || change === null) throw invalid(key, "must hold code, enhanced or text");
    checkChange(key, change, codes[code].reply);
  }
}

function checkChange(key: string, change: ReplyChange, own: Reply): void {
  for (const name of Object.keys(change)) {
    if (!["code", "enhanced", "text"].includes(name)) throw invalid(`${key}.${name}`, "is not code, enhanced or text");
  }
  const { code = own.code, enhanced = own.enhanced, text = own.text } = change;
  const kind = Math.floor(own.code / 100);
  if (!Number.isInteger(code) || Math.floor(code / 100) !== kind) {
    throw invalid(`${key}.code`, `must be from ${kind}00 to ${kind}99`);
  }
  if (CLOSING.includes(code)) throw invalid(`${key}.code`, `must not be ${code}, which closes the connection`);
  if (typeof enhanced !== "string" || !/^[45]\.\d{1,3}\.\d{1,3}$/.test(enhanced) || enhanced[0] !== String(kind)) {
    throw invalid(`${key}.enhanced`, `must be ${kind}.N.N`);
  }
  if (typeof text !== "string" || !/^[\x20-\x7e]+$/.test(text) || text.length > MAX_REPLY_TEXT) {
    throw invalid(`${key}.text`, `must be 1 to ${MAX_REPLY_TEXT} printable ASCII characters`);
  }
  for (const [placeholder, name] of text.matchAll(PLACEHOLDER)) {
    if (name !== "field" && name !== "address")
      throw invalid(`${key}.text`, `${placeholder} is not {field} or {address}`);
  }
}

function invalid(key: string, what: string): FromguardError {
  return new FromguardError("FG_POLICY_INVALID", what, { place: { key } });
}
