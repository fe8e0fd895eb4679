import type { MilterContext } from "../session/handler.js";
import { utf8Of } from "./text.js";

/** The macros of MAIL that tell who logged in. */
export const LOGIN_MACROS = "{auth_type} {auth_authen} {auth_ssf}";

/**
 * Who logged in, as it stands at MAIL: empty for nobody, undefined for a name that cannot be read, which could be taken for another's.
 *
 * Sendmail writes the name in xtext, `ann+2Bnews` for `ann+news`; Postfix writes it as it is. Only Sendmail says `{auth_ssf}`, the
 * strength of the login's encryption, and it does so for every login.
 *
 * @see RFC 3461 section 4 (xtext); Sendmail 8.17.1, seen on the wire
 */
export function loginOf(context: MilterContext): string | undefined {
  const octets = context.macro("auth_authen", "M") ?? "";
  const plain = context.macro("auth_ssf", "M") === undefined ? octets : decodeXtext(octets);
  return plain === undefined ? undefined : utf8Of(plain);
}

/** The octets that xtext stands for; undefined for what is no xtext. */
function decodeXtext(text: string): string | undefined {
  if (/\+(?![0-9A-F]{2})/.test(text)) return undefined;
  return text.replace(/\+(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
