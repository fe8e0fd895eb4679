import {
  andThen,
  type ExtensionOptions,
  fold,
  lowerAscii,
  quotedWord,
  searchTables,
  splitExtension,
  type Table,
} from "@fromguard/core";
import { externalForm } from "../address/quoting.js";

/** Whether a login may use a sender, or why that is not known. */
export type SenderMatch = boolean | { readonly cause: string };

/** How the patterns of a login are compared with a sender. */
export interface LoginSenderOptions {
  /** Asked for the login, in this order; the first answer decides. */
  readonly tables: readonly Table[];
  /** What an extension is, which is no part of the comparison, and whether letters beyond ASCII have a case. */
  readonly extension: Required<ExtensionOptions>;
  /** The pattern that stands for the null sender. */
  readonly nullSender: string;
}

/**
 * Makes the matcher of `local_login_sender_maps`: login to sender patterns, which are `*` (every sender), the pattern of the null
 * sender, `@domain`, or a whole address in external form.
 *
 * @see Postfix login_sender_match(3), postconf(5) local_login_sender_maps
 */
export function loginSenders(
  options: LoginSenderOptions,
): (login: string, sender: string) => SenderMatch | Promise<SenderMatch> {
  const { tables } = options;
  return (login, sender) =>
    andThen(searchTables(tables, [{ keys: [login], whole: true }]), (hit): SenderMatch => {
      if (hit === undefined) return false;
      const { table, lookup } = hit;
      if (lookup.kind === "error") return { cause: `${table.name}: ${lookup.cause}` };
      if (lookup.value === "") return { cause: `${table.name}: the result is empty` };
      return words(lookup.value).some((pattern) => isMatch(pattern, sender, options));
    });
}

function isMatch(pattern: string, sender: string, { extension, nullSender }: LoginSenderOptions): boolean {
  const foldCase = extension.utf8 ? fold : lowerAscii;
  const isSame = (text: string) => foldCase(pattern) === foldCase(text);
  const at = sender.lastIndexOf("@");
  if (pattern.startsWith("@")) return at >= 0 && isSame(sender.slice(at));
  if (pattern === "*") return true;
  if (lowerAscii(pattern) === lowerAscii(nullSender)) return sender === "";
  return isSame(externalForm(withoutExtension(sender, at, extension)));
}

function withoutExtension(sender: string, at: number, extension: ExtensionOptions): string {
  const end = at < 0 ? sender.length : at;
  const base = splitExtension(sender.slice(0, end), extension);
  return base === undefined ? sender : base + sender.slice(end);
}

const SEPARATOR = /[, \t\r\n]/;

/** Split at commas and white space outside double quotes. */
function words(text: string): readonly string[] {
  const found: string[] = [];
  for (let rest = text; rest !== ""; ) {
    const start = rest.search(/[^, \t\r\n]/);
    if (start < 0) break;
    rest = rest.slice(start);
    const { end } = quotedWord(rest, SEPARATOR);
    found.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return found;
}
