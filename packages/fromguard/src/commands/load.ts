import { type FromguardError, isFromguardError } from "@fromguard/core";
import { type Config, DEFAULT_CONFIG_FILE, readConfig } from "../config/config.js";
import { type OpenOwnership, openOwnership } from "../config/ownership.js";
import { type BuildOptions, buildPolicy, type Policy } from "../config/policy.js";
import { TableLoader } from "../config/table-loader.js";
import { Exit, exitCodes } from "../exit-codes.js";

/** Reads the configuration that `--config` names, or the one at {@link DEFAULT_CONFIG_FILE}. */
export async function loadConfig(file: string | undefined): Promise<Config> {
  try {
    return await readConfig(file ?? DEFAULT_CONFIG_FILE);
  } catch (error) {
    const exit = toExit(error);
    if (file !== undefined || exit.exitCode !== exitCodes.missingFile) throw exit;
    throw new Exit(exit.exitCode, `there is no configuration at ${DEFAULT_CONFIG_FILE}: name one with --config FILE`);
  }
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
