import { type Address, addressFromInternal, formatAddress } from "../address/address.js";
import { fold } from "../address/fold.js";
import { parsePath } from "../address/path.js";
import { parseDomain } from "../domain/domain.js";
import type { Table, TableEntry } from "../table/table.js";
import { andThen } from "../verdict/and-then.js";
import { joinListings } from "./ask-source.js";
import type { Gap, Holding, Listing } from "./directory.js";
import { type Hit, type LookupOptions, searchTables } from "./key-search.js";
import { type LoginMapKeyOptions, loginMapKeys, lookupDomains } from "./login-map-keys.js";
import { isOwner, listOwners } from "./owners.js";
import type { Answer, Ownership, Question } from "./ownership.js";
import { patternForLogin } from "./pattern-for-login.js";

/** What login maps are listed by. */
interface ListedMap extends LoginMapKeyOptions {
  readonly tables: readonly Table[];
}

/** Who owns an address by login maps, under every form of its domain. */
export function ownersInMap(
  map: ListedMap,
  address: Address,
  lookupOptions: LookupOptions,
): Listing | Promise<Listing> {
  const hits = lookupDomains(address).map((domain) =>
    searchTables(map.tables, loginMapKeys(address.localPart, domain, map), lookupOptions),
  );
  return andThen(together(hits), (found) => {
    const gaps = found.flatMap((hit) => gapOf(hit));
    const [first, ...others] = found;
    if (gaps.length > 0 || first === undefined) return { holdings: [], gaps };
    const holdings = ownersOfHit(first)
      .filter((login) => others.every((hit) => hit !== undefined && isOwner(ownersOfHit(hit), login)))
      .map((login) => holdingOf(login, formatAddress(address), first));
    return { holdings, gaps };
  });
}

/** What a login owns by login maps: their entries, each tried by the lookup that Postfix does. */
export function addressesInMap(
  map: ListedMap,
  ask: Ownership["ask"],
  login: string,
  lookupOptions: LookupOptions,
): Listing | Promise<Listing> {
  const walk = new Walk(map, login);
  const questions = [...walk.addresses.values()].map((address): Question => ({ address, role: "envelope" }));
  const byParts = map.tables.filter(({ keys }) => keys === "parts");
  const domainHits = together(
    [...walk.domains].map((key) => searchTables(byParts, [{ keys: [key], whole: false }], lookupOptions)),
  );
  return andThen(ask(login, questions, lookupOptions), (answers) =>
    andThen(domainHits, (hits) =>
      joinListings([
        ...questions.map(({ address }, index) => ofAnswer(login, formatAddress(address), answers[index])),
        ...hits.map((hit) => ofDomain(login, hit)),
        { holdings: walk.patterns, gaps: walk.gaps },
      ]),
    ),
  );
}

/** What the entries of the tables may give to a login. */
class Walk {
  readonly addresses = new Map<string, Address>();
  /** Keys `@domain`. */
  readonly domains = new Set<string>();
  readonly patterns: Holding[] = [];
  readonly gaps: Gap[] = [];

  constructor({ tables, localDomains = [] }: ListedMap, login: string) {
    for (const table of tables) {
      const entries = table.entries?.();
      if (entries === undefined) {
        this.gaps.push({
          source: table.name,
          code: "not-listable",
          cause: "the table answers lookups, but cannot be listed",
        });
        continue;
      }
      for (const entry of entries) {
        if (entry.kind === "key") this.#key(entry, login, localDomains);
        else if (entry.kind === "pattern" && mayGive(entry.result, login))
          this.patterns.push(ofPattern(login, table, entry));
      }
    }
  }

  #key({ key, value }: Extract<TableEntry, { readonly kind: "key" }>, login: string, local: readonly string[]): void {
    if (value !== undefined && !isOwner(listOwners(value), login)) return;
    if (key.startsWith("@")) {
      if (parseDomain(key.slice(1)).kind === "name" || key.startsWith("@[")) this.domains.add(key);
      return;
    }
    const address = addressOfKey(key);
    if (address === undefined) return;
    const { kind } = address.domain;
    const reached = kind === "none" ? local.map((domain) => ({ ...address, domain: parseDomain(domain) })) : [address];
    for (const each of reached) {
      if (each.domain.kind === "name" || each.domain.kind === "literal") {
        this.addresses.set(`${each.localPart}@${each.domain.text}`, each);
      }
    }
  }
}

/** The address that a key names, quoted or not; without a domain where the key has none. */
export function addressOfKey(key: string): Address | undefined {
  if (!key.startsWith('"')) return key === "" ? undefined : addressFromInternal(key);
  const path = parsePath(key);
  return path.kind === "mailbox" ? path.mailbox : undefined;
}

/** Whether one of the owners in a result may be the login, whatever the groups hold. */
function mayGive(result: readonly (string | number)[], login: string): boolean {
  const text = result.map((part) => (typeof part === "number" ? GROUP : part)).join("");
  return listOwners(text).some((owner) => fits(fold(owner).split(GROUP), fold(login)));
}

/** Stands for a group: no login of a table has it, since Postfix reads values as C strings. */
const GROUP = "\0";

/** Whether the pieces stand in the text, in their order, the first at its start and the last at its end. */
function fits(pieces: readonly string[], text: string): boolean {
  const [first = "", ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

function ofPattern(login: string, table: Table, entry: Exclude<TableEntry, { readonly kind: "key" }>): Holding {
  const { pattern, file, line } = entry;
  const result = entry.result.map((part) => (typeof part === "number" ? `$(${part})` : part)).join("");
  const [only, ...others] = entry.result;
  // A result that is one group alone is the login exactly where the group is.
  const given = typeof only === "number" && others.length === 0 ? patternForLogin(pattern, only, login) : undefined;
  const address = given ?? pattern;
  const place = { ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }) };
  return {
    login,
    address,
    right: "send-as",
    evidence: () => ({ login, address, source: table.name, ...place, pattern, result }),
  };
}

function ofAnswer(login: string, address: string, answer: Answer | undefined): Listing {
  if (answer?.kind === "yes") {
    const holding: Holding = { login, address, right: "send-as", evidence: answer.evidence };
    return { holdings: [holding], gaps: [] };
  }
  if (answer?.kind !== "unknown") return { holdings: [], gaps: [] };
  const { code, cause } = answer;
  return { holdings: [], gaps: [{ source: answer.evidence().source ?? "", code, cause }] };
}

function ofDomain(login: string, hit: Hit | undefined): Listing {
  const gaps = gapOf(hit);
  const owns = hit !== undefined && isOwner(ownersOfHit(hit), login);
  return { holdings: owns ? [holdingOf(login, hit.key, hit)] : [], gaps };
}

function holdingOf(login: string, address: string, { table, key, lookup }: Hit): Holding {
  return {
    login,
    address,
    right: "send-as",
    evidence: () => ({ ...lookup.evidence(), login, address, source: table.name, key }),
  };
}

function ownersOfHit(hit: Hit): readonly string[] {
  return hit.lookup.kind === "found" ? listOwners(hit.lookup.value) : [];
}

function gapOf(hit: Hit | undefined): readonly Gap[] {
  if (hit === undefined) return [];
  const { table, key, lookup } = hit;
  if (lookup.kind === "error") return [{ source: table.name, code: "table-unavailable", cause: lookup.cause }];
  if (lookup.value !== "") return [];
  return [{ source: table.name, code: "table-invalid", cause: `the result for ${JSON.stringify(key)} is empty` }];
}

function together<T>(values: readonly (T | Promise<T>)[]): readonly T[] | Promise<readonly T[]> {
  return values.some((value) => value instanceof Promise) ? Promise.all(values) : (values as readonly T[]);
}
