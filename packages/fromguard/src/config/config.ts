import { readFile } from "node:fs/promises";
import { FromguardError, type LoginRule, MESSAGE_LIMITS, type MessageLimits, type ReplyChanges } from "@fromguard/core";
import { type KeyPath, parseYamlDocument, type UnixSocketAccess, type YamlDocument } from "@fromguard/node";
import { type Entry, readEntries, readNamedEntries } from "./entry.js";
import { accessOf, listenerSchemas } from "./listeners.js";
import { fileSchema, ownershipSchemas, ruleSchemas, SUBMISSION } from "./schema.js";
import { validate } from "./validate.js";

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
  readonly document: YamlDocument;
  /** As it was read: a worker that starts later serves by the same. */
  readonly text: string;
  readonly listeners: readonly Entry<typeof listenerSchemas>[];
  readonly contexts: readonly PolicyContext[];
  readonly ownership: {
    readonly sources: readonly Entry<typeof ownershipSchemas>[];
    readonly combine: "union" | "first-match";
    readonly login: LoginRule | undefined;
  };
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
  readonly replies: ReplyChanges;
  /** Within which messages are read. */
  readonly limits: MessageLimits;
}

const MAX_CONFIG_OCTETS = 1024 * 1024;
const DEFAULT_DNS_TIMEOUT_MS = 5_000;

/**
 * Reads and checks a configuration file, which may be up to 1 MiB.
 *
 * @throws FromguardError `FG_FILE_UNREADABLE` where the file cannot be read, `FG_CONFIG_INVALID` for its first fault.
 */
export async function readConfig(file: string): Promise<Config> {
  let octets: Uint8Array;
  try {
    octets = await readFile(file);
  } catch (cause) {
    throw new FromguardError("FG_FILE_UNREADABLE", `cannot be read: ${reasonOf(cause)}`, { place: { file }, cause });
  }
  if (octets.length > MAX_CONFIG_OCTETS) {
    throw new FromguardError("FG_CONFIG_INVALID", "longer than 1 MiB", { place: { file } });
  }
  return parseConfig(new TextDecoder().decode(octets), file);
}

/** Checks the text of a configuration file; `file` is how errors name it. */
export function parseConfig(text: string, file: string): Config {
  const document = parseYamlDocument(text, file);
  const raw = validate(fileSchema, document.value ?? {}, document);
  const listeners = readEntries(raw.listeners ?? [], listenerSchemas, document, ["listeners"]);
  return {
    document,
    text,
    listeners,
    contexts: listeners.flatMap((entry, index) => contextsOf(entry, index, document)),
    ownership: {
      sources: readEntries(raw.ownership ?? [], ownershipSchemas, document, ["ownership"]),
      combine: raw.combine ?? "union",
      login: raw.login,
    },
    workers: raw.workers ?? 1,
    metrics: raw.metrics && { listen: raw.metrics.listen, access: accessOf(raw.metrics) },
    dns: {
      servers: raw.dns?.servers,
      timeoutMs: raw.dns?.["timeout-ms"] ?? DEFAULT_DNS_TIMEOUT_MS,
      staleSeconds: raw.dns?.["stale-seconds"] ?? 0,
    },
    rules: readNamedEntries(raw.rules ?? SUBMISSION, ruleSchemas, document, ["rules"]),
    replies: raw.replies ?? {},
    limits: raw.limits ?? MESSAGE_LIMITS,
  };
}

function contextsOf(entry: Config["listeners"][number], listener: number, document: YamlDocument): PolicyContext[] {
  if (entry.kind !== "policy") return [];
  return Object.entries(entry.options.contexts ?? {}).map(([name, rules]) => {
    const path = ["listeners", listener, "contexts", name];
    return { listener, name, path, rules: readNamedEntries(rules, ruleSchemas, document, path) };
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
  };
  if (typeof code === "string") return words[code] ?? code;
  return cause instanceof Error ? cause.message : String(cause);
}
