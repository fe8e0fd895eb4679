import { type Directory, type Guard, type GuardCounters, isFromguardError } from "@fromguard/core";
import { invalid } from "@fromguard/node";
import type { Config } from "../config/config.js";
import type { ContextGuards } from "../config/policy.js";
import { FACTS, type Kind, refuseHomelessRules } from "./homeless-rules.js";
import type { HttpSecrets, OpenSecrets } from "./http-secrets.js";
import { placed } from "./placed.js";
import { tracedGuard } from "./trace-id.js";

type ListenerEntry = Config["listeners"][number];

/** By what one listener judges. */
export interface Judging {
  /** As the configuration in force has it; of one that is there no more, as it was. */
  readonly entry: ListenerEntry;
  readonly guard: Guard;
  readonly contexts: Readonly<Record<string, Guard>> | undefined;
  readonly secrets: (() => HttpSecrets) | undefined;
}

/** A configuration with all that was read for it, which listeners judge by: it is replaced as a whole. */
export interface ServedPolicy {
  readonly config: Config;
  readonly ownership: Directory | undefined;
  /** By the place of the listener that was opened. */
  readonly listeners: readonly Judging[];
  /** Counters of its guards. */
  readonly counters: readonly GuardCounters[];
}

interface Parts {
  readonly guard: Guard;
  readonly shadowGuard?: Guard | undefined;
  readonly ownership?: Directory | undefined;
  readonly contexts?: ContextGuards | undefined;
  readonly secrets?: OpenSecrets | undefined;
}

/**
 * What listeners judge by. Those that run keep their places: each is that of the configuration with its kind and address.
 *
 * @param running what is in force until then; at the start nothing
 * @throws FromguardError for a rule that could run on no listener, and for a listener on which no rule could run, with its place
 */
export function servedPolicy(config: Config, parts: Parts, running?: ServedPolicy): ServedPolicy {
  if (config.listeners.length === 0) {
    throw invalid(config.document, ["listeners"], "required: name at least one, such as - milter: 127.0.0.1:10041");
  }
  refuseHomelessRules(config, parts.guard);
  const entries = config.listeners.map((entry, index) => ({ entry, index }));
  const judging = ({ entry, index }: (typeof entries)[number], before?: Judging): Judging => ({
    entry,
    guard: guardHere(entry, config, parts),
    contexts: contextsHere(parts.contexts?.get(index), config, before),
    secrets: parts.secrets?.of(index),
  });
  const listeners =
    running === undefined
      ? entries.map((each) => judging(each))
      : running.listeners.map((before) => {
          const at = entries.findIndex(({ entry }) => addressOf(entry) === addressOf(before.entry));
          const [found] = at < 0 ? [] : entries.splice(at, 1);
          return found === undefined
            ? { ...before, guard: guardHere(before.entry, config, parts) }
            : judging(found, before);
        });
  const { guard, shadowGuard, ownership } = parts;
  return {
    config,
    ownership,
    listeners,
    counters: [guard, ...(shadowGuard === undefined ? [] : [shadowGuard])].map(({ counters }) => counters),
  };
}

function guardHere(entry: ListenerEntry, config: Config, { guard, shadowGuard }: Parts): Guard {
  const whole = tracing(entry.options.shadow ? (shadowGuard ?? guard) : guard, config);
  const facts = FACTS[entry.kind];
  if (facts === "all") return whole;
  try {
    return whole.within({ name: NAMES[entry.kind], facts, partial: true });
  } catch (error) {
    throw isFromguardError(error) ? placed(error, entry.path, config) : error;
  }
}

const NAMES: Readonly<Record<Kind, string>> = {
  policy: "the policy listener",
  milter: "the milter listener",
  http: "the HTTP listener",
};

/** An id that no line of the log has would lead nowhere. */
function tracing(guard: Guard, { traceId, log }: Config): Guard {
  return traceId && (log.level !== "warn" || log.audit) ? tracedGuard(guard) : guard;
}

/** A context that is gone is asked for until the listener is opened anew. */
function contextsHere(
  guards: Readonly<Record<string, Guard>> | undefined,
  config: Config,
  before: Judging | undefined,
): Judging["contexts"] {
  const named =
    guards && Object.fromEntries(Object.entries(guards).map(([name, guard]) => [name, tracing(guard, config)]));
  return before?.contexts === undefined ? named : { ...before.contexts, ...named };
}

/** Kind and address in one word. */
export function addressOf(entry: ListenerEntry): string {
  switch (entry.kind) {
    case "policy":
      return `policy ${entry.options.policy}`;
    case "milter":
      return `milter ${entry.options.milter}`;
    case "http":
      return `http ${entry.options.http}`;
  }
}
