import { type Address, formatAddress } from "../address/address.js";
import type { Table } from "../table/table.js";
import type { Evidence } from "../verdict/evidence.js";
import type { Directory } from "./directory.js";
import { type Hit, type LookupOptions, searchTables } from "./key-search.js";
import {
  type KeyStep,
  type LoginMapKeyOptions,
  loginMapKeys,
  lookupDomains,
  wholeAddressKeys,
} from "./login-map-keys.js";
import { addressesInMap, ownersInMap } from "./login-map-listing.js";
import { grantLine, listOwners, listsOwner } from "./owners.js";
import type { Answer, Ownership } from "./ownership.js";
import { weakest } from "./weakest.js";

/** Options of {@link loginMap}. */
export interface LoginMapOptions extends LoginMapKeyOptions {
  /** In the order of `smtpd_sender_login_maps`. */
  readonly tables: readonly Table[];
  /** Shown in evidence and messages. Default the names of the tables. */
  readonly name?: string;
}

/**
 * Ownership as Postfix's `smtpd_sender_login_maps` gives it, in every role.
 *
 * Each key of {@link loginMapKeys} is asked of every table before the next key; pattern tables are asked for the whole
 * address only. The first answer counts: its value lists the owners, split at commas and white space, and compared with
 * the whole login, case-blind. A value of separators only reserves the address: nobody may use it, which is told as
 * `no-others-own-it`. An error ends the search, also where a later table would answer: `unknown` with the code
 * `table-unavailable`, or `table-invalid` for an empty value, which Postfix takes for a configuration error.
 *
 * Keys are in the `postfix` form (full case fold). Where the `idna` form of the domain is another domain (`straße.test`
 * against `strasse.test`), both must be owned. An address without a domain is nobody's: what the host appends is not
 * known here.
 *
 * `owners` is by lookup, and so of any table. `addresses` walks the entries of the tables, and tells an address, and `@domain`, only
 * where the lookup that Postfix does gives it; of a pattern, its line stands for what it may match, with the login in place of the
 * group that is its whole result, of which earlier lines and
 * tables may hide a part. A table that cannot be listed is a gap.
 *
 * @see postconf(5) smtpd_sender_login_maps
 */
export function loginMap(options: LoginMapOptions): Directory {
  const { tables, name = tables.map((table) => table.name).join(" ") } = options;
  const keysOf = tables.some(({ keys }) => keys === "parts") ? loginMapKeys : wholeAddressKeys;

  const nobody = (login: string, address: Address, more: () => Evidence): Answer => ({
    kind: "no-nobody-owns-it",
    evidence: () => ({ login, address: formatAddress(address), source: name, ...more() }),
  });

  const read = (hit: Hit | undefined, steps: readonly KeyStep[], login: string, address: Address): Answer => {
    if (hit !== undefined) return readOwners(hit, login, address);
    const key = steps[0]?.keys[0] ?? "";
    return nobody(login, address, () => ({ key, remedy: grantLine(tables[0], key, [login]), lets: letsOf(key) }));
  };

  const readLate = async (
    hit: Promise<Hit | undefined>,
    steps: readonly KeyStep[],
    login: string,
    address: Address,
  ): Promise<Answer> => read(await hit, steps, login, address);

  const answerIn = (domain: string, login: string, address: Address, how: LookupOptions): Answer | Promise<Answer> => {
    const steps = keysOf(address.localPart, domain, options);
    const hit = searchTables(tables, steps, how);
    return hit instanceof Promise ? readLate(hit, steps, login, address) : read(hit, steps, login, address);
  };

  const answerInAll = (
    domains: readonly string[],
    login: string,
    address: Address,
    how: LookupOptions,
  ): Answer | Promise<Answer> => {
    const answers = domains.map((domain) => answerIn(domain, login, address, how));
    return settled(answers) ? weakest(answers) : Promise.all(answers).then(weakest);
  };

  const answer = (login: string, address: Address, how: LookupOptions): Answer | Promise<Answer> => {
    const domains = lookupDomains(address);
    const [domain] = domains;
    if (domain === undefined) return nobody(login, address, noDomain);
    return domains.length === 1 ? answerIn(domain, login, address, how) : answerInAll(domains, login, address, how);
  };

  const ask: Ownership["ask"] = (login, questions, how) => {
    const answers = questions.map(({ address }) => answer(login, address, how));
    return settled(answers) ? answers : Promise.all(answers);
  };
  return {
    name,
    ask,
    owners: (address, lookupOptions) => ownersInMap(options, address, lookupOptions),
    addresses: (login, lookupOptions) => addressesInMap(options, ask, login, lookupOptions),
  };
}

function noDomain(): Evidence {
  return { detail: "the address has no valid domain" };
}

function settled(answers: readonly (Answer | Promise<Answer>)[]): answers is readonly Answer[] {
  return !answers.some(isPromise);
}

function isPromise(answer: Answer | Promise<Answer>): answer is Promise<Answer> {
  return answer instanceof Promise;
}

/** What else a line for the key lets the login use. */
function letsOf(key: string): string {
  if (key.startsWith("@")) return `every other address at ${key.slice(1)} that has no line of its own`;
  const own = "its subaddresses that have no line of their own, where the map is asked for them";
  return key.includes("@") ? own : `${own}, at every local domain`;
}

function readOwners(hit: Hit, login: string, address: Address): Answer {
  const { lookup } = hit;
  if (lookup.kind === "error") return unanswered(hit, login, address, "table-unavailable", lookup.cause, lookup.code);
  const { value } = lookup;
  if (value === "") {
    const cause = `${hit.table.name}: the result for ${JSON.stringify(hit.key)} is empty`;
    return unanswered(hit, login, address, "table-invalid", cause, cause);
  }
  return listsOwner(value, login) ? owned(hit, login, address, value) : foreign(hit, login, address, value);
}

// Each closure is made in a function of its own: what it holds is then made only where it is.

function owned(hit: Hit, login: string, address: Address, value: string): Answer {
  return { kind: "yes", evidence: () => evidenceOf(hit, login, address, { result: value }) };
}

function foreign(hit: Hit, login: string, address: Address, value: string): Answer {
  return {
    kind: "no-others-own-it",
    evidence: () => {
      const { table, key } = hit;
      const remedy = grantLine(table, key, [...listOwners(value), login]);
      return evidenceOf(hit, login, address, { result: value, remedy, lets: letsOf(key) });
    },
  };
}

function unanswered(hit: Hit, login: string, address: Address, code: string, cause: string, detail: string): Answer {
  return { kind: "unknown", code, cause, evidence: () => evidenceOf(hit, login, address, { detail }) };
}

function evidenceOf({ lookup, table, key }: Hit, login: string, address: Address, more: Evidence): Evidence {
  return { ...lookup.evidence(), login, address: formatAddress(address), source: table.name, key, ...more };
}
