import { andThen, fold, holds, parseIpNetwork, parseIpOctets, type Table } from "@fromguard/core";
import type { MatchList, Membership } from "./match-list.js";
import type { Pattern } from "./read-match-list.js";

/** Whether one pattern matches one side of the subject; text is why that is not known. */
type Match = boolean | string;
type Matcher = (subject: string) => Match | Promise<Match>;

/**
 * A list of names, each matched as a whole.
 *
 * @see Postfix string_list(3)
 */
export function stringList(patterns: readonly Pattern[]): MatchList<string> {
  const list = patterns.map((pattern) => ({ pattern, matchers: [matchString(pattern)] }));
  return { has: (subject) => search(list, [fold(subject)]) };
}

/**
 * A list of domains. With `includesSubdomains` a name stands for its subdomains as well, otherwise `.name` does.
 *
 * @see Postfix domain_list(3), postconf(5) parent_domain_matches_subdomains
 */
export function domainList(
  patterns: readonly Pattern[],
  options: { readonly includesSubdomains: boolean },
): MatchList<string> {
  const list = patterns.map((pattern) => ({ pattern, matchers: [matchHost(pattern, options)] }));
  return { has: (subject) => search(list, [fold(subject)]) };
}

/**
 * A list of host names, addresses and networks (`192.0.2.0/24`, `[2001:db8::]/32`). Each pattern is tried with the name, then with
 * the address.
 *
 * @see Postfix namadr_list(3)
 */
export function clientList(
  patterns: readonly Pattern[],
  options: { readonly includesSubdomains: boolean },
): MatchList<{ readonly name: string; readonly address: string }> {
  const list = patterns.map((pattern) => ({
    pattern,
    matchers: [matchHost(pattern, options), matchAddress(pattern)],
  }));
  return { has: ({ name, address }) => search(list, [fold(name), fold(address)]) };
}

const NOT_LISTED: Membership = { kind: "not-listed" };

/** The first pattern that matches decides. A promise only where a table made one. */
function search(
  list: readonly { readonly pattern: Pattern; readonly matchers: readonly Matcher[] }[],
  subjects: readonly string[],
  from = 0,
): Membership | Promise<Membership> {
  const tries = subjects.length;
  for (let at = from; at < list.length * tries; at += 1) {
    const { pattern, matchers } = list[Math.floor(at / tries)] as (typeof list)[number];
    const match = (matchers[at % tries] as Matcher)(subjects[at % tries] as string);
    if (match instanceof Promise) {
      return match.then((late) => membership(pattern, late) ?? search(list, subjects, at + 1));
    }
    const found = membership(pattern, match);
    if (found !== undefined) return found;
  }
  return NOT_LISTED;
}

function membership({ isNegated, text }: Pattern, match: Match): Membership | undefined {
  if (typeof match === "string") return { kind: "unknown", cause: match };
  if (!match) return undefined;
  return isNegated ? NOT_LISTED : { kind: "listed", entry: text };
}

function matchString({ what }: Pattern): Matcher {
  switch (what.kind) {
    case "table":
      return (subject) => isIn(what.table, subject);
    case "word":
      return (subject) => subject === what.word;
    case "broken":
      return () => what.cause;
  }
}

function matchHost(pattern: Pattern, { includesSubdomains }: { readonly includesSubdomains: boolean }): Matcher {
  const { what } = pattern;
  switch (what.kind) {
    case "table":
      return (name) => isHostIn(what.table, name, includesSubdomains);
    case "word": {
      const { word } = what;
      const ending = includesSubdomains ? `.${word}` : word.startsWith(".") ? word : undefined;
      return (name) => name === word || (ending !== undefined && name.length > ending.length && name.endsWith(ending));
    }
    case "broken":
      return () => what.cause;
  }
}

const ADDRESS = /^[0-9.a-f:]*$/;

function matchAddress({ what }: Pattern): Matcher {
  switch (what.kind) {
    case "table":
      return (address) => ADDRESS.test(address) && isIn(what.table, address);
    case "word":
      return matchNetwork(what.word);
    case "broken":
      return (address) => ADDRESS.test(address) && what.cause;
  }
}

/** Words that can be no network are host names: they match no address, and are no fault. */
function matchNetwork(word: string): Matcher {
  const address = word.startsWith("[") && word.endsWith("]") ? word.slice(1, -1) : word;
  const isNetwork = /[:/]/.test(word) && !/^[0-9.]*$/.test(word) && /^[0-9.a-f:[\]/]*$/.test(word);
  if (!isNetwork) return (subject) => ADDRESS.test(subject) && subject === address;
  const network = parseIpNetwork(word, false);
  const isIpv6 = word.includes(":");
  return (subject) => {
    if (!ADDRESS.test(subject)) return false;
    if (subject === address) return true;
    if (subject.includes(":") !== isIpv6) return false;
    if (typeof network === "string") return network;
    const octets = parseIpOctets(subject);
    return octets !== undefined && holds(network, octets);
  };
}

function isIn(table: Table, key: string): Match | Promise<Match> {
  return andThen(table.lookup(key), (answer) => {
    if (answer.kind === "error") return `${table.name}: table lookup problem: ${answer.cause}`;
    return answer.kind === "found";
  });
}

/** The name, and in tables that are asked for parts its parent domains: `b.c`, or `.b.c`. */
function isHostIn(table: Table, name: string, includesSubdomains: boolean): Match | Promise<Match> {
  if (name === "") return false;
  return andThen(isIn(table, name), (match) => {
    if (match !== false || table.keys === "full") return match;
    const dot = name.indexOf(".", 1);
    if (dot < 0) return false;
    return isHostIn(table, name.slice(includesSubdomains ? dot + 1 : dot), includesSubdomains);
  });
}
