import { type FromguardError, isFromguardError } from "@fromguard/core";
import { type Config, DEFAULT_CONFIG_FILE, readConfig } from "../config/config.js";
import { CONFIG_VARIABLE, type FlagValues, type Override, overridesFrom } from "../config/overrides.js";
import { type OpenOwnership, openOwnership } from "../config/ownership.js";
import { type BuildOptions, buildPolicy, type Policy } from "../config/policy.js";
import { TableLoader } from "../config/table-loader.js";
import { Exit, exitCodes } from "../exit-codes.js";
import type { Io } from "../io.js";

/** Which configuration a command reads, and what it puts over it. */
export interface ConfigChoice extends FlagValues {
  readonly config?: string | undefined;
  readonly set?: readonly string[] | undefined;
}

/** The file that `--config` names, or `FROMGUARD_CONFIG`, or {@link DEFAULT_CONFIG_FILE}. */
export function configFileOf({ config }: ConfigChoice, env: Io["env"]): string {
  return config ?? (env[CONFIG_VARIABLE] || DEFAULT_CONFIG_FILE);
}

/** What the environment and options put over the configuration. */
export function overridesOf({ set = [], user, group }: ConfigChoice, env: Io["env"]): readonly Override[] {
  try {
    return overridesFrom(env, set, { user, group });
  } catch (error) {
    throw toExit(error);
  }
}

/** Reads the configuration, with what the environment and `--set` put over it. */
export async function loadConfig(choice: ConfigChoice, env: Io["env"]): Promise<Config> {
  const file = configFileOf(choice, env);
  try {
    return await readConfig(file, overridesOf(choice, env));
  } catch (error) {
    throw missingDefault(toExit(error), choice, env);
  }
}

/** Where there is no configuration at all, how to name one. */
export function missingDefault(exit: Exit, { config }: ConfigChoice, env: Io["env"]): Exit {
  if (config !== undefined || env[CONFIG_VARIABLE] || exit.exitCode !== exitCodes.missingFile) return exit;
  return new Exit(exit.exitCode, `there is no configuration at ${DEFAULT_CONFIG_FILE}: name one with --config FILE`);
}

/** Makes the guard of a configuration. */
export async function loadPolicy(config: Config, options?: BuildOptions): Promise<Policy> {
  try {
    return await buildPolicy(config, options);
  } catch (error) {
    throw toExit(error);
  }
}

/** Opens the sources of ownership of a configuration alone; undefined where it names none. */
export async function loadOwnership(config: Config): Promise<OpenOwnership | undefined> {
  try {
    return await openOwnership(config, new TableLoader(config, {}), {});
  } catch (error) {
    throw toExit(error);
  }
}

/** The exit that an operator's error calls for: 66 where a file is missing, else 78. Errors that are ours are thrown on. */
export function toExit(error: unknown): Exit {
  if (error instanceof Exit) return error;
  if (!isFromguardError(error)) throw error;
  return new Exit(isMissingFile(error) ? exitCodes.missingFile : exitCodes.configuration, error.message);
}

function isMissingFile(error: FromguardError): boolean {
  if (error.code !== "FG_FILE_UNREADABLE") return false;
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ((at as { code?: unknown }).code === "ENOENT") return true;
  }
  return false;
}
