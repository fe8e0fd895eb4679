import { didYouMean, FromguardError } from "@fromguard/core";
import { type KeyPath, parseYamlDocument } from "@fromguard/node";
import { fileSchema } from "./schema.js";
import { settingsOf } from "./walk.js";

/** Where a value came from that stands over the file. */
export type OverrideOrigin =
  | { readonly kind: "environment"; readonly variable: string }
  | { readonly kind: "flag"; readonly option: string };

/** A value that stands in place of the file's. */
export interface Override {
  readonly path: KeyPath;
  readonly value: unknown;
  readonly origin: OverrideOrigin;
}

/** The start of the names of variables. */
const PREFIX = "FROMGUARD_";

/** The variable that names the configuration file; no key of it. */
export const CONFIG_VARIABLE = "FROMGUARD_CONFIG";

/** The variable of a key: `log.level` is `FROMGUARD_LOG_LEVEL`. */
export function variableOf(path: readonly string[]): string {
  return PREFIX + path.join("_").replaceAll("-", "_").toUpperCase();
}

const VARIABLES = new Map(settingsOf(fileSchema).map(({ path }) => [variableOf(path), path]));

/** Every variable and the key that it sets. */
export function variables(): ReadonlyMap<string, readonly string[]> {
  return VARIABLES;
}

/** Keys that are options of a command too. */
export type FlagValues = Readonly<Partial<Record<"user" | "group", string | undefined>>>;

/**
 * What the environment, `--set KEY=VALUE` and options that are keys put over the file, the weaker first. Values are YAML: a list or map stands in flow style,
 * `FROMGUARD_LISTENERS='[{ milter: "127.0.0.1:10041" }]'`. An empty variable sets nothing. Variables of this prefix that are like none of
 * ours are left alone: container platforms make such.
 *
 * @throws FromguardError `FG_CONFIG_INVALID` naming the variable or the option, for a value that is not YAML, a key that cannot be read, and
 * a variable whose name is near one of ours
 */
export function overridesFrom(
  env: Readonly<Record<string, string | undefined>>,
  settings: readonly string[],
  flags: FlagValues = {},
): readonly Override[] {
  const names = Object.keys(env).filter((name) => name.startsWith(PREFIX) && name !== CONFIG_VARIABLE && env[name]);
  const fromEnvironment = names.flatMap((variable): Override[] => {
    const path = VARIABLES.get(variable);
    if (path === undefined) {
      const meant = didYouMean(variable.slice(PREFIX.length).toLowerCase(), KNOWN);
      if (meant === "") return [];
      const what = `unknown variable${meant.replace(/mean (\w+)/, (_, name: string) => `mean ${PREFIX}${name.toUpperCase()}`)}`;
      throw new FromguardError("FG_CONFIG_INVALID", what, { place: { file: variable } });
    }
    return [{ path, value: parsed(env[variable] ?? "", variable), origin: { kind: "environment", variable } }];
  });
  // A map before the keys in it.
  fromEnvironment.sort((a, b) => a.path.length - b.path.length);
  const fromFlags = Object.entries(flags).flatMap(([key, text]): Override[] => {
    const option = `--${key}`;
    return text === undefined ? [] : [{ path: [key], value: parsed(text, option), origin: { kind: "flag", option } }];
  });
  return [...fromEnvironment, ...settings.map(settingFrom), ...fromFlags];
}

const KNOWN = [...VARIABLES.keys(), CONFIG_VARIABLE].map((name) => name.slice(PREFIX.length).toLowerCase());

function settingFrom(setting: string): Override {
  const [, key = "", text = ""] = /^([^=]*)=(.*)$/s.exec(setting) ?? [];
  const option = `--set ${key}`;
  const path = pathFrom(key);
  if (path === undefined) {
    const what = "is no KEY=VALUE, such as log.level=warn or listeners[0].milter=127.0.0.1:10041";
    throw new FromguardError("FG_CONFIG_INVALID", what, { place: { file: `--set ${setting}` } });
  }
  return { path, value: parsed(text, option), origin: { kind: "flag", option } };
}

/** `listeners[0].milter` in parts. */
function pathFrom(key: string): KeyPath | undefined {
  if (!/^[\w-]+(?:\[\d{1,4}\]|\.[\w-]+)*$/.test(key)) return undefined;
  return [...key.matchAll(/\[(\d+)\]|[\w-]+/g)].map(([part, index]) => (index === undefined ? part : Number(index)));
}

function parsed(text: string, where: string): unknown {
  return parseYamlDocument(text, where).value;
}
