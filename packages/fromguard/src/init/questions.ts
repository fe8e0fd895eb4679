import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { Exit, exitCodes } from "../exit-codes.js";
import type { Io } from "../io.js";

/** How often a question is asked again. */
const MAX_TRIES = 3;

/** Asks on a terminal; takes the default of every question elsewhere, and at the end of input. */
export class Questions {
  readonly #io: Io;
  #lines: NodeJS.AsyncIterator<string> | undefined;

  constructor(io: Io) {
    this.#io = io;
    if (!io.isInteractive) return;
    this.#lines = createInterface({ input: Readable.from(io.stdin) })[Symbol.asyncIterator]();
  }

  /** Any text. */
  async text(question: string, fallback: string): Promise<string> {
    if (this.#lines === undefined) return fallback;
    await this.#io.stdout.write(`${question} [${fallback}] `);
    const { value, done } = await this.#lines.next();
    return done === true ? fallback : value.trim() || fallback;
  }

  /** One of some words, or a beginning of one. */
  async choice<Word extends string>(question: string, words: readonly Word[], fallback: Word): Promise<Word> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const answer = await this.text(`${question} (${words.join("/")})`, fallback);
      const meant = words.filter((word) => word.startsWith(answer.toLowerCase()));
      if (meant[0] !== undefined && meant.length === 1) return meant[0];
    }
    throw new Exit(exitCodes.usage, `no answer of ${words.join(", ")} after ${MAX_TRIES} tries`);
  }

  /** Lets the input go. */
  async close(): Promise<void> {
    await this.#lines?.return?.();
  }
}
