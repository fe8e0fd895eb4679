import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { translateMainCf } from "@fromguard/postfix";
import { parseConfig, reasonOf } from "../config/config.js";
import { Exit, type ExitCode, exitCodes } from "../exit-codes.js";
import type { Io } from "../io.js";
import { exactConfiguration, formatNote, translatedConfiguration } from "../main-cf/configuration-of.js";
import { loadMainCf, readMainCfFile } from "../main-cf/load-main-cf.js";
import { styleFor, visible } from "../report/style.js";
import { toExit } from "./load.js";
import { readFileAndOptions } from "./options.js";

const OPTIONS = {
  output: { type: "string" },
  exact: { type: "boolean" },
  override: { type: "string", multiple: true },
} as const;

/** `fromguard import`: writes the configuration of fromguard that decides as a main.cf does, and tells what it does not keep. */
export async function importMainCf(args: readonly string[], io: Io): Promise<ExitCode> {
  const { file, values } = readFileAndOptions("import", args, OPTIONS, "MAIN_CF");
  const { override: overrides = [], output } = values;
  const { text, notes } = await configurationOf(resolve(file), overrides, values.exact ?? false).catch(
    (error: unknown) => {
      throw toExit(error);
    },
  );
  const style = styleFor(io.stderr, io.env);
  for (const note of notes) await io.stderr.write(`${style.yellow("note:")} ${visible(note)}\n`);
  if (output === undefined) await io.stdout.write(text);
  else await write(output, text);
  return exitCodes.ok;
}

interface Imported {
  readonly text: string;
  readonly notes: readonly string[];
}

async function configurationOf(file: string, overrides: readonly string[], isExact: boolean): Promise<Imported> {
  if (isExact) {
    const { warnings } = await loadMainCf(file, { overrides, ignoreUnknown: false });
    return { text: exactConfiguration(file, overrides), notes: warnings };
  }
  const { config, warnings } = await readMainCfFile(file, { overrides });
  const translation = translateMainCf(config);
  const notes = [...warnings, ...translation.notes.map(formatNote)];
  if (translation.rules.length === 0) {
    throw new Exit(exitCodes.configuration, `${file}: no restriction in it has a rule of ours: use --exact`);
  }
  const text = translatedConfiguration(config, translation);
  parseConfig(text, "the imported configuration");
  return { text, notes };
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: "wx" });
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === "EEXIST" ? "it is there already" : reasonOf(error);
    throw new Exit(exitCodes.usage, `--output: ${file} cannot be written: ${why}`);
  }
}
