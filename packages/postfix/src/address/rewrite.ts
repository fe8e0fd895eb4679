import type { MainCf } from "../main-cf/main-cf.js";
import { isPlainAddress } from "./plain-address.js";
import { domainOf, externalForm, unquoted } from "./quoting.js";
import { internalForm, operator, scanTokens, type Token } from "./tokens.js";

/** What rewriting in the `local` context depends on. */
export interface RewriteOptions {
  readonly swapBangpath: boolean;
  readonly percentHack: boolean;
  /** What is put behind `user@`; empty where `append_at_myorigin` is off. */
  readonly origin: readonly Token[];
  /** What is put behind `user@host.`; empty where `append_dot_mydomain` is off. */
  readonly domain: readonly Token[];
}

/** Reads {@link RewriteOptions} from main.cf. */
export function rewriteOptions(config: MainCf): RewriteOptions {
  const when = (name: string, value: string): readonly Token[] =>
    config.bool(name) ? scanTokens(config.get(value)) : [];
  return {
    swapBangpath: config.bool("swap_bangpath"),
    percentHack: config.bool("allow_percent_hack"),
    origin: when("append_at_myorigin", "myorigin"),
    domain: when("append_dot_mydomain", "mydomain"),
  };
}

/**
 * An internal address made complete: `user` to `user@$myorigin`, `site!user` to `user@site`, and so on; internal again.
 *
 * @see Postfix trivial-rewrite(8) "local context"
 */
export function rewriteAddress(internal: string, options: RewriteOptions): string {
  if (internal === "") return "";
  if (isPlainAddress(internal) && (options.domain.length === 0 || domainOf(internal).includes("."))) return internal;
  const tokens = scanTokens(externalForm(internal));
  rewriteTokens(tokens, options);
  return unquoted(externalForm(internalForm(tokens)));
}

/** The same to tokens, in place; they are at least one. */
export function rewriteTokens(tokens: Token[], options: RewriteOptions): void {
  const [first] = tokens;
  if (tokens.length === 1 && first?.kind === "@") {
    tokens[0] = { kind: "quoted", text: "", joined: true };
    return;
  }
  if (tokens.length === 1 && first?.kind === "quoted" && first.text === "") return;
  if (first?.kind === "@") stripRoute(tokens);
  if (lastIndexOf(tokens, "@") < 0) giveDomain(tokens, options);
  completeDomain(tokens, options.domain);
  stripTrailingDot(tokens);
}

/** `@a,@b:user@c` is `user@c`. */
function stripRoute(tokens: Token[]): void {
  const colon = tokens.findIndex(({ kind }) => kind === ":");
  if (colon >= 0 && colon < tokens.length - 1) tokens.splice(0, colon + 1);
}

function giveDomain(tokens: Token[], { swapBangpath, percentHack, origin }: RewriteOptions): void {
  const bang = swapBangpath ? tokens.findIndex(({ kind }) => kind === "!") : -1;
  if (bang >= 0) {
    const joined = bang === 0 ? true : (tokens[0]?.joined ?? true);
    const site = tokens.splice(0, bang + 1).slice(0, -1);
    for (let index = 0; index < tokens.length; index++) tokens[index] = joinedAs(tokens[index] as Token, joined);
    tokens.push(operator("@", joined));
    for (const token of site) tokens.push(token);
    return;
  }
  const percent = percentHack ? lastIndexOf(tokens, "%") : -1;
  if (percent >= 0) tokens[percent] = operator("@", tokens[percent]?.joined);
  else if (origin.length > 0) append(tokens, [operator("@"), ...origin]);
}

function completeDomain(tokens: Token[], domain: readonly Token[]): void {
  const at = lastIndexOf(tokens, "@");
  if (domain.length === 0 || at < 0 || at === tokens.length - 1) return;
  if (tokens.slice(at).every(({ kind }) => kind !== "literal" && kind !== "."))
    append(tokens, [operator("."), ...domain]);
}

/** Not of `a..` or `@.`: what is broken stays so. */
export function stripTrailingDot(tokens: Token[]): void {
  const before = tokens.at(-2)?.kind;
  if (tokens.at(-1)?.kind === "." && before !== undefined && before !== "." && before !== "@") tokens.pop();
}

/** Puts tokens behind others, which they join as those are joined. */
export function append(tokens: Token[], more: readonly Token[]): void {
  const joined = tokens.at(-1)?.joined ?? true;
  for (const token of more) tokens.push(joinedAs(token, joined));
}

function joinedAs(token: Token, joined: boolean): Token {
  return token.joined === joined ? token : { ...token, joined };
}

/** Where the last token of a kind stands; -1 where none is. */
export function lastIndexOf(tokens: readonly Token[], kind: Token["kind"]): number {
  let at = tokens.length - 1;
  while (at >= 0 && tokens[at]?.kind !== kind) at--;
  return at;
}
