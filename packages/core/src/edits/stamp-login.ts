import { fold } from "../address/fold.js";
import { parseDomain } from "../domain/domain.js";
import { fieldText } from "../headers/field-text.js";
import { latin1 } from "../headers/octets.js";
import type { HeaderField, HeaderSection } from "../headers/section.js";
import { tokenise } from "../headers/tokens.js";
import { type Rule, rule } from "../rule/rule.js";
import { andThen } from "../verdict/and-then.js";
import type { Edit } from "../verdict/edit.js";
import { FromguardError } from "../verdict/error.js";
import { printable } from "../verdict/reply.js";
import { fail, pass, skip } from "../verdict/verdict.js";
import { fieldName } from "./apply-edits.js";
import { foldValue } from "./field-value.js";

/** A keyed hash: octets of which the first 16 are used, and from which nobody without the key gets back to the text. */
export type KeyedHash = (text: string) => Uint8Array | Promise<Uint8Array>;

/** Options of {@link stampLogin}: what tells the login to who handles the message later. */
export type StampLoginOptions =
  /** `Authentication-Results` in the name of this host, with the login in clear. */
  | { readonly authservId: string }
  /** A field of our own, with a pseudonym that only who has the key can connect with the login. Default `X-Fromguard-Login`. */
  | { readonly keyedHash: KeyedHash; readonly field?: string };

const PSEUDONYM_OCTETS = 16;
const NAME = /^[!-9;-~]{1,76}$/;
/** Characters of a login that are told; a line has no room for more. */
const MAX_LOGIN = 400;

/**
 * Puts on top who logged in, as `Authentication-Results: ID; auth=pass smtp.auth=LOGIN` or as a keyed pseudonym, and deletes
 * every field that claims the same in our name, with and without a login.
 *
 * Refuses nothing but a header that was not read to its end (`header-too-long`). A login outside printable ASCII is told with `?` for each other character. Logins that differ in case only have one
 * pseudonym. Without a login, and without such a field, it skips (`no-login`).
 *
 * @throws FromguardError `FG_POLICY_INVALID` for an identifier or a field name that is none.
 * @see RFC 8601 sections 2.2, 2.7.4 and 5
 */
export function stampLogin(options: StampLoginOptions): Rule<"login" | "headers"> {
  const { name, isOurs, textOf } = "authservId" in options ? results(options.authservId) : pseudonym(options);
  return rule("stamp-login", ["login", "headers"], ({ login, headers }) => {
    // A forged field behind the limit would stay.
    if (headers.isLimitReached === true) return fail("header-too-long", login === null ? {} : { login });
    const forged = deletions(headers, name, isOurs);
    if (login === null) return forged.length === 0 ? skip("no-login") : pass("ok", forged);
    return andThen(textOf(login), (text) => {
      const value = foldValue(name, text);
      return pass("ok", value === undefined ? forged : [...forged, { kind: "prepend-header", name, value }]);
    });
  });
}

/**
 * HMAC-SHA-256 through WebCrypto.
 *
 * @param key Octets, at least 16: a short key can be guessed.
 * @throws FromguardError `FG_POLICY_INVALID` for a shorter key.
 * @see RFC 2104
 */
export function hmacSha256(key: Uint8Array): KeyedHash {
  if (key.length < 16) throw new FromguardError("FG_POLICY_INVALID", "the key of pseudonyms has less than 16 octets");
  const { subtle } = globalThis.crypto;
  let imported: ReturnType<typeof subtle.importKey> | undefined;
  return async (text) => {
    imported ??= subtle.importKey("raw", Uint8Array.from(key), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    return new Uint8Array(await subtle.sign("HMAC", await imported, new TextEncoder().encode(text)));
  };
}

interface Stamp {
  readonly name: string;
  readonly isOurs: (field: HeaderField) => boolean;
  readonly textOf: (login: string) => string | Promise<string>;
}

function pseudonym({
  keyedHash,
  field: name = "X-Fromguard-Login",
}: Extract<StampLoginOptions, { field?: string }>): Stamp {
  if (!NAME.test(name)) throw new FromguardError("FG_POLICY_INVALID", `${JSON.stringify(name)} is no field name`);
  const hex = (octets: Uint8Array) =>
    Array.from(octets.subarray(0, PSEUDONYM_OCTETS), (octet) => octet.toString(16).padStart(2, "0")).join("");
  return { name, isOurs: () => true, textOf: (login) => andThen(keyedHash(fold(login)), hex) };
}

function results(authservId: string): Stamp {
  if (!/^[\w.-]{1,253}$/.test(authservId)) {
    throw new FromguardError("FG_POLICY_INVALID", `${JSON.stringify(authservId)} is no authserv-id`);
  }
  const ours = idForm(authservId);
  return {
    name: "Authentication-Results",
    isOurs: ({ value }) => claimsId(value, ours),
    textOf: (login) => `${authservId}; auth=pass smtp.auth=${propertyValue(login)}`,
  };
}

/** A token, or an address of them, as it is; all else quoted. */
function propertyValue(login: string): string {
  const shown = printable(login, MAX_LOGIN);
  const token = "[A-Za-z0-9!#$%&'*+.^_`{|}~-]+";
  return new RegExp(`^${token}(?:@[A-Za-z0-9.-]+)?$`).test(shown) ? shown : `"${shown.replace(/["\\]/g, "\\$&")}"`;
}

function idForm(id: string): string {
  const domain = parseDomain(id);
  return domain.kind === "name" ? domain.ascii : id.toLowerCase();
}

/** Whether a value names this identifier where readers look for it; a value that cannot be read, if it holds it anywhere. */
function claimsId(value: Uint8Array, ours: string): boolean {
  const text = fieldText(value) ?? latin1(value);
  const { tokens, fault } = tokenise(text, 100);
  const end = tokens.findIndex(
    ({ kind, text: special, blank }, index) => index > 0 && (blank || (kind === "special" && special !== ".")),
  );
  const id = tokens.slice(0, end < 0 ? tokens.length : end).map((token) => token.text);
  return idForm(id.join("")) === ours || (fault !== undefined && text.toLowerCase().includes(ours));
}

function deletions(headers: HeaderSection, name: string, isOurs: (field: HeaderField) => boolean): readonly Edit[] {
  const lower = name.toLowerCase();
  return headers.fields
    .filter((field) => fieldName(field.name) === lower)
    .flatMap((field, index): Edit[] => (isOurs(field) ? [{ kind: "delete-header", name, occurrence: index + 1 }] : []));
}
