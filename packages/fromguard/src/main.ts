import { didYouMean } from "@fromguard/core";
import { check } from "./commands/check.js";
import { completion } from "./commands/completion.js";
import { config } from "./commands/config.js";
import { demo } from "./commands/demo.js";
import { commandHelp, programHelp } from "./commands/help.js";
import { importMainCf } from "./commands/import.js";
import { lint } from "./commands/lint.js";
import { may } from "./commands/may.js";
import { postmap } from "./commands/postmap.js";
import { replay } from "./commands/replay.js";
import { serve } from "./commands/serve.js";
import type { CommandName } from "./commands/usage/usages.js";
import { who } from "./commands/who.js";
import { Exit, type ExitCode, exitCodes } from "./exit-codes.js";
import type { Io } from "./io.js";
import { visible } from "./report/style.js";
import { VERSION } from "./version.js";

const COMMANDS = {
  serve,
  check,
  who,
  may,
  config,
  lint,
  import: importMainCf,
  replay,
  postmap,
  completion,
  demo,
} as const;

/**
 * The command line: runs one command and returns its exit code. Never throws; what went wrong is one sentence on standard
 * error, and never a stack trace.
 */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    return await run(argv, io);
  } catch (error) {
    // The reader has gone (`| head`) and wants no more: end as a filter does.
    if ((error as NodeJS.ErrnoException).code === "EPIPE") return exitCodes.ok;
    const sentence = error instanceof Error ? error.message : String(error);
    try {
      await io.stderr.write(`fromguard: ${visible(sentence)}\n`);
    } catch {
      // Nobody reads it; the exit code still tells.
    }
    return error instanceof Exit ? error.exitCode : exitCodes.internal;
  }
}

async function run([word, ...args]: readonly string[], io: Io): Promise<ExitCode> {
  if (word === "--version" || word === "-V") return await print(io, `fromguard ${VERSION}\n`);
  if (word === "--help" || word === "-h" || word === "help") return await print(io, helpOn(args[0]));
  if (word === undefined) throw new Exit(exitCodes.usage, "which command? See fromguard --help");
  if (!isCommand(word)) {
    const meant = didYouMean(word, Object.keys(COMMANDS));
    throw new Exit(exitCodes.usage, `unknown command ${JSON.stringify(word)}${meant}; see fromguard --help`);
  }
  if (args.includes("--help") || args.includes("-h")) return await print(io, commandHelp(word));
  return await COMMANDS[word](args, io);
}

function helpOn(topic: string | undefined): string {
  return topic !== undefined && isCommand(topic) ? commandHelp(topic) : programHelp();
}

function isCommand(word: string): word is CommandName {
  return Object.hasOwn(COMMANDS, word);
}

async function print(io: Io, text: string): Promise<ExitCode> {
  await io.stdout.write(text);
  return exitCodes.ok;
}
