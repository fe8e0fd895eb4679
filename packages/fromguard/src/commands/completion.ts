import { didYouMean } from "@fromguard/core";
import { Exit, type ExitCode, exitCodes } from "../exit-codes.js";
import type { Io } from "../io.js";
import { readFileAndOptions } from "./options.js";
import { bashCompletion } from "./shells/bash.js";
import { fishCompletion } from "./shells/fish.js";
import { zshCompletion } from "./shells/zsh.js";
import { COMPLETION } from "./usage/daemon.js";
import { ALL_USAGES } from "./usage/usages.js";

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** `fromguard completion bash|zsh|fish`. */
export async function completion(args: readonly string[], io: Io): Promise<ExitCode> {
  const { file: shell } = readFileAndOptions("completion", args, COMPLETION.options, "of bash, zsh and fish");
  if (!isShell(shell)) {
    const meant = didYouMean(shell, Object.keys(SHELLS));
    throw new Exit(
      exitCodes.usage,
      `${JSON.stringify(shell)} is not bash, zsh or fish${meant}; see fromguard completion --help`,
    );
  }
  await io.stdout.write(SHELLS[shell](ALL_USAGES));
  return exitCodes.ok;
}

function isShell(word: string): word is keyof typeof SHELLS {
  return Object.hasOwn(SHELLS, word);
}
