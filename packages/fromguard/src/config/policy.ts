import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import {
  cachedResolver,
  createGuard,
  type Directory,
  type Guard,
  isFromguardError,
  type Resolver,
  type Rule,
} from "@fromguard/core";
import { invalid, wireResolver } from "@fromguard/node";
import { POLICY_FACTS } from "@fromguard/policy";
import { type FollowedMainCf, followMainCf } from "../main-cf/follow-main-cf.js";
import { countedResolver, type DnsEvent } from "../metrics/counted-resolver.js";
import type { OnAnswers } from "../metrics/counted-source.js";
import { buildRule, type Sources } from "./build-rule.js";
import type { Config } from "./config.js";
import { withConsequences } from "./consequences.js";
import type { Follower, Following } from "./following.js";
import { commandGaps } from "./host-faults.js";
import { type OpenOwnership, openOwnership } from "./ownership.js";
import { protectionGaps } from "./protection.js";
import { TableLoader } from "./table-loader.js";
import { type OnDnsAnswer, toldResolver } from "./told-resolver.js";

/** The guards of a policy listener, by `policy_context`; by the place of the listener in the list. */
export type ContextGuards = ReadonlyMap<number, Readonly<Record<string, Guard>>>;

/** What a configuration comes to: the guard, and what the administrator should know of it. */
export interface Policy {
  readonly guard: Guard;
  /** The same rules, of which none refuses or changes anything: for listeners that only watch. */
  readonly shadowGuard: Guard | undefined;
  /** Of listeners whose contexts carry rules of their own. */
  readonly contexts: ContextGuards;
  /** Who may send as whom; undefined where the configuration names no source. */
  readonly ownership: Directory | undefined;
  /** One sentence each: advice on maps as `FILE:LINE: text`, and gaps of the policy in words. */
  readonly warnings: readonly string[];
  readonly resolver: Resolver;
  /** Names of tables that could not be opened, by the main.cf. */
  readonly broken: ReadonlyMap<string, ReadonlySet<string>>;
  /** Every map, grants file and main.cf of the configuration, once each. To be closed where `checkMs` is set. */
  readonly followers: readonly Follower[];
}

/** Options of {@link buildPolicy}. */
export interface BuildOptions extends Following {
  /** Told of what each source of ownership answers. */
  readonly onAnswers?: OnAnswers;
  /** Told of each rule that threw. */
  readonly onRuleError?: (rule: string, cause: string) => void;
  /** Told of each question for records, and of each that the cache did not answer. */
  readonly onDns?: (event: DnsEvent) => void;
  /** Told of what each question for records was answered, by the cache too. */
  readonly onDnsAnswer?: OnDnsAnswer | undefined;
  /**
   * What is in use now. What DNS answered is kept where the settings are the same, and a table of a main.cf that could be opened for it
   * has to open again.
   */
  readonly previous?: { readonly config: Config; readonly policy: Pick<Policy, "resolver" | "broken"> };
}

/**
 * Loads the maps and makes the guard.
 *
 * @throws FromguardError with the place in the configuration, or in the map whose line is bad.
 */
export async function buildPolicy(config: Config, options: BuildOptions = {}): Promise<Policy> {
  const { onRuleError, onDns, onDnsAnswer, previous, ...following } = options;
  const tables = new TableLoader(config, following);
  let opened: OpenOwnership | undefined;
  const mainCfs: FollowedMainCf[] = [];
  const followers = () => [...tables.followers, ...(opened?.followers ?? []), ...mainCfs];
  try {
    const resolver = resolverOf(config, previous, { onDns, onDnsAnswer });
    opened = await openOwnership(config, tables, following);
    const ownership = opened?.ownership;
    const followed: Sources["followed"] = async (file, overrides) => {
      const path = resolve(tables.folder, file);
      const mayBeBroken = previous?.policy.broken.get(path);
      const tolerated = mayBeBroken === undefined ? {} : { mayBeBroken };
      const mainCf = await followMainCf(path, { ...following, ...tolerated, overrides, dns: resolver });
      mainCfs.push(mainCf);
      return mainCf.rule;
    };
    const guardOf = async (entries: Config["rules"], shadow = config.shadow) => {
      const rules: Rule[] = [];
      const watching = { ...config, shadow };
      for (const entry of entries) rules.push(await ruleAt(entry, watching, { ownership, resolver, tables, followed }));
      return createGuard({
        rules,
        replies: config.replies,
        identity: config.ownership.login?.identity ?? "authentication",
        shadow,
        ...(onRuleError === undefined ? {} : { onRuleError }),
      });
    };
    const guard = await guardOf(config.rules);
    const watches = config.listeners.some(({ options }) => options.shadow);
    const shadowGuard = watches ? await guardOf(config.rules, true) : undefined;
    const contexts = await contextGuards(config, guardOf);
    const advice = tables.maps.flatMap(({ current }) => current.warnings.map(({ text }) => text));
    const said = [...new Set(mainCfs.flatMap((mainCf) => mainCf.warnings))];
    const gaps = [...protectionGaps(config), ...(await commandGaps(config))];
    const warnings = [...advice, ...(opened?.warnings ?? []), ...said, ...gaps];
    const broken = new Map(mainCfs.map((mainCf) => [mainCf.source, mainCf.broken]));
    return { guard, shadowGuard, contexts, ownership, warnings, resolver, broken, followers: followers() };
  } catch (error) {
    for (const follower of followers()) follower.close();
    throw error;
  }
}

/** A context is judged by its own rules alone, on a policy listener: one that could never run there is refused. */
async function contextGuards(
  config: Config,
  guardOf: (rules: Config["rules"], shadow: boolean) => Promise<Guard>,
): Promise<ContextGuards> {
  const guards = new Map<number, Record<string, Guard>>();
  for (const { listener, name, rules, path } of config.contexts) {
    const guard = await guardOf(rules, config.shadow || config.listeners[listener]?.options.shadow === true);
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
    return withConsequences(await buildRule(entry, config, sources), entry, config);
  } catch (error) {
    if (isFromguardError(error) && error.place.line !== undefined) throw error;
    throw invalid(config.document, entry.path, (error as Error).message, error);
  }
}

interface Telling {
  readonly onDns: BuildOptions["onDns"] | undefined;
  readonly onDnsAnswer: BuildOptions["onDnsAnswer"];
}

function resolverOf(
  config: Config,
  previous: BuildOptions["previous"],
  { onDns = () => undefined, onDnsAnswer }: Telling,
): Resolver {
  if (previous !== undefined && isDeepStrictEqual(previous.config.dns, config.dns)) return previous.policy.resolver;
  const { servers, timeoutMs, staleSeconds } = config.dns;
  try {
    const wire = wireResolver({ ...(servers === undefined ? {} : { servers }), timeoutMs });
    const cached = cachedResolver(
      countedResolver(wire, {
        onAsked: () => onDns({ kind: "query" }),
        onAnswered: (kind, seconds) => onDns({ kind: "answer", isFailed: kind === "failed", seconds }),
      }),
      { staleSeconds },
    );
    const told = onDnsAnswer === undefined ? cached : toldResolver(cached, onDnsAnswer);
    return countedResolver(told, { onAsked: () => onDns({ kind: "question" }) });
  } catch (error) {
    throw invalid(config.document, ["dns", "servers"], (error as Error).message, error);
  }
}
