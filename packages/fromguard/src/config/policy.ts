import { resolve } from "node:path";
import {
  cachedResolver,
  createGuard,
  type Directory,
  type Guard,
  isFromguardError,
  type Resolver,
  type Rule,
} from "@fromguard/core";
import { wireResolver } from "@fromguard/node";
import { POLICY_FACTS } from "@fromguard/policy";
import { type FollowedMainCf, followMainCf } from "../main-cf/follow-main-cf.js";
import type { OnAnswers } from "../metrics/counted-source.js";
import { buildRule, type Sources } from "./build-rule.js";
import type { Config } from "./config.js";
import { withConsequences } from "./consequences.js";
import type { Follower, Following } from "./following.js";
import { type OpenOwnership, openOwnership } from "./ownership.js";
import { protectionGaps } from "./protection.js";
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
        shadow: config.shadow,
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
    return withConsequences(await buildRule(entry, config, sources), entry, config);
  } catch (error) {
    if (isFromguardError(error) && error.place.line !== undefined) throw error;
    throw invalid(config.document, entry.path, (error as Error).message, error);
  }
}

function resolverOf(config: Config): Resolver {
  const { servers, timeoutMs, staleSeconds } = config.dns;
  try {
    return cachedResolver(wireResolver({ ...(servers === undefined ? {} : { servers }), timeoutMs }), { staleSeconds });
  } catch (error) {
    throw invalid(config.document, ["dns", "servers"], (error as Error).message, error);
  }
}
