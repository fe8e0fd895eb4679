import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { otherServices, translateMainCf } from "@fromguard/postfix";
import { parseConfig, reasonOf } from "../config/config.js";
import { Exit, type ExitCode, exitCodes } from "../exit-codes.js";
import type { Io } from "../io.js";
import { exactConfiguration, formatNote, translatedConfiguration } from "../main-cf/configuration-of.js";
import { loadMainCf, readMainCfFile } from "../main-cf/load-main-cf.js";
import { readServices, smtpdNamed } from "../main-cf/load-master-cf.js";
import { styleFor, visible } from "../report/style.js";
import { toExit } from "./load.js";
import { readFileAndOptions } from "./options.js";
import { IMPORT } from "./usage/postfix.js";

/** `fromguard import`: writes the configuration of fromguard that decides as a main.cf does, and tells what it does not keep. */
export async function importMainCf(args: readonly string[], io: Io): Promise<ExitCode> {
  const { file, values } = readFileAndOptions("import", args, IMPORT.options, "MAIN_CF");
  const { override: overrides = [], output, exact = false, service } = values;
  const { text, notes } = await configurationOf(resolve(file), { overrides, exact, service }).catch(
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

interface Choices {
  readonly overrides: readonly string[];
  readonly exact: boolean;
  readonly service: string | undefined;
}

async function configurationOf(file: string, { overrides, exact, service: name }: Choices): Promise<Imported> {
  const service = name === undefined ? undefined : await smtpdNamed(name, file);
  const { config, warnings } = await readMainCfFile(file, { overrides, service });
  const { services } = await readServices(file, overrides);
  const others = otherServices(config, services);
  if (exact) {
    const loaded = await loadMainCf(file, { overrides, service, ignoreUnknown: false });
    const set = (service?.overrides ?? []).map((override) => `${override.name}=${override.value}`);
    const notes = [...loaded.warnings, ...others.map(formatNote)];
    return { text: exactConfiguration(file, [...set, ...overrides]), notes };
  }
  const translation = translateMainCf(config);
  const notes = [...translation.notes, ...others];
  if (translation.rules.length === 0) {
    throw new Exit(exitCodes.configuration, `${file}: no restriction in it has a rule of ours: use --exact`);
  }
  const text = translatedConfiguration(config, { ...translation, notes });
  parseConfig(text, "the imported configuration");
  return { text, notes: [...warnings, ...notes.map(formatNote)] };
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: "wx" });
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === "EEXIST" ? "it is there already" : reasonOf(error);
    throw new Exit(exitCodes.usage, `--output: ${file} cannot be written: ${why}`);
  }
}
