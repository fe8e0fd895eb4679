import cluster, { type Worker } from "node:cluster";
import type { Samples } from "../metrics/metrics.js";
import type { RefusedAddress } from "../suspects/suspect-accounts.js";
import type { ConnectionCounts } from "./connection-counts.js";
import type { Assignment, Serving, ToPrimary, ToWorker } from "./messages.js";

/** How a worker ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
}

/** What became of the start of a worker. */
export type Started =
  | ({ readonly kind: "ready" } & Serving)
  | Extract<ToPrimary, { readonly kind: "failed" }>
  | undefined;

/** Milliseconds that a worker is waited for when it is asked what it has counted. */
const COUNT_MS = 2000;

/** A worker, as the primary sees it. */
export class WorkerProcess {
  /** What it listens on, or why it does not; undefined where it ended and did not tell. */
  readonly started: Promise<Started>;
  readonly ended: Promise<Ending>;
  readonly #worker: Worker;
  /** What it is told before it waits for it: its assignment comes first. */
  readonly #early: ToWorker[] = [];
  #isWaiting = false;
  readonly #asked = new Map<number, (samples: Samples | undefined) => void>();
  #questions = 0;

  constructor(
    assignment: Assignment,
    connections: ConnectionCounts<WorkerProcess>,
    onRefused: (refused: RefusedAddress) => void,
  ) {
    this.#worker = cluster.fork();
    this.ended = new Promise((resolve) => {
      this.#worker.once("exit", (code, signal) => resolve({ code, signal }));
      // A process that could not be made does not exit.
      this.#worker.on("error", () => this.#worker.process.pid === undefined && resolve({ code: null, signal: null }));
    });
    void this.ended.then(() => {
      connections.forget(this);
      for (const answer of this.#asked.values()) answer(undefined);
    });
    this.started = new Promise((resolve) => {
      void this.ended.then(() => resolve(undefined));
      this.#worker.on("message", (message: ToPrimary) => {
        switch (message.kind) {
          case "waiting":
            this.#isWaiting = true;
            for (const early of [{ kind: "serve" as const, ...assignment }, ...this.#early]) this.send(early);
            break;
          case "enter": {
            const isAdmitted = connections.enter(this, message.listener);
            this.send({ kind: "admitted", id: message.id, isAdmitted });
            break;
          }
          case "leave":
            connections.leave(this, message.listener);
            break;
          case "refused":
            onRefused(message);
            break;
          case "counted":
            this.#asked.get(message.id)?.(message.samples);
            break;
          case "failed":
            this.send({ kind: "stop" });
            resolve(message);
            break;
          case "ready":
            resolve(message);
        }
      });
    });
  }

  get pid(): number {
    return this.#worker.process.pid ?? 0;
  }

  get output() {
    const { stdout, stderr } = this.#worker.process;
    return { stdout, stderr };
  }

  /** A worker that has gone is not told any more. */
  send(message: ToWorker): void {
    if (!this.#isWaiting) this.#early.push(message);
    else if (this.#worker.isConnected()) this.#worker.send(message, () => undefined);
  }

  /** What it has counted; undefined where it does not answer in time. */
  async count(): Promise<Samples | undefined> {
    const id = ++this.#questions;
    const answer = new Promise<Samples | undefined>((resolve) => this.#asked.set(id, resolve));
    const timer = setTimeout(() => this.#asked.get(id)?.(undefined), COUNT_MS);
    this.send({ kind: "count", id });
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
      this.#asked.delete(id);
    }
  }

  kill(): void {
    this.#worker.process.kill("SIGKILL");
  }
}
