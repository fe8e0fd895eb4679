import type { MainCf } from "../main-cf/main-cf.js";
import { isPlainAddress } from "./plain-address.js";
import { domainOf, externalForm, unquoted } from "./quoting.js";
import { TokenList } from "./token-list.js";
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
  const tokens = new TokenList(scanTokens(externalForm(internal)));
  rewriteTokens(tokens, options);
  return unquoted(externalForm(internalForm(tokens.all())));
}

/** The same to tokens, in place; they are at least one. */
export function rewriteTokens(tokens: TokenList, options: RewriteOptions): void {
  const first = tokens.at(0);
  if (tokens.length === 1 && first?.kind === "@") {
    tokens.takeFirst(1);
    tokens.push([{ kind: "quoted", text: "", joined: true }]);
    return;
  }
  if (tokens.length === 1 && first?.kind === "quoted" && first.text === "") return;
  if (first?.kind === "@") stripRoute(tokens);
  if (!tokens.has("@")) giveDomain(tokens, options);
  completeDomain(tokens, options.domain);
  stripTrailingDot(tokens);
}

/** `@a,@b:user@c` is `user@c`. */
function stripRoute(tokens: TokenList): void {
  const colon = tokens.indexOf(":");
  if (colon >= 0 && colon < tokens.length - 1) tokens.takeFirst(colon + 1);
}

function giveDomain(tokens: TokenList, { swapBangpath, percentHack, origin }: RewriteOptions): void {
  const bang = swapBangpath ? tokens.indexOf("!") : -1;
  if (bang >= 0) {
    const site = tokens.takeFirst(bang);
    tokens.takeFirst(1);
    const joined = site[0]?.joined ?? true;
    tokens.join(joined);
    tokens.push([operator("@", joined), ...site]);
    return;
  }
  if (percentHack && tokens.has("%")) tokens.replaceLast("%", ({ joined }) => operator("@", joined));
  else if (origin.length > 0) append(tokens, [operator("@"), ...origin]);
}

function completeDomain(tokens: TokenList, domain: readonly Token[]): void {
  if (domain.length === 0 || !tokens.has("@") || tokens.at(-1)?.kind === "@") return;
  for (let at = -1; tokens.at(at)?.kind !== "@"; at--) {
    const kind = tokens.at(at)?.kind;
    if (kind === "literal" || kind === ".") return;
  }
  append(tokens, [operator("."), ...domain]);
}

/** Not of `a..` or `@.`: what is broken stays so. */
export function stripTrailingDot(tokens: TokenList): void {
  const before = tokens.at(-2)?.kind;
  if (tokens.at(-1)?.kind === "." && before !== undefined && before !== "." && before !== "@") {
    tokens.takeFrom(tokens.length - 1);
  }
}

/** Puts tokens behind others, which they join as those are joined. */
export function append(tokens: TokenList, more: readonly Token[]): void {
  const joined = tokens.at(-1)?.joined ?? true;
  tokens.push(more.map((token) => (token.joined === joined ? token : { ...token, joined })));
}
