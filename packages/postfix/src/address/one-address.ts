import { internalForm, type Token } from "./tokens.js";

/** What a list of addresses in external form holds. */
export interface AddressList {
  readonly count: number;
  /** The last address, in internal form; empty where there is none. */
  readonly internal: string;
  /** Whether anything but addresses and angle brackets is there: a comment, a phrase, a comma. */
  readonly hasMore: boolean;
}

/**
 * Finds the addresses in tokens, as RFC 822 lists have them: apart by commas, in angle brackets behind a phrase, in groups. Two
 * words side by side are two addresses: the comma between them is taken as forgotten.
 *
 * Read from the end to the beginning, as the comments and the phrase of an address stand before it.
 *
 * @see Postfix tok822_parse(3), RFC 822 section 6.1
 */
export function readAddressList(tokens: readonly Token[]): AddressList {
  let count = 0;
  let last: readonly Token[] = [];
  let hasMore = false;
  let mayFollowWord = true;
  let inGroup = false;
  /** The tokens before this one are not yet part of an address. */
  let end = tokens.length;
  let at = end - 1;

  const take = (from: number): boolean => {
    const address = tokens.slice(from, end).filter(({ kind }) => kind !== "comment");
    end = from;
    if (address.length === 0) return false;
    count++;
    if (count === 1) last = address;
    return true;
  };
  /** What is skipped is no part of an address, nor is the token that ends it. */
  const skip = (isSkipped: (token: Token) => boolean): void => {
    for (let token = tokens[at]; token !== undefined && isSkipped(token); token = tokens[--at])
      if (token.kind !== "<" && token.kind !== ">") hasMore = true;
    if (tokens[at]?.kind === ":") hasMore = true;
    end = Math.max(at, 0);
  };

  while (at >= 0) {
    const { kind } = tokens[at] as Token;
    if (kind === "comment") {
      hasMore = true;
    } else if (kind === ";") {
      take(at + 1);
      end = at;
      hasMore = true;
      inGroup = true;
      mayFollowWord = true;
    } else if (kind === ":" && inGroup) {
      take(at + 1);
      skip((token) => token.kind !== ",");
      continue;
    } else if (kind === ">") {
      if (take(at + 1)) hasMore = true;
      end = at;
      at--;
      while (at >= 0 && tokens[at]?.kind !== "<") if (tokens[at--]?.kind === "comment") hasMore = true;
      take(at + 1);
      skip((token) => !">;,:".includes(token.kind));
      mayFollowWord = true;
      continue;
    } else if (kind === "atom" || kind === "quoted" || kind === "literal") {
      if (!mayFollowWord && take(at + 1)) hasMore = true;
      mayFollowWord = false;
    } else {
      if (kind === ",") {
        take(at + 1);
        end = at;
        hasMore = true;
      }
      mayFollowWord = true;
    }
    at--;
  }
  take(0);
  return { count, internal: internalForm(last.map((token) => ({ ...token, joined: true }))), hasMore };
}
