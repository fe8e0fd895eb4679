import { userInfo } from "node:os";
import { isDeepStrictEqual } from "node:util";
import { type FromguardError, type GuardCounters, isFromguardError, type Place } from "@fromguard/core";
import { followFiles, type Stamped, stampOf } from "@fromguard/node";
import { type Config, readConfigText } from "../config/config.js";
import type { Followed, Follower, Reload } from "../config/following.js";
import type { BuildOptions, Policy } from "../config/policy.js";
import { loadServed } from "./load-served.js";
import { restartKeys } from "./restart-keys.js";
import { type ServedPolicy, servedPolicy } from "./served-policy.js";

/** What became of files that were read anew and found good. */
interface Switch {
  /** What changed. */
  readonly reloads: readonly Reload[];
  /** What is followed now. */
  readonly followed: readonly Followed[];
  /** Keys whose change needs a restart. */
  readonly restartKeys: readonly string[];
  readonly config: Config;
  /** It was asked for, whatever has changed. */
  readonly isAsked: boolean;
}

/** Options of {@link followPolicy}. */
export interface FollowPolicyOptions extends Pick<BuildOptions, "onAnswers" | "onRuleError" | "onDns" | "onDnsAnswer"> {
  /** Milliseconds between looks at the files. Default 0: none. */
  readonly checkMs?: number;
  /** Reads the configuration again. */
  readonly readAgain: () => Promise<Config>;
  /** A new policy is in force. */
  readonly onSwitch: (change: Switch) => void;
  /** One of the files could not be read, and the policy stays. */
  readonly onKept: (reload: Reload) => void;
}

/** A policy that follows its configuration and all files that this names. */
export interface FollowedPolicy {
  /** What is in force, replaced by one assignment. */
  readonly current: ServedPolicy;
  /** What the configuration says of itself at the start, one sentence each. */
  readonly warnings: readonly string[];
  readonly followed: readonly Followed[];
  /** Every file that was read. */
  readonly files: Iterable<string>;
  /** Of all policies that were in force. */
  counters(): GuardCounters;
  /** Reads all files. `isAsked` (default true) tells of the configuration also where it is the same. */
  reload(isAsked?: boolean): Promise<void>;
  close(): void;
}

interface Opened extends Stamped {
  readonly served: ServedPolicy;
  readonly policy: Policy;
}

/**
 * Loads a policy, and all of it again when the configuration or any file that it names changes, or when that is asked for. Only where every
 * file is good the new policy takes the place of the old one, in one step; a transaction is judged to its end by the policy that it began
 * with.
 *
 * @throws FromguardError for what the operator has to mend: the first reading has to succeed
 */
export async function followPolicy(config: Config, options: FollowPolicyOptions): Promise<FollowedPolicy> {
  const { checkMs = 0, readAgain, onSwitch, onKept, ...building } = options;
  const { file } = config.document;
  const itself: Followed = { what: "config", source: file };
  const faulty = new Set<string>();
  let isAsked = false;
  let change: Switch | undefined;
  let past: GuardCounters = NOTHING;

  const open = async (config: Config, stamps: Map<string, string>, running?: Opened): Promise<Opened> => {
    const previous = running && { config: running.served.config, policy: running.policy };
    const { policy, secrets } = await loadServed(config, previous ? { ...building, previous } : building);
    for (const follower of policy.followers) for (const [name, stamp] of follower.stamps) stamps.set(name, stamp);
    return { served: servedPolicy(config, { ...policy, secrets }, running?.served), policy, stamps };
  };

  const readAll = async (stamps: Map<string, string>): Promise<Opened> => {
    const running = following.current;
    const wasAsked = isAsked;
    isAsked = false;
    try {
      stamps.set(file, await stampOf(file));
      const next = await open(await readAgain(), stamps, running);
      const reloads = [
        ...(wasAsked || faulty.has(keyOf(itself)) || stamps.get(file) !== running.stamps.get(file)
          ? [replaced(itself, next.policy.warnings)]
          : []),
        ...next.policy.followers
          .filter((follower) => hasChanged(follower, running) || faulty.has(keyOf(follower)))
          .map((follower) => replaced(follower, follower.warnings)),
      ];
      faulty.clear();
      const { config } = next.served;
      const followed = [itself, ...next.policy.followers];
      change = { reloads, followed, restartKeys: restartKeys(started, config), config, isAsked: wasAsked };
      past = [past, ...running.served.counters].reduce(sum);
      return next;
    } catch (error) {
      for (const { place } of chainOf(error)) {
        if (place.file !== undefined && !stamps.has(place.file)) stamps.set(place.file, await stampOf(place.file));
      }
      throw error;
    }
  };

  const stamp = await stampOf(file);
  // What changed since the configuration was read is seen at the first look.
  const isSame = (await readConfigText(file).catch(() => undefined)) === config.text;
  const first = await open(config, new Map([[file, isSame ? stamp : ""]]));
  const { config: started } = first.served;
  const following = followFiles<Opened>(first, {
    checkMs,
    read: readAll,
    onRead: () => {
      if (change !== undefined) onSwitch(change);
    },
    onFault: (error) => {
      const kept = keptReload(error, [itself, ...following.current.policy.followers]);
      faulty.add(keyOf(kept));
      onKept(kept);
    },
  });
  return {
    get current() {
      return following.current.served;
    },
    warnings: first.policy.warnings,
    followed: [itself, ...first.policy.followers],
    files: first.stamps.keys(),
    counters: () => [past, ...following.current.served.counters].reduce(sum),
    reload: (asked = true) => {
      isAsked ||= asked;
      return following.reload();
    },
    close: () => following.close(),
  };
}

const NOTHING: GuardCounters = {
  accepted: 0,
  rejected: 0,
  deferred: 0,
  nothingApplied: 0,
  ruleErrors: 0,
  hookErrors: 0,
};

function sum(one: GuardCounters, other: GuardCounters): GuardCounters {
  return {
    accepted: one.accepted + other.accepted,
    rejected: one.rejected + other.rejected,
    deferred: one.deferred + other.deferred,
    nothingApplied: one.nothingApplied + other.nothingApplied,
    ruleErrors: one.ruleErrors + other.ruleErrors,
    hookErrors: one.hookErrors + other.hookErrors,
  };
}

function keyOf({ what, source }: Followed): string {
  return `${what} ${source}`;
}

function hasChanged(follower: Follower, { policy }: Opened): boolean {
  const before = policy.followers.find((each) => keyOf(each) === keyOf(follower));
  return before !== undefined && !isDeepStrictEqual(before.stamps, follower.stamps);
}

function replaced({ what, source }: Followed, warnings: readonly string[]): Reload {
  return { what, source, kind: "replaced", text: `${source} was read again`, place: {}, warnings };
}

/** What stays in use, by what could not be read. */
const STAYS: Readonly<Record<Followed["what"], string>> = {
  config: "the policy that was read before stays in use",
  policy: "the policy that was read before stays in use",
  map: "the table that was read before stays in use",
  grants: "the grants that were read before stay in use",
  "main-cf": "the main.cf that was read before stays in use",
  "http-secrets": "the secrets that were read before stay in use",
};

/** The fault as one of the source whose file has it; one of a file that nothing was read from yet is of the configuration. */
function keptReload(error: unknown, followed: readonly (Followed & Partial<Follower>)[]): Reload {
  const kept = ({ what, source }: Followed, why: string, place: Place): Reload => ({
    what,
    source,
    kind: "kept",
    text: `${why}; ${STAYS[what]}`,
    place,
    warnings: [],
  });
  const [itself = { what: "config", source: "" } as const] = followed;
  const who = isForbidden(error) ? `, to the user ${userName()}, who the daemon is` : "";
  for (const { message, place } of chainOf(error).reverse()) {
    const owner = followed.find(({ stamps }) => place.file !== undefined && stamps?.has(place.file));
    if (owner !== undefined) return kept(owner, message + who, place);
  }
  if (isFromguardError(error)) return kept(itself, error.message + who, error.place);
  return kept(itself, `${itself.source}: ${String(error)}`, { file: itself.source });
}

/** A user id that has no name is told as it is. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.());
  }
}

/** Whether the system refused to read a file: one that root could read at the start, perhaps. */
function isForbidden(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ((at as NodeJS.ErrnoException).code === "EACCES") return true;
  }
  return false;
}

/** The error and its causes, as far as they are ours. */
function chainOf(error: unknown): FromguardError[] {
  const chain: FromguardError[] = [];
  for (let at = error; isFromguardError(at); at = at.cause) chain.push(at);
  return chain;
}
