import { readFile } from "node:fs/promises";
import { FromguardError, type LoginRule, type MessageLimits, type ReplyChanges } from "@fromguard/core";
import { type Fault, invalid, type KeyPath, parseYamlDocument, type UnixSocketAccess } from "@fromguard/node";
import type { Actions } from "./actions.js";
import { addressesOf, sharedAddresses } from "./addresses.js";
import { type Entry, readEntries, readNamedEntries, readNamedEntry } from "./entry.js";
import { Layers } from "./layers.js";
import { accessOf, listenerSchemas } from "./listeners.js";
import type { LogSettings } from "./log-schema.js";
import type { Override } from "./overrides.js";
import { ownershipSchemas } from "./ownership-schemas.js";
import { expand, type PresetName, presetSchemas } from "./presets.js";
import { Reading } from "./reading.js";
import { ruleSchemas } from "./rule-schemas.js";
import { fileSchema } from "./schema.js";
import { type SuspectSettings, suspectsOf } from "./suspect-schema.js";

/** Where the configuration is looked for unless `--config` says otherwise. */
export const DEFAULT_CONFIG_FILE = "/etc/fromguard/fromguard.yaml";

/** The rules of one `policy_context`. */
interface PolicyContext {
  /** Its listener, by place in the list. */
  readonly listener: number;
  readonly name: string;
  readonly rules: readonly Entry<typeof ruleSchemas>[];
  readonly path: KeyPath;
}

/** The configuration as it stands in its file: checked, nothing opened. */
export interface Config {
  readonly document: Layers;
  /** As it was read: a worker that starts later serves by the same. */
  readonly text: string;
  /** What the environment and `--set` put over it. */
  readonly overrides: readonly Override[];
  /** What stands below it; undefined for nothing. */
  readonly preset: PresetName | undefined;
  readonly listeners: readonly Entry<typeof listenerSchemas>[];
  readonly contexts: readonly PolicyContext[];
  readonly ownership: {
    readonly sources: readonly Entry<typeof ownershipSchemas>[];
    readonly combine: "union" | "first-match";
    readonly login: LoginRule | undefined;
  };
  /** Who the daemon becomes where it is started as root. */
  readonly user: string | number | undefined;
  readonly group: string | number | undefined;
  /** Processes that serve. */
  readonly workers: number | "auto";
  /** Where metrics are served; undefined for nowhere. */
  readonly metrics: { readonly listen: string; readonly access: UnixSocketAccess } | undefined;
  readonly dns: {
    readonly servers: readonly string[] | undefined;
    readonly timeoutMs: number;
    readonly staleSeconds: number;
  };
  readonly rules: readonly Entry<typeof ruleSchemas>[];
  /** What becomes of failures, by code. */
  readonly actions: Actions;
  /** What becomes of mail where a rule that says nothing else cannot find out. */
  readonly onError: "defer" | "accept";
  /** Everything is decided, and nothing refused or changed. */
  readonly shadow: boolean;
  readonly log: LogSettings;
  /** Refusals end in the id of their line in the log. */
  readonly traceId: boolean;
  /** When an account is suspect; undefined for never. */
  readonly suspects: SuspectSettings | undefined;
  readonly replies: ReplyChanges;
  /** Within which messages are read. */
  readonly limits: MessageLimits;
}

const MAX_CONFIG_OCTETS = 1024 * 1024;

/**
 * Reads and checks a configuration file, which may be up to 1 MiB.
 *
 * @param overrides what stands over the file; default nothing
 * @throws FromguardError `FG_FILE_UNREADABLE` where the file cannot be read, `FG_CONFIG_INVALID` for its first fault.
 */
export async function readConfig(file: string, overrides: readonly Override[] = []): Promise<Config> {
  return parseConfig(await readConfigText(file), file, overrides);
}

/**
 * The text of a configuration file.
 *
 * @throws FromguardError as {@link readConfig}
 */
export async function readConfigText(file: string): Promise<string> {
  let octets: Uint8Array;
  try {
    octets = await readFile(file);
  } catch (cause) {
    throw new FromguardError("FG_FILE_UNREADABLE", `cannot be read: ${reasonOf(cause)}`, { place: { file }, cause });
  }
  if (octets.length > MAX_CONFIG_OCTETS) {
    throw new FromguardError("FG_CONFIG_INVALID", "longer than 1 MiB", { place: { file } });
  }
  return new TextDecoder().decode(octets);
}

/** Checks the text of a configuration file; `file` is how errors name it. Throws as {@link readConfig}. */
export function parseConfig(text: string, file: string, overrides: readonly Override[] = []): Config {
  const { config, faults, layers } = checkConfig(text, file, overrides);
  const [fault] = faults;
  if (config === undefined || fault !== undefined) {
    throw invalid(layers, fault?.path ?? [], fault?.what ?? "not valid");
  }
  return config;
}

/** What came of checking a configuration. */
export interface CheckedConfig {
  /** Undefined where there are faults. */
  readonly config: Config | undefined;
  /** In the order of the file. */
  readonly faults: readonly Fault[];
  readonly layers: Layers;
}

/**
 * Checks the text of a configuration file and finds every fault.
 *
 * @throws FromguardError `FG_CONFIG_INVALID` where the text is not YAML
 */
export function checkConfig(text: string, file: string, overrides: readonly Override[] = []): CheckedConfig {
  const alone = new Layers(parseYamlDocument(text, file), overrides);
  const given = (alone.value ?? {}) as Readonly<Record<string, unknown>>;
  const fallback = given.rules === undefined ? "submission" : undefined;
  const named = given.preset === undefined ? fallback : given.preset;
  const presetReading = new Reading(alone);
  const preset = named === undefined ? undefined : readNamedEntry(named, presetSchemas, presetReading, ["preset"]);
  const layers = preset === undefined ? alone : alone.over({ name: preset.kind, expansion: expand(preset) });
  const reading = new Reading(layers);
  for (const fault of presetReading.faults) reading.fault(fault.path, fault.what);
  // Keys of the preset are not there to be suggested, or not, for one that is misspelt.
  const own = reading.check(fileSchema, alone.value, []);
  const raw = own && reading.check(fileSchema, layers.value, []);
  const value = (layers.value ?? {}) as Readonly<Record<string, unknown>>;
  const listeners = readEntries(value.listeners, listenerSchemas, reading, ["listeners"]);
  const contexts = listeners.flatMap((entry) => contextsOf(entry, reading));
  const sources = readEntries(value.ownership, ownershipSchemas, reading, ["ownership"]);
  const rules = readNamedEntries(value.rules, ruleSchemas, reading, ["rules"]);
  for (const { address, path } of sharedAddresses(addressesOf(listeners, raw?.metrics?.listen))) {
    reading.faultOfMeaning(path, `another listener has the address ${address}`);
  }
  const { faults } = reading;
  if (raw === undefined || faults.length > 0) return { config: undefined, faults, layers };
  const config: Config = {
    document: layers,
    text,
    overrides,
    preset: preset?.kind,
    listeners,
    contexts,
    ownership: { sources, combine: raw.combine, login: raw.login },
    user: raw.user,
    group: raw.group,
    workers: raw.workers,
    metrics: raw.metrics && { listen: raw.metrics.listen, access: accessOf(raw.metrics) },
    dns: {
      servers: raw.dns.servers,
      timeoutMs: raw.dns["timeout-ms"],
      staleSeconds: raw.dns["stale-seconds"],
    },
    rules,
    actions: raw.actions,
    onError: raw["on-error"],
    shadow: raw.shadow,
    log: raw.log,
    traceId: raw["trace-id"],
    suspects: suspectsOf(raw["account-suspect"]),
    replies: raw.replies,
    limits: raw.limits,
  };
  return { config, faults, layers };
}

function contextsOf(entry: Config["listeners"][number], reading: Reading): PolicyContext[] {
  if (entry.kind !== "policy") return [];
  const [, listener = 0] = entry.path;
  return Object.entries(entry.options.contexts ?? {}).map(([name, rules]) => {
    const path = ["listeners", listener, "contexts", name];
    return { listener: Number(listener), name, path, rules: readNamedEntries(rules, ruleSchemas, reading, path) };
  });
}

/** What a system call said, in words. */
export function reasonOf(cause: unknown): string {
  const code = (cause as { code?: unknown } | undefined)?.code;
  const words: Readonly<Record<string, string>> = {
    ENOENT: "no such file",
    EACCES: "permission denied",
    EISDIR: "it is a directory",
    ENOTDIR: "a part of the path is no directory",
    ELOOP: "too many symbolic links",
    Z_BUF_ERROR: "unexpected end of file",
    Z_DATA_ERROR: "it is not packed by gzip, or damaged",
  };
  if (typeof code === "string") return words[code] ?? code;
  return cause instanceof Error ? cause.message : String(cause);
}
