import { readFileSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { hostname, networkInterfaces } from "node:os";
import { resolve } from "node:path";
import { FromguardError, type Place } from "@fromguard/core";
import { stampOf, stampOfSync } from "@fromguard/node";
import { loadSettings, type MainCf, type MasterService, readMainCf, type Settings } from "@fromguard/postfix";
import { reasonOf } from "../config/config.js";
import { Exit, exitCodes } from "../exit-codes.js";
import { tableOpener } from "./open-tables.js";

/** How a main.cf is loaded. */
export interface MainCfChoices {
  /** `name=value`; they win over the file and over the service. */
  readonly overrides: readonly string[];
  /** The service of master.cf whose `-o` win over the file. Default none. */
  readonly service?: MasterService | undefined;
  /** Whether a restriction that is not known answers as a broken one when it is reached, instead of ending the loading. */
  readonly ignoreUnknown: boolean;
  /** Takes how each file looks before it is read. */
  readonly stamps?: Map<string, string>;
}

/** A main.cf, and what is wrong with it; one sentence each. */
export interface LoadedMainCf {
  readonly config: MainCf;
  readonly settings: Settings;
  readonly warnings: readonly string[];
  /** What it names and what cannot be read, by name, and why. */
  readonly broken: ReadonlyMap<string, FromguardError>;
}

const MAX_CONFIG_OCTETS = 16 * 1024 * 1024;

/**
 * Reads main.cf with the host's name and addresses.
 *
 * @throws FromguardError `FG_FILE_UNREADABLE` where the file cannot be read, `FG_CONFIG_INVALID` where Postfix would not start
 */
export async function readMainCfFile(
  file: string,
  { overrides, service, stamps = new Map() }: Pick<MainCfChoices, "overrides" | "service" | "stamps">,
): Promise<{ readonly config: MainCf; readonly warnings: readonly string[] }> {
  stamps.set(file, await stampOf(file));
  const given = new Map(overrides.map(readOverride));
  const ofService = (service?.overrides ?? []).filter(({ name }) => !given.has(name));
  const { config, warnings } = readMainCf(await readOctets(file), {
    file,
    overrides: Object.fromEntries([...ofService.map(({ name, value }) => [name, value] as const), ...given]),
    overridePlaces: Object.fromEntries(ofService.map(({ name, place }) => [name, place])),
    hostname: hostname(),
    interfaces: interfaces().flatMap(({ cidr }) => cidr ?? []),
    originFile: (path) => {
      stamps.set(path, stampOfSync(path));
      return readOrigin(path);
    },
  });
  return { config, warnings: warnings.map(({ text }) => text) };
}

/**
 * Reads main.cf and opens its tables. One that cannot be opened is a warning, and answers every lookup with an error, as in Postfix.
 *
 * @throws FromguardError as {@link readMainCfFile}, and for a restriction that is not known
 */
export async function loadMainCf(file: string, choices: MainCfChoices): Promise<LoadedMainCf> {
  const { config, warnings } = await readMainCfFile(file, choices);
  const { openTable, readFile, broken: found } = tableOpener(config.get("queue_directory"), choices.stamps);
  const loaded = await loadSettings(config, { openTable, readFile, ignoreUnknown: choices.ignoreUnknown });
  const broken = namedIn(config, found);
  return {
    config,
    settings: loaded.settings,
    warnings: [...warnings, ...loaded.warnings.map(({ text }) => text), ...failuresOf(broken)],
    broken,
  };
}

/** What the file itself names of what is broken: Postfix has built-in maps that few hosts have. */
export function namedIn<T>(config: MainCf, broken: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  return new Map([...broken].filter(([spec]) => isNamed(config, spec)));
}

/** One sentence for each table that cannot be opened. */
export function failuresOf(broken: ReadonlyMap<string, FromguardError>): readonly string[] {
  return [...broken].map(([spec, { message }]) => `${spec}: every lookup that comes to it fails: ${message}`);
}

/** Whether the file itself, and no built-in value, names a table. */
function isNamed(config: MainCf, spec: string): boolean {
  return config.names.some((name) => {
    try {
      return config.get(name).includes(spec);
    } catch {
      return false; // a fault of a value that nothing asked for
    }
  });
}

/** The addresses of this host. */
export function ownAddresses(): readonly string[] {
  return interfaces().map(({ address }) => address);
}

/** A path that Postfix would take from its queue directory. */
export function inQueue(config: MainCf, path: string): string {
  return resolve(config.get("queue_directory"), path);
}

function interfaces() {
  return Object.values(networkInterfaces()).flatMap((found) => found ?? []);
}

/**
 * Reads a configuration file of Postfix.
 *
 * @throws FromguardError `FG_FILE_UNREADABLE`; `FG_CONFIG_INVALID` for one of more than 16 MiB
 */
export async function readOctets(file: string): Promise<Uint8Array> {
  const place: Place = { file };
  try {
    const { size } = await stat(file);
    if (size <= MAX_CONFIG_OCTETS) return await readFile(file);
  } catch (cause) {
    throw new FromguardError("FG_FILE_UNREADABLE", `cannot be read: ${reasonOf(cause)}`, { place, cause });
  }
  throw new FromguardError("FG_CONFIG_INVALID", "longer than 16 MiB", { place });
}

function readOverride(text: string): readonly [name: string, value: string] {
  const equals = text.indexOf("=");
  if (equals < 1) {
    throw new Exit(exitCodes.usage, `--override must be NAME=VALUE, not ${JSON.stringify(text)}`);
  }
  return [text.slice(0, equals).trim(), text.slice(equals + 1).trim()];
}

function readOrigin(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new FromguardError("FG_FILE_UNREADABLE", `myorigin: cannot be read: ${reasonOf(cause)}`, {
      place: { file: path },
      cause,
    });
  }
}
