import { andThen } from "@fromguard/core";
import type { Membership } from "../lists/match-list.js";
import type { MainCf } from "../main-cf/main-cf.js";
import { isPlainAddress } from "./plain-address.js";
import { domainOf, externalForm, isDotString } from "./quoting.js";
import { append, type RewriteOptions, rewriteTokens, stripTrailingDot } from "./rewrite.js";
import { TokenList } from "./token-list.js";
import { internalForm, operator, scanTokens, type Token } from "./tokens.js";

/** Why an address could not be resolved. */
export interface Unknown {
  readonly cause: string;
}

/** An address with every local domain but the last taken away. */
export interface Stripped {
  readonly text: string;
  /** Whether its domain is local. */
  readonly local: boolean;
}

/** Rounds beyond one a character: an `empty_address_recipient` that is empty itself never ends. */
const MORE_ROUNDS = 100;

/**
 * Takes local domains away from an address, innermost last, and looks for another domain in what is left: `a%b.test@local` is
 * `a@b.test`. What stays without one is a user of the last local domain.
 *
 * @see Postfix trivial-rewrite(8), postconf(5) resolve_dequoted_address, empty_address_recipient
 */
export function localDomainStripper(
  config: MainCf,
  rewriting: RewriteOptions,
  isLocal: (domain: string) => Membership | Promise<Membership>,
): (internal: string) => Stripped | Unknown | Promise<Stripped | Unknown> {
  const nullDomains = config.bool("resolve_null_domain");
  const dequotes = config.bool("resolve_dequoted_address");
  const emptyAddress = scanTokens(config.get("empty_address_recipient"));
  const host: readonly Token[] = [operator("@"), ...scanTokens(config.get("myhostname"))];

  /** What may hide a domain in what is left of a local address, innermost last. */
  const opened = (tokens: TokenList): TokenList | undefined => {
    const { swapBangpath, percentHack } = rewriting;
    if (tokens.has("@") || (swapBangpath && tokens.has("!")) || (percentHack && tokens.has("%"))) return tokens;
    const word = tokens.at(0);
    if (!dequotes || tokens.length !== 1 || word?.kind !== "quoted") return undefined;
    const inner = dequoted(word.text, rewriting);
    return inner === undefined ? undefined : new TokenList(inner);
  };

  const strip = (
    start: TokenList,
    domain: readonly Token[],
    rounds: number,
    known?: Membership,
  ): Stripped | Unknown | Promise<Stripped | Unknown> => {
    let tokens = start;
    let saved = domain;
    let left = rounds;
    for (let answer = known; left > 0; answer = undefined, left--) {
      if (answer === undefined) {
        if (tokens.has("@")) stripTrailingDot(tokens);
        if (nullDomains && tokens.at(-1)?.kind === "@") tokens.takeFrom(tokens.length - 1);
      }
      const at = tokens.lastIndexOf("@");
      if (at >= 0) {
        const found = tokens.takeFrom(at);
        if (found.length > 1) {
          const membership = answer ?? isLocal(internalForm(found.slice(1)));
          if (membership instanceof Promise) {
            const [rest, kept, roundsLeft] = [tokens, saved, left];
            rest.push(found);
            return membership.then((late) => strip(rest, kept, roundsLeft, late));
          }
          if (membership.kind === "unknown") return membership;
          if (membership.kind === "not-listed")
            return { text: internalForm([...tokens.all(), ...found]), local: false };
        }
        saved = found;
      }
      const inner = opened(tokens);
      if (inner !== undefined) {
        tokens = inner;
        rewriteTokens(tokens, rewriting);
        continue;
      }
      const word = tokens.at(0);
      if (tokens.length === 0 || (tokens.length === 1 && word?.kind === "quoted" && word.text === "")) {
        tokens = new TokenList(emptyAddress);
        continue;
      }
      if (saved.length === 0) {
        append(tokens, host);
        continue;
      }
      append(tokens, saved);
      return { text: internalForm(tokens.all()), local: true };
    }
    return { cause: `no end of domains after ${rounds} rounds` };
  };
  return (internal) => {
    if (!isPlainAddress(internal))
      return strip(new TokenList(scanTokens(externalForm(internal))), [], internal.length + MORE_ROUNDS);
    return andThen<Membership, Stripped | Unknown>(isLocal(domainOf(internal)), (membership) =>
      membership.kind === "unknown" ? membership : { text: internal, local: membership.kind === "listed" },
    );
  };
}

/**
 * What stands within a quoted local part that has an operator; undefined where it has none.
 *
 * A part of it that needs its quotes keeps them, unread: a thousand domains within each other are read once each.
 *
 * @see postconf(5) resolve_dequoted_address
 */
function dequoted(text: string, { percentHack, swapBangpath }: RewriteOptions): Token[] | undefined {
  let at = text.lastIndexOf("@");
  if (at < 0 && percentHack) at = text.lastIndexOf("%");
  if (at < 0) return swapBangpath && text.includes("!") ? scanTokens(text) : undefined;
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
  const hasRoute = (local === "" || local.startsWith("@")) && text.includes(":");
  if (hasRoute || isDotString(local)) return scanTokens(externalForm(`${local}@${domain}`));
  return [{ kind: "quoted", text: local, joined: false }, operator("@"), ...scanTokens(domain)];
}
