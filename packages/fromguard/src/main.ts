import { didYouMean } from "@fromguard/core";
import { commandHelp, programHelp } from "./commands/help.js";
import type { CommandName } from "./commands/usage/usages.js";
import { Exit, type ExitCode, exitCodes } from "./exit-codes.js";
import type { Io } from "./io.js";
import { visible } from "./report/style.js";
import { VERSION } from "./version.js";

type Command = (args: readonly string[], io: Io) => Promise<ExitCode>;

/** Each loads what it needs when it is run: a daemon holds no demo in memory. */
const COMMANDS: Readonly<Record<CommandName, () => Promise<Command>>> = {
  serve: async () => (await import("./commands/serve.js")).serve,
  check: async () => (await import("./commands/check.js")).check,
  who: async () => (await import("./commands/who.js")).who,
  may: async () => (await import("./commands/may.js")).may,
  config: async () => (await import("./commands/config.js")).config,
  lint: async () => (await import("./commands/lint.js")).lint,
  init: async () => (await import("./commands/init.js")).init,
  import: async () => (await import("./commands/import.js")).importMainCf,
  replay: async () => (await import("./commands/replay.js")).replay,
  postmap: async () => (await import("./commands/postmap.js")).postmap,
  completion: async () => (await import("./commands/completion.js")).completion,
  demo: async () => (await import("./commands/demo.js")).demo,
};

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
  const command = await COMMANDS[word]();
  return await command(args, io);
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
