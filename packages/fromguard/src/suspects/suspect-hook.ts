import { spawn } from "node:child_process";
import type { Suspect } from "./suspect-accounts.js";

/** Milliseconds that the command may take; then it is killed. */
const TIMEOUT_MS = 10_000;

/** Suspects that wait for the command; one more is dropped. */
const MAX_WAITING = 100;

/** Options of {@link SuspectHook}. */
export interface SuspectHookOptions {
  /** Program and arguments; no shell reads them. */
  readonly command: readonly string[];
  /** Told why the command was not run, or did not end well. Must not throw. */
  readonly onFailed: (suspect: Suspect, cause: string) => void;
  /** Default {@link TIMEOUT_MS}. */
  readonly timeoutMs?: number;
}

/** Runs a command for each suspect, one at a time, with the suspect as one line of JSON on its standard input. */
export class SuspectHook {
  readonly #options: SuspectHookOptions;
  #waiting = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: SuspectHookOptions) {
    this.#options = options;
  }

  run(suspect: Suspect): void {
    const { onFailed } = this.#options;
    if (this.#waiting >= MAX_WAITING) {
      onFailed(suspect, `${MAX_WAITING} others wait for the command`);
      return;
    }
    this.#waiting++;
    this.#turn = this.#turn.then(async () => {
      const cause = await this.#runNow(suspect);
      this.#waiting--;
      if (cause !== undefined) onFailed(suspect, cause);
    });
  }

  /** Resolves when nothing waits any more. */
  idle(): Promise<void> {
    return this.#turn;
  }

  /** Why it failed. */
  #runNow(suspect: Suspect): Promise<string | undefined> {
    const { command, timeoutMs = TIMEOUT_MS } = this.#options;
    const [program = "", ...args] = command;
    return new Promise((resolve) => {
      const child = spawn(program, args, {
        stdio: ["pipe", "ignore", "ignore"],
        timeout: timeoutMs,
        killSignal: "SIGKILL",
      });
      child.once("error", (error) => resolve(error.message));
      child.once("exit", (code, signal) => {
        if (code === 0) resolve(undefined);
        else resolve(signal === null ? `exit code ${code}` : `${signal} after at most ${timeoutMs} ms`);
      });
      // A command that does not read its input may still do its work.
      child.stdin.on("error", () => undefined);
      child.stdin.end(`${JSON.stringify(suspect)}\n`);
    });
  }
}
