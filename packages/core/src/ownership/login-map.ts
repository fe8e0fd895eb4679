import { formatAddress } from "../address/address.js";
import { fold } from "../address/fold.js";
import { parseDomain } from "../domain/domain.js";
import type { Lookup, Table } from "../table/table.js";
import type { Evidence } from "../verdict/evidence.js";
import { type KeyStep, type LoginMapKeyOptions, loginMapKeys, postfixDomain } from "./login-map-keys.js";
import type { Answer, Ownership, Question } from "./ownership.js";

/** Options of {@link loginMap}. */
export interface LoginMapOptions extends LoginMapKeyOptions {
  /** In the order of `smtpd_sender_login_maps`. */
  readonly tables: readonly Table[];
  /** Shown in evidence and messages. Default the names of the tables. */
  readonly name?: string;
}

/** Which table answered which key. */
interface Hit {
  readonly table: Table;
  readonly key: string;
  readonly lookup: Exclude<Lookup, { readonly kind: "not-found" }>;
}

interface Probe {
  readonly table: Table;
  readonly key: string;
}

type LookupOptions = { readonly signal?: AbortSignal } | undefined;

/**
 * Ownership as Postfix's `smtpd_sender_login_maps` gives it, in every role.
 *
 * Each key of {@link loginMapKeys} is asked of every table before the next key; pattern tables are asked for the whole
 * address only. The first answer counts: its value lists the owners, split at commas and white space, and compared with
 * the whole login, case-blind. A value of separators only reserves the address: nobody may use it, which is told as
 * `no-others-own-it`. An error ends the search, also where a later table would answer: `unknown` with the code
 * `table-unavailable`, or `table-invalid` for an empty value, which Postfix takes for a configuration error.
 *
 * Keys are in the `postfix` form (full case fold). Where the `idna` form of the domain is another domain (`stra\u00dfe.test`
 * against `strasse.test`), both must be owned. An address without a domain is nobody's: what the host appends is not known here.
 *
 * @see postconf(5) smtpd_sender_login_maps
 */
export function loginMap(options: LoginMapOptions): Ownership {
  const { tables, name = tables.map((table) => table.name).join(" ") } = options;

  const probesOf = (steps: readonly KeyStep[]): readonly Probe[] =>
    steps.flatMap(({ keys, whole }) =>
      keys.flatMap((key) => tables.filter((table) => whole || table.keys === "parts").map((table) => ({ table, key }))),
    );

  const answerFor = (
    login: string,
    question: Question,
    domain: string,
    lookupOptions: LookupOptions,
  ): Answer | Promise<Answer> => {
    const { address } = question;
    const probes = probesOf(loginMapKeys(address.localPart, domain, options));
    const base = { login, address: formatAddress(address) };
    const read = (hit: Hit | undefined) => (hit === undefined ? nobody(base, probes, name) : readHit(hit, base));
    const failed = (error: unknown): Answer => ({
      kind: "unknown",
      code: "table-unavailable",
      cause: error instanceof Error ? error.message : String(error),
      evidence: () => ({ ...base, source: name }),
    });
    try {
      const hit = search(probes, 0, lookupOptions);
      return hit instanceof Promise ? hit.then(read).catch(failed) : read(hit);
    } catch (error) {
      return failed(error);
    }
  };

  const answer = (login: string, question: Question, lookupOptions: LookupOptions): Answer | Promise<Answer> => {
    const { domain } = question.address;
    const base = { login, address: formatAddress(question.address) };
    if (domain.kind !== "name" && domain.kind !== "literal") {
      return {
        kind: "no-nobody-owns-it",
        evidence: () => ({ ...base, source: name, detail: "it has no valid domain" }),
      };
    }
    const folded = postfixDomain(question.address);
    const first = answerFor(login, question, folded, lookupOptions);
    if (folded === domain.ascii || parseDomain(folded).ascii === domain.ascii) return first;
    const second = answerFor(login, question, domain.ascii, lookupOptions);
    if (first instanceof Promise || second instanceof Promise) {
      return Promise.all([first, second]).then(([a, b]) => both(a, b));
    }
    return both(first, second);
  };

  return {
    name,
    ask: (login, questions, lookupOptions) => {
      const answers = questions.map((question) => answer(login, question, lookupOptions));
      return answers.some((one) => one instanceof Promise) ? Promise.all(answers) : (answers as Answer[]);
    },
  };
}

/** The first answer, without making a promise where every table answers at once. */
function search(
  probes: readonly Probe[],
  from: number,
  options: LookupOptions,
): Hit | undefined | Promise<Hit | undefined> {
  for (let index = from; index < probes.length; index++) {
    const { table, key } = probes[index] as Probe;
    const lookup = table.lookup(key, options);
    if (lookup instanceof Promise) {
      return lookup.then((late) =>
        late.kind === "not-found" ? search(probes, index + 1, options) : { table, key, lookup: late },
      );
    }
    if (lookup.kind !== "not-found") return { table, key, lookup };
  }
  return undefined;
}

function readHit({ table, key, lookup }: Hit, base: { readonly login: string; readonly address: string }): Answer {
  const evidence = (more: Evidence = {}): Evidence => ({
    ...lookup.evidence(),
    ...base,
    source: table.name,
    key,
    ...more,
  });
  if (lookup.kind === "error") {
    return {
      kind: "unknown",
      code: "table-unavailable",
      cause: lookup.cause,
      evidence: () => evidence({ detail: lookup.code }),
    };
  }
  const { value } = lookup;
  if (value === "") {
    const cause = `${table.name}: the result for ${JSON.stringify(key)} is empty`;
    return { kind: "unknown", code: "table-invalid", cause, evidence: () => evidence({ detail: cause }) };
  }
  const owners = value.split(/[, \t\r\n]+/).filter((owner) => owner !== "");
  const login = fold(base.login);
  if (owners.some((owner) => fold(owner) === login)) {
    return { kind: "yes", evidence: () => evidence({ result: value }) };
  }
  return {
    kind: "no-others-own-it",
    evidence: () => evidence({ result: value, remedy: `${key} ${[...owners, base.login].join(", ")}` }),
  };
}

function nobody(
  base: { readonly login: string; readonly address: string },
  probes: readonly Probe[],
  name: string,
): Answer {
  const key = probes[0]?.key;
  return {
    kind: "no-nobody-owns-it",
    evidence: () => ({
      ...base,
      source: name,
      ...(key === undefined ? {} : { key, remedy: `${key} ${base.login}` }),
    }),
  };
}

/** Both must say yes; else the first that could not answer, that others own, that nobody owns. */
function both(a: Answer, b: Answer): Answer {
  for (const kind of ["unknown", "no-others-own-it", "no-nobody-owns-it"] as const) {
    if (a.kind === kind) return a;
    if (b.kind === kind) return b;
  }
  return a;
}
