import { fold, lowerAscii } from "../address/fold.js";

/** Which of the two identities of SASL owns. */
export type LoginIdentity = "authentication" | "authorisation";

/**
 * Who logged in, as SASL tells it.
 *
 * Postfix tells one: `sasl_username` and `{auth_authen}` are the identity that Cyrus or Dovecot let the client act as. Never take
 * `{auth_author}` for the other: it is the AUTH parameter of MAIL FROM, which the client writes and Postfix does not check.
 */
export interface LoginIdentities {
  /** Whose password, ticket or certificate it was (authcid). */
  readonly authentication: string;
  /** As whom the client asked to act (authzid). Absent or empty means the same. */
  readonly authorisation?: string;
}

/** Options of {@link ownerLogin}. */
export interface LoginRule {
  /**
   * Whose addresses they are: those of the identity that was authenticated (the default), or of the one that it asked to act
   * as. Choose `authorisation` only where the server has checked that the one may act as the other.
   */
  readonly identity?: LoginIdentity;
  /** Characters of which the first in a login parts the user from the master user: `alice*admin` owns as `alice`. Default none. */
  readonly masterSeparators?: string;
  /** `keep` (the default), or `strip`: `alice@example.com` owns as `alice`. Only safe where a login names one user in all domains. */
  readonly domain?: "keep" | "strip";
  /** Appended to a login without an at sign: `alice` owns as `alice@example.com`. Default none; without effect beside `strip`. */
  readonly defaultDomain?: string;
  /** `keep` (the default) leaves case to the source; else A to Z in small letters, or full Unicode case folding. */
  readonly case?: "keep" | "ascii" | "fold";
}

/** Whose addresses a login may use. */
export interface OwnerLogin {
  /** Owns nothing where it is empty. */
  readonly login: string;
  /** The master user that logged in as this login: to be logged. */
  readonly master?: string;
}

/**
 * The login that owns, of what SASL tells: identity, then master user, then domain, then case. Never throws.
 *
 * The master user is behind the separator, as in Dovecot. A separator without a user before it or a master behind it parts
 * nothing, since nobody is meant by it.
 *
 * @see RFC 4616 section 2 (authcid, authzid), Dovecot `auth_master_user_separator`
 */
export function ownerLogin(identities: LoginIdentities, rule: LoginRule = {}): OwnerLogin {
  const { authentication, authorisation = "" } = identities;
  const named = rule.identity === "authorisation" && authorisation !== "" ? authorisation : authentication;
  const [user, master] = splitMaster(named, rule.masterSeparators ?? "");
  const login = foldLogin(withDomainRule(user, rule), rule.case ?? "keep");
  return master === undefined ? { login } : { login, master };
}

function splitMaster(login: string, separators: string): readonly [user: string, master?: string] {
  for (let at = 0; at < login.length; at++) {
    if (!separators.includes(login.charAt(at))) continue;
    return at > 0 && at < login.length - 1 ? [login.slice(0, at), login.slice(at + 1)] : [login];
  }
  return [login];
}

function withDomainRule(login: string, { domain = "keep", defaultDomain }: LoginRule): string {
  const at = login.lastIndexOf("@");
  if (domain === "strip") return at < 0 ? login : login.slice(0, at);
  return at < 0 && login !== "" && defaultDomain !== undefined ? `${login}@${defaultDomain}` : login;
}

function foldLogin(login: string, rule: "keep" | "ascii" | "fold"): string {
  if (rule === "keep") return login;
  return rule === "ascii" ? lowerAscii(login) : fold(login);
}
