import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import {
  absurd,
  addSender,
  bodyUnambiguous,
  type CureOptions,
  cachedResolver,
  createGuard,
  cure,
  type Directory,
  domainExists,
  type EditTarget,
  envelopeHeaderAligned,
  type Guard,
  headerOriginatorsOwned,
  hmacSha256,
  isFromguardError,
  localOriginatorsMatchEnvelope,
  loginEqualsSenders,
  loginOwnsEnvelope,
  type Ownership,
  ownedAddressNeedsLogin,
  type Resolver,
  type Rule,
  relayOnlyForLogin,
  requireFqdn,
  requireLogin,
  type StampLoginOptions,
  senderDomainIsOurs,
  senderExists,
  stampLogin,
  type Table,
} from "@fromguard/core";
import { organisationalDomain, wireResolver } from "@fromguard/node";
import { POLICY_FACTS } from "@fromguard/policy";
import { type FollowedMainCf, followMainCf } from "../main-cf/follow-main-cf.js";
import type { OnAnswers } from "../metrics/counted-source.js";
import type { Config } from "./config.js";
import type { Follower, Following } from "./following.js";
import { type OpenOwnership, openOwnership } from "./ownership.js";
import { protectionGaps } from "./protection.js";
import type { RuleName } from "./rule-schemas.js";
import { TableLoader } from "./table-loader.js";
import { invalid } from "./validate.js";

/** The guards of a policy listener, by `policy_context`; by the place of the listener in the list. */
export type ContextGuards = ReadonlyMap<number, Readonly<Record<string, Guard>>>;

/** What a configuration comes to: the guard, and what the administrator should know of it. */
export interface Policy {
  readonly guard: Guard;
  /** Of listeners whose contexts carry rules of their own. */
  readonly contexts: ContextGuards;
  /** Who may send as whom; undefined where the configuration names no source. */
  readonly ownership: Directory | undefined;
  /** One sentence each: advice on maps as `FILE:LINE: text`, and gaps of the policy in words. */
  readonly warnings: readonly string[];
  /** Every map, grants file and main.cf of the configuration, once each. To be closed where `checkMs` is set. */
  readonly followers: readonly Follower[];
}

/** Options of {@link buildPolicy}. */
export interface BuildOptions extends Following {
  /** Told of what each source of ownership answers. */
  readonly onAnswers?: OnAnswers;
  /** Told of each rule that threw. */
  readonly onRuleError?: (rule: string, cause: string) => void;
}

/**
 * Loads the maps and makes the guard.
 *
 * @throws FromguardError with the place in the configuration, or in the map whose line is bad.
 */
export async function buildPolicy(config: Config, options: BuildOptions = {}): Promise<Policy> {
  const { onRuleError, ...following } = options;
  const tables = new TableLoader(config, following);
  let opened: OpenOwnership | undefined;
  const mainCfs: FollowedMainCf[] = [];
  const followers = () => [...tables.followers, ...(opened?.followers ?? []), ...mainCfs];
  try {
    const resolver = resolverOf(config);
    opened = await openOwnership(config, tables, following);
    const ownership = opened?.ownership;
    const followed: Sources["followed"] = async (file, overrides) => {
      const mainCf = await followMainCf(resolve(tables.folder, file), { ...following, overrides, dns: resolver });
      mainCfs.push(mainCf);
      return mainCf.rule;
    };
    const guardOf = async (entries: Config["rules"]) => {
      const rules: Rule[] = [];
      for (const entry of entries) rules.push(await ruleAt(entry, config, { ownership, resolver, tables, followed }));
      return createGuard({
        rules,
        replies: config.replies,
        identity: config.ownership.login?.identity ?? "authentication",
        ...(onRuleError === undefined ? {} : { onRuleError }),
      });
    };
    const guard = await guardOf(config.rules);
    const contexts = await contextGuards(config, guardOf);
    const advice = tables.maps.flatMap(({ current }) => current.warnings.map(({ text }) => text));
    const said = mainCfs.flatMap((mainCf) => mainCf.warnings);
    const warnings = [...advice, ...(opened?.warnings ?? []), ...said, ...protectionGaps(config)];
    return { guard, contexts, ownership, warnings, followers: followers() };
  } catch (error) {
    for (const follower of followers()) follower.close();
    throw error;
  }
}

/** A context is judged by its own rules alone, on a policy listener: one that could never run there is refused. */
async function contextGuards(
  config: Config,
  guardOf: (rules: Config["rules"]) => Promise<Guard>,
): Promise<ContextGuards> {
  const guards = new Map<number, Record<string, Guard>>();
  for (const { listener, name, rules, path } of config.contexts) {
    const guard = await guardOf(rules);
    const named = guards.get(listener) ?? {};
    guards.set(listener, named);
    try {
      named[name] = guard.within({ name: "a policy listener", facts: POLICY_FACTS });
    } catch (error) {
      throw invalid(config.document, path, (error as Error).message, error);
    }
  }
  return guards;
}

async function ruleAt(entry: Config["rules"][number], config: Config, sources: Sources): Promise<Rule> {
  try {
    return await buildRule(entry, sources);
  } catch (error) {
    if (isFromguardError(error) && error.place.line !== undefined) throw error;
    throw invalid(config.document, entry.path, (error as Error).message, error);
  }
}

interface Sources {
  readonly ownership: Ownership | undefined;
  readonly resolver: Resolver;
  readonly tables: TableLoader;
  /** The rule of a main.cf, which follows its files. */
  readonly followed: (file: string, overrides: readonly string[]) => Promise<Rule>;
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
      return originatorsRule(owned(), entry.options);
    case "body-unambiguous":
      return bodyUnambiguous({ ...owned(), ...stancesOf(entry.options) });
    case "require-login":
      return requireLogin();
    case "relay-only-for-login":
      return relayOnlyForLogin({ ourDomains: entry.options["our-domains"] });
    case "sender-domain-is-ours":
      return senderDomainIsOurs({ ourDomains: entry.options["our-domains"] });
    case "postfix-restrictions":
      return sources.followed(entry.options["main-cf"], entry.options.override ?? []);
    case "sender-exists":
      return senderExists({ senders: firstFound(await tables.loadAll(entry.options.senders, entry.path)) });
    case "owned-address-needs-login":
      return ownedAddressNeedsLogin(owned());
    case "login-equals-senders":
      return loginEqualsSenders();
    case "envelope-header-aligned": {
      const { alignment, "our-domains": ourDomains, "null-envelope": nullEnvelope } = entry.options;
      return envelopeHeaderAligned({
        ...(alignment === "organisational" ? { organisationalDomain } : {}),
        ...(ourDomains === undefined ? {} : { ourDomains }),
        ...(nullEnvelope === undefined ? {} : { nullEnvelope }),
      });
    }
    case "local-originators-match-envelope":
      return localOriginatorsMatchEnvelope(stancesOf(entry.options));
    case "stamp-login":
      return stampLogin(await stampOptions(entry.options, tables.folder));
    default:
      return absurd(entry);
  }
}

type RuleOptions<Kind extends RuleName> = Extract<Config["rules"][number], { readonly kind: Kind }>["options"];

function originatorsRule(
  owned: Pick<CureOptions, "ownership">,
  options: RuleOptions<"header-originators-owned">,
): Rule {
  const judged = { ...owned, ...stancesOf(options) };
  const plain: Rule = headerOriginatorsOwned(judged);
  const sender = options["add-sender"];
  // Inside of the cure: where a Sender is enough, the From stays.
  const rule =
    sender === undefined
      ? plain
      : addSender(plain, { ...owned, to: targetOf(sender.to), when: sender.when ?? "from-differs" });
  if (options.cure === undefined) return rule;
  const { to, "keep-claim": kept } = options.cure;
  return cure(rule, {
    ...judged,
    to: targetOf(to),
    removeSignatures: options.cure["remove-signatures"] ?? false,
    ...(kept === undefined ? {} : { keepClaim: kept === "reply-to" ? "Reply-To" : "X-Original-From" }),
  });
}

function targetOf(to: string): EditTarget {
  return to === "envelope" ? to : to === "login" ? { primary: (login) => login } : { fixed: to };
}

function stancesOf({ preset, stances }: Pick<RuleOptions<"body-unambiguous">, "preset" | "stances">) {
  return { preset: preset ?? ("default" as const), ...stances };
}

async function stampOptions(options: RuleOptions<"stamp-login">, folder: string): Promise<StampLoginOptions> {
  const { "authserv-id": authservId, "pseudonym-key": file, field } = options;
  // The schema lets exactly one of the two through.
  if (authservId !== undefined) return { authservId };
  const keyedHash = hmacSha256(await readFile(resolve(folder, file ?? "")));
  return { keyedHash, ...(field === undefined ? {} : { field }) };
}

function resolverOf(config: Config): Resolver {
  const { servers, timeoutMs, staleSeconds } = config.dns;
  try {
    return cachedResolver(wireResolver({ ...(servers === undefined ? {} : { servers }), timeoutMs }), { staleSeconds });
  } catch (error) {
    throw invalid(config.document, ["dns", "servers"], (error as Error).message, error);
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
