import { didYouMean, type FromguardError, isFromguardError, type Place } from "@fromguard/core";
import { invalid } from "@fromguard/node";
import { type Config, checkConfig, readConfigText } from "../config/config.js";
import { effectiveConfig } from "../config/effective.js";
import { faultsOfHost } from "../config/host-faults.js";
import { configJsonSchema } from "../config/json-schema.js";
import { buildPolicy } from "../config/policy.js";
import { Exit, type ExitCode, exitCodes } from "../exit-codes.js";
import type { Io } from "../io.js";
import { configurationInWords, configurationToJson } from "../report/configuration.js";
import { styleFor, visible } from "../report/style.js";
import { identityOf } from "../serve/drop-privileges.js";
import { refuseHomelessRules } from "../serve/homeless-rules.js";
import { toAsciiJson } from "../serve/log.js";
import { type ConfigChoice, configFileOf, loadConfig, missingDefault, overridesOf, toExit } from "./load.js";
import { type OptionValues, readFilesAndOptions } from "./options.js";
import { CONFIG } from "./usage/daemon.js";

type Values = OptionValues<typeof CONFIG.options>;

/** `fromguard config check|show|schema`. */
export async function config(args: readonly string[], io: Io): Promise<ExitCode> {
  const { files, values } = readFilesAndOptions("config", args, CONFIG.options, "of check, show and schema");
  const [word = "", file, stray] = files;
  if (stray !== undefined) throw usage(`${JSON.stringify(stray)} is not expected here`);
  if (file !== undefined && values.config !== undefined) throw usage("--config and FILE name two configurations");
  const choice: ConfigChoice = { config: file ?? values.config, set: values.set };
  switch (word) {
    case "check":
      return await check(choice, values, io);
    case "show":
      return await show(choice, values, io);
    case "schema":
      if (file !== undefined) throw usage("schema takes no file: it is the same for all");
      await io.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
      return exitCodes.ok;
    default:
      throw usage(`${JSON.stringify(word)} is not check, show or schema${didYouMean(word, CONFIG.operand)}`);
  }
}

function usage(what: string): Exit {
  return new Exit(exitCodes.usage, `${what}; see fromguard config --help`);
}

interface Checked {
  readonly faults: readonly FromguardError[];
  readonly warnings: readonly string[];
  /** 78 for a fault, 66 where a file is missing. */
  readonly code: ExitCode;
}

async function check(choice: ConfigChoice, { json }: Values, io: Io): Promise<ExitCode> {
  const file = configFileOf(choice, io.env);
  const { faults, warnings, code } = await checkAll(file, choice, io);
  if (json === true) {
    const placed = faults.map((fault) => ({ ...fault.place, problem: problemOf(fault) }));
    await io.stdout.write(`${toAsciiJson({ file, faults: placed, warnings })}\n`);
  } else {
    const style = styleFor(io.stderr, io.env);
    for (const { message } of faults) await io.stderr.write(`${style.red("fault:")} ${visible(message)}\n`);
    for (const warning of warnings) await io.stderr.write(`${style.yellow("warning:")} ${visible(warning)}\n`);
    if (faults.length === 0) await io.stdout.write(`${visible(file)}: no fault\n`);
  }
  return code;
}

/** Faults of the file, all of them; where it has none, the first of what it names, or all that the machine lacks. */
async function checkAll(file: string, choice: ConfigChoice, io: Io): Promise<Checked> {
  const overrides = overridesOf(choice, io.env);
  const text = await readConfigText(file).catch((error: unknown) => {
    throw missingDefault(toExit(error), choice, io.env);
  });
  try {
    const checked = checkConfig(text, file, overrides);
    const faults = checked.faults.map(({ path, what }) => invalid(checked.layers, path, what));
    if (checked.config === undefined) return { faults, warnings: [], code: exitCodes.configuration };
    const warnings = await checkPolicy(checked.config);
    if (checked.config.user !== undefined) await identityOf(checked.config);
    const missing = await faultsOfHost(checked.config);
    return { faults: missing, warnings, code: missing.length === 0 ? exitCodes.ok : exitCodes.configuration };
  } catch (error) {
    const { exitCode: code } = toExit(error);
    if (!isFromguardError(error)) throw error;
    return { faults: [error], warnings: [], code };
  }
}

/** Reads maps and grants, and asks what `serve` would refuse before it opens a port; returns the warnings. */
export async function checkPolicy(checked: Config): Promise<readonly string[]> {
  const { guard, warnings } = await buildPolicy(checked);
  if (checked.listeners.length > 0) refuseHomelessRules(checked, guard);
  return warnings;
}

/** The sentence without its place. */
function problemOf({ message, place }: FromguardError): string {
  const { file, line, column, key }: Place = place;
  const position = [file, line, column].filter((part) => part !== undefined).join(":");
  const prefix = [position, key].map((part) => (part ? `${part}: ` : "")).join("");
  return message.startsWith(prefix) ? message.slice(prefix.length) : message;
}

async function show(choice: ConfigChoice, { json }: Values, io: Io): Promise<ExitCode> {
  const loaded = await loadConfig(choice, io.env);
  const shown = effectiveConfig(loaded);
  const { document: layers } = loaded;
  await io.stdout.write(
    json === true
      ? `${configurationToJson(shown, layers)}\n`
      : configurationInWords(shown, layers.file, styleFor(io.stdout, io.env)),
  );
  return exitCodes.ok;
}
