import { performance } from "node:perf_hooks";
import type { Asker, Question } from "../servers/question.js";

/** What all clients together saw. */
export interface Tally {
  decisions: number;
  /** Answers that were not the ones that are right. */
  wrong: number;
  /** Connections that the server closed though nobody had killed the client. */
  closed: number;
  /** Connections that could not be made. */
  refused: number;
  killed: number;
  /** The longest time that an answer took, or had not come when its client was killed, in milliseconds. */
  longestMs: number;
}

/** Of clients that have not begun. */
export function emptyTally(): Tally {
  return { decisions: 0, wrong: 0, closed: 0, refused: 0, killed: 0, longestMs: 0 };
}

/** A client that asks without a pause, on one connection, until it is killed; then another takes its place. */
export class Client<Payload> {
  readonly #connect: () => Promise<Asker<Payload>>;
  readonly #questions: readonly Question<Payload>[];
  readonly #tally: Tally;
  #asker: Asker<Payload> | undefined;
  #next: number;
  #askedAt: number | undefined;
  #isStopping = false;
  #stopped: () => void = () => undefined;

  constructor(
    connect: () => Promise<Asker<Payload>>,
    questions: readonly Question<Payload>[],
    tally: Tally,
    first: number,
  ) {
    this.#connect = connect;
    this.#questions = questions;
    this.#tally = tally;
    this.#next = first;
  }

  async start(): Promise<void> {
    try {
      const asker = await this.#connect();
      // It was told to stop while it connected: nobody would wait for its answer.
      if (this.#isStopping) return asker.close();
      this.#asker = asker;
      this.#ask(asker);
    } catch {
      this.#tally.refused++;
    }
  }

  /** Breaks its connection, whatever is under way on it, and connects anew. */
  async kill(): Promise<void> {
    const asker = this.#asker;
    if (asker === undefined) return;
    this.#asker = undefined;
    this.#settle();
    this.#tally.killed++;
    asker.close();
    await this.start();
  }

  /** Milliseconds that its question has waited for an answer; 0 where there is none. */
  get waitingMs(): number {
    return this.#askedAt === undefined ? 0 : performance.now() - this.#askedAt;
  }

  /** Asks no more; resolves with the answer that is still to come. */
  stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#askedAt === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#stopped = resolve;
    });
  }

  close(): void {
    const asker = this.#asker;
    this.#asker = undefined;
    asker?.close();
  }

  #ask(asker: Asker<Payload>): void {
    const { payload, expected } = this.#questions[this.#next++ % this.#questions.length] as Question<Payload>;
    this.#askedAt = performance.now();
    asker.ask(payload, (said) => {
      // Of a client that was killed nobody waits for an answer.
      if (asker !== this.#asker) return;
      this.#settle();
      if (said === expected) this.#tally.decisions++;
      else if (!asker.isOpen) return this.#reconnect();
      else this.#tally.wrong++;
      if (this.#isStopping) this.#stopped();
      else this.#ask(asker);
    });
  }

  /** Nobody waits for an answer any more. */
  #settle(): void {
    this.#tally.longestMs = Math.max(this.#tally.longestMs, this.waitingMs);
    this.#askedAt = undefined;
  }

  #reconnect(): void {
    this.#tally.closed++;
    this.#asker = undefined;
    if (this.#isStopping) this.#stopped();
    else void this.start();
  }
}
