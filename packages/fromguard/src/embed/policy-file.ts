import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import {
  type FactName,
  FromguardError,
  type Guard,
  isFromguardError,
  MESSAGE_LIMITS,
  type MessageLimits,
} from "@fromguard/core";
import { followFiles, type Stamped, stampOf } from "@fromguard/node";
import { readConfig, reasonOf } from "../config/config.js";
import type { Following } from "../config/following.js";
import { type BuildOptions, buildPolicy } from "../config/policy.js";
import { reloadLine } from "../serve/event-lines.js";
import { formatFields } from "../serve/log.js";

/** A policy as a host in Node asks it. */
export interface EmbeddedPolicy {
  readonly guard: Guard;
  /** Within which messages are read. */
  readonly limits: MessageLimits;
  /** What an administrator should know of it, one sentence each. */
  readonly warnings: readonly string[];
}

/** The policy of a file, which follows the file. */
export interface PolicyFile {
  /** The last good reading. */
  readonly current: EmbeddedPolicy;
  /** Reads the file and all that it names again; a fault is told to `log`, and what was read before stays. */
  reload(): Promise<void>;
  /** Ends the following. */
  close(): void;
}

/** Options of {@link openPolicyFile}. */
export interface PolicyFileOptions extends Pick<Following, "checkMs"> {
  /** The host, and what it can ever know of a transaction: a rule that could never run there is refused. */
  readonly host: { readonly name: string; readonly facts: readonly FactName[] };
  /** Told of each reload, once of each fault, and of each rule that threw, in one line of ASCII: `EVENT {"NAME":VALUE,...}`. */
  readonly log?: (level: "info" | "warn", line: string) => void;
}

/** What a policy tells while it is followed. */
type Telling = Required<Pick<BuildOptions, "onReload" | "onRuleError">>;

function tellingTo({ log = () => undefined }: PolicyFileOptions): Telling {
  return {
    onReload: (reload) => {
      const [level, event, fields] = reloadLine(reload);
      log(level, `${event} ${formatFields(fields)}`);
    },
    onRuleError: (rule, cause) => log("warn", `rule-error ${formatFields({ rule, cause })}`),
  };
}

interface Opened extends Stamped {
  readonly policy: EmbeddedPolicy;
  close(): void;
}

const MODULE = /\.[cm]?js$/;

/**
 * Opens a policy for a host in Node: a configuration file as the daemon reads it, whose listeners are not opened, or a module (`.js`, `.mjs`,
 * `.cjs`) whose export `guard` is the guard. A module is read once.
 *
 * @throws FromguardError with file, line and key of the first fault; a rule that could never run in the host is one.
 */
export async function openPolicyFile(file: string, options: PolicyFileOptions): Promise<PolicyFile> {
  const telling = tellingTo(options);
  const read = (stamps: Map<string, string>) =>
    MODULE.test(file) ? readModule(file, options) : readYaml(file, { ...options, ...telling }, stamps);
  const first = await read(new Map());
  const following = followFiles<Opened>(first, {
    checkMs: options.checkMs ?? 0,
    read: async (stamps) => {
      const opened = await read(stamps);
      following.current.close();
      return opened;
    },
    onRead: ({ policy: { warnings } }) =>
      telling.onReload({
        what: "policy",
        source: file,
        kind: "replaced",
        text: `${file} was read again`,
        place: {},
        warnings,
      }),
    onFault: (error) => {
      const [why, place] = isFromguardError(error) ? [error.message, error.place] : [`${file}: ${String(error)}`, {}];
      const text = `${why}; the policy that was read before stays in use`;
      telling.onReload({ what: "policy", source: file, kind: "kept", text, place, warnings: [] });
    },
  });
  return {
    get current() {
      return following.current.policy;
    },
    reload: () => following.reload(),
    close: () => {
      following.close();
      following.current.close();
    },
  };
}

async function readYaml(
  file: string,
  { host, checkMs, onReload, onRuleError }: PolicyFileOptions & Telling,
  stamps: Map<string, string>,
): Promise<Opened> {
  stamps.set(file, await stampOf(file));
  const config = await readConfig(file);
  const following = checkMs === undefined ? {} : { checkMs };
  const { guard, warnings, followers } = await buildPolicy(config, { ...following, onReload, onRuleError });
  const close = () => {
    for (const follower of followers) follower.close();
  };
  try {
    return { policy: { guard: within(guard, host, file), limits: config.limits, warnings }, stamps, close };
  } catch (error) {
    close();
    throw error;
  }
}

async function readModule(file: string, { host }: PolicyFileOptions): Promise<Opened> {
  const guard = await guardOf(file);
  const policy = { guard: within(guard, host, file), limits: MESSAGE_LIMITS, warnings: [] };
  return { policy, stamps: new Map(), close: () => undefined };
}

async function guardOf(file: string): Promise<Guard> {
  let exported: { readonly guard?: Partial<Guard> };
  try {
    exported = await import(pathToFileURL(resolve(file)).href);
  } catch (cause) {
    throw new FromguardError("FG_FILE_UNREADABLE", `cannot be loaded: ${reasonOf(cause)}`, { place: { file }, cause });
  }
  const { guard } = exported;
  if (typeof guard?.decide === "function" && typeof guard.begin === "function" && typeof guard.within === "function") {
    return guard as Guard;
  }
  throw new FromguardError("FG_POLICY_INVALID", `must export a guard: export const guard = createGuard({ ... })`, {
    place: { file },
  });
}

function within(guard: Guard, host: PolicyFileOptions["host"], file: string): Guard {
  try {
    return guard.within(host);
  } catch (cause) {
    throw new FromguardError("FG_POLICY_INVALID", (cause as Error).message, { place: { file, key: "rules" }, cause });
  }
}
