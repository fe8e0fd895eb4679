import { dirname } from "node:path";
import {
  absurd,
  bodyUnambiguous,
  cachedResolver,
  createGuard,
  domainExists,
  FromguardError,
  type Guard,
  headerOriginatorsOwned,
  isFromguardError,
  loginEqualsSenders,
  loginMap,
  loginOwnsEnvelope,
  type Ownership,
  ownedAddressNeedsLogin,
  type Resolver,
  type Rule,
  relayOnlyForLogin,
  requireFqdn,
  requireLogin,
  senderDomainIsOurs,
  senderExists,
  type Table,
  unionOwnership,
} from "@fromguard/core";
import { nodeResolver, readTable } from "@fromguard/node";
import type { Config } from "./config.js";
import type { KeyPath } from "./document.js";
import { protectionGaps } from "./protection.js";
import { invalid } from "./validate.js";

/** What a configuration comes to: the guard, and what the administrator should know of it. */
export interface Policy {
  readonly guard: Guard;
  /** One sentence each: advice on maps as `FILE:LINE: text`, and gaps of the policy in words. */
  readonly warnings: readonly string[];
}

/** Options of {@link buildPolicy}. */
export interface BuildOptions {
  /** Told of each rule that threw. */
  readonly onRuleError?: (rule: string, cause: string) => void;
}

/**
 * Loads the maps and makes the guard.
 *
 * @throws FromguardError with the place in the configuration, or in the map whose line is bad.
 */
export async function buildPolicy(config: Config, options: BuildOptions = {}): Promise<Policy> {
  const tables = new TableLoader(config);
  const resolver = resolverOf(config);
  const ownership = await ownershipOf(config, tables);
  const rules: Rule[] = [];
  for (const entry of config.rules) {
    try {
      rules.push(await buildRule(entry, { ownership, resolver, tables }));
    } catch (error) {
      if (isFromguardError(error) && error.place.line !== undefined) throw error;
      throw invalid(config.document, entry.path, (error as Error).message, error);
    }
  }
  const guard = createGuard({ rules, ...options });
  return {
    guard,
    warnings: [...tables.advice, ...protectionGaps(config.rules.map(({ kind }) => kind))],
  };
}

interface Sources {
  readonly ownership: Ownership | undefined;
  readonly resolver: Resolver;
  readonly tables: TableLoader;
}

async function buildRule(entry: Config["rules"][number], sources: Sources): Promise<Rule> {
  const { resolver, tables } = sources;
  const owned = () => {
    if (sources.ownership !== undefined) return { ownership: sources.ownership };
    throw new Error(
      "needs a source of ownership: add one under ownership:, such as - login-map: pcre:/etc/postfix/sender_login_maps",
    );
  };
  switch (entry.kind) {
    case "sender-fqdn":
      return requireFqdn({ allowLiterals: entry.options["allow-literals"] ?? false });
    case "domain-exists":
      return domainExists({ resolver });
    case "login-owns-envelope":
      return loginOwnsEnvelope(owned());
    case "header-originators-owned":
      return headerOriginatorsOwned({ ...owned(), preset: entry.options.preset ?? "default" });
    case "body-unambiguous":
      return bodyUnambiguous({ ...owned(), preset: entry.options.preset ?? "default" });
    case "require-login":
      return requireLogin();
    case "relay-only-for-login":
      return relayOnlyForLogin({ ourDomains: entry.options["our-domains"] });
    case "sender-domain-is-ours":
      return senderDomainIsOurs({ ourDomains: entry.options["our-domains"] });
    case "sender-exists":
      return senderExists({ senders: firstFound(await tables.loadAll(entry.options.senders, entry.path)) });
    case "owned-address-needs-login":
      return ownedAddressNeedsLogin(owned());
    case "login-equals-senders":
      return loginEqualsSenders();
    default:
      return absurd(entry);
  }
}

async function ownershipOf(config: Config, tables: TableLoader): Promise<Ownership | undefined> {
  const sources: Ownership[] = [];
  for (const { options, path } of config.ownership) {
    const delimiter = options["recipient-delimiter"];
    sources.push(
      loginMap({
        tables: await tables.loadAll(options["login-map"], path),
        ...(delimiter === undefined ? {} : { recipientDelimiter: delimiter }),
      }),
    );
  }
  const [only] = sources;
  return sources.length > 1 ? unionOwnership(...sources) : only;
}

function resolverOf(config: Config): Resolver {
  const { servers, timeoutMs } = config.dns;
  try {
    return cachedResolver(nodeResolver({ ...(servers === undefined ? {} : { servers }), timeoutMs }));
  } catch (error) {
    throw invalid(config.document, ["dns", "servers"], (error as Error).message, error);
  }
}

/**
 * Loads maps, each once, and keeps the advice that they call for.
 *
 * A line of which Postfix would complain in its log stops the start: most such lines it drops, and a line that is silently
 * missing changes who owns what.
 */
class TableLoader {
  readonly advice: string[] = [];
  readonly #config: Config;
  readonly #loaded = new Map<string, Table>();

  constructor(config: Config) {
    this.#config = config;
  }

  async loadAll(specs: readonly string[], path: KeyPath): Promise<readonly Table[]> {
    const tables: Table[] = [];
    for (const spec of specs) tables.push(await this.#load(spec, path));
    return tables;
  }

  /** A relative path starts from the folder of the configuration file. */
  async #load(spec: string, path: KeyPath): Promise<Table> {
    const known = this.#loaded.get(spec);
    if (known !== undefined) return known;
    const { document } = this.#config;
    try {
      const { table, warnings } = await readTable(spec, { folder: dirname(document.file), strict: true });
      this.#loaded.set(spec, table);
      this.advice.push(...warnings.map(({ text }) => text));
      return table;
    } catch (error) {
      // A bad line of the map has its own place.
      if (!isFromguardError(error) || error.place.line !== undefined) throw error;
      throw new FromguardError(error.code, error.message, { place: document.place(path), cause: error });
    }
  }
}

/** One table of several: the first that has the key, or cannot answer, decides. */
function firstFound(tables: readonly Table[]): Table {
  const [only] = tables;
  if (tables.length === 1 && only !== undefined) return only;
  return {
    name: tables.map(({ name }) => name).join(", "),
    keys: tables.some(({ keys }) => keys === "parts") ? "parts" : "full",
    lookup: async (key, options) => {
      for (const table of tables) {
        const found = await table.lookup(key, options);
        if (found.kind !== "not-found") return found;
      }
      return { kind: "not-found" };
    },
  };
}
