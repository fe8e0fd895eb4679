import cluster from "node:cluster";
import type { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { DEFAULT_GRACE_MS } from "@fromguard/node";
import { Exit, exitCodes } from "../exit-codes.js";
import type { Output } from "../io.js";
import type { Samples } from "../metrics/metrics.js";
import type { OpenedLog } from "../serve/open-log.js";
import type { RefusedAddress } from "../suspects/suspect-accounts.js";
import { ConnectionCounts } from "./connection-counts.js";
import type { Assignment, Serving, ToWorker } from "./messages.js";
import { delayBeforeReplacement } from "./replacement.js";
import { passWholeLines } from "./whole-lines.js";
import { type Ending, WorkerProcess } from "./worker-process.js";

/** Options of {@link startWorkers}. */
export interface WorkersOptions {
  readonly count: number;
  /** Read for each worker that starts. */
  readonly assignment: () => Omit<Assignment, "worker">;
  /** Connections that may be open at one time on each listener, by its place in the list. */
  readonly maxConnections: readonly number[];
  readonly log: OpenedLog;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Told of each address that was refused to a login. */
  readonly onRefused: (refused: RefusedAddress) => void;
  readonly onStarted: (process: number) => void;
  /** `isExpected`: it had been asked to stop. */
  readonly onEnded: (process: number, isExpected: boolean) => void;
}

/** Workers that serve, each replaced when it ends. */
export interface Workers extends Serving {
  /** Tells each to read the configuration that has this text, and its files, anew. */
  reload(text: string, isAsked: boolean): void;
  /** What each has counted, by its process. */
  count(): Promise<ReadonlyMap<number, Samples>>;
  /** Lets each finish what is in flight. Those that have not ended five seconds after the grace of that are killed. */
  close(): Promise<void>;
}

const KILL_MS = DEFAULT_GRACE_MS + 5000;

/** Milliseconds that the last lines of workers which have ended may take to whoever reads them. */
const LAST_LINES_MS = 5000;

/**
 * Starts workers, which share their listeners by node:cluster: the system gives a connection to one that is idle.
 *
 * @throws Exit with the sentence of the first worker that could not start; the others are stopped
 */
export async function startWorkers(options: WorkersOptions): Promise<Workers> {
  // Workers accept by themselves: what the primary had accepted for a worker that is killed before it has taken it would stay
  // open without an answer.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ silent: true });
  // A unix socket is bound here, and opened to others by the worker that asked for it, when it has its owner.
  process.umask(0o777);
  const pool = new Pool(options);
  try {
    // The first alone: what stands in the way of all is told once, and who finds a stale socket is not in the way of another.
    const serving = await pool.add(1);
    await Promise.all(Array.from({ length: options.count - 1 }, (_, index) => pool.add(index + 2)));
    return {
      ...serving,
      reload: (text, isAsked) => pool.tell({ kind: "reload", text, isAsked }),
      count: () => pool.count(),
      close: () => pool.close(),
    };
  } catch (error) {
    await options.log.close();
    await pool.close();
    throw error;
  }
}

class Pool {
  readonly #options: WorkersOptions;
  readonly #connections: ConnectionCounts<WorkerProcess>;
  readonly #running = new Set<WorkerProcess>();
  readonly #kept: Promise<void>[] = [];
  /** What workers write, on its way. */
  readonly #passing = new Set<Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(options: WorkersOptions) {
    this.#options = options;
    this.#connections = new ConnectionCounts(options.maxConnections);
  }

  /** Starts a worker and, once it serves, keeps its place filled. */
  async add(worker: number): Promise<Serving> {
    const first = this.#start(worker);
    const started = await first.process.started;
    if (started?.kind === "ready") {
      this.#options.log.info("worker-started", { worker, pid: first.process.pid });
      this.#kept.push(this.#keep(worker, first));
      return started;
    }
    if (started?.kind === "failed") throw new Exit(started.exitCode, started.text);
    throw new Exit(
      exitCodes.internal,
      `worker ${worker} ended before it served: ${describe(await first.process.ended)}`,
    );
  }

  tell(message: ToWorker): void {
    for (const process of this.#running) process.send(message);
  }

  async count(): Promise<ReadonlyMap<number, Samples>> {
    const counted = new Map<number, Samples>();
    const ask = async (process: WorkerProcess) => {
      const samples = await process.count();
      if (samples !== undefined) counted.set(process.pid, samples);
    };
    await Promise.all([...this.#running].map(ask));
    return counted;
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    this.tell({ kind: "stop" });
    const ended = Promise.all([...[...this.#running].map((process) => process.ended), ...this.#kept]);
    const late = new AbortController();
    void elapsed(KILL_MS, late.signal).then(() => {
      for (const process of this.#running) process.kill();
    });
    await ended;
    await Promise.race([Promise.all(this.#passing), elapsed(LAST_LINES_MS, late.signal)]);
    late.abort();
  }

  async #keep(worker: number, first: StartedAt): Promise<void> {
    const { log } = this.#options;
    let current = first;
    let delayMs = 0;
    for (;;) {
      const ending = await current.process.ended;
      if (this.#stopping.signal.aborted) return;
      delayMs = delayBeforeReplacement(performance.now() - current.atMs, delayMs);
      log.warn("worker-ended", { worker, pid: current.process.pid, ...ending, delayMs });
      await elapsed(delayMs, this.#stopping.signal);
      if (this.#stopping.signal.aborted) return;
      current = this.#start(worker);
      const { process } = current;
      void process.started.then((started) => {
        if (started?.kind === "ready") log.info("worker-started", { worker, pid: process.pid });
        if (started?.kind === "failed") log.warn("worker-failed", { worker, pid: process.pid, cause: started.text });
      });
    }
  }

  #start(worker: number): StartedAt {
    const { assignment, stdout, stderr, onRefused, onStarted, onEnded } = this.#options;
    const process = new WorkerProcess({ ...assignment(), worker }, this.#connections, onRefused);
    this.#running.add(process);
    onStarted(process.pid);
    void process.ended.then(() => {
      this.#running.delete(process);
      onEnded(process.pid, this.#stopping.signal.aborted);
    });
    this.#pass(process.output.stdout, stdout);
    this.#pass(process.output.stderr, stderr);
    return { process, atMs: performance.now() };
  }

  #pass(from: Readable | null, to: Output): void {
    if (from === null) return;
    const passing = passWholeLines(from, to).finally(() => this.#passing.delete(passing));
    this.#passing.add(passing);
  }
}

interface StartedAt {
  readonly process: WorkerProcess;
  readonly atMs: number;
}

/** Waits, or until it is cut short. */
async function elapsed(delayMs: number, signal: AbortSignal): Promise<void> {
  await setTimeout(delayMs, undefined, { signal }).catch(() => undefined);
}

function describe({ code, signal }: Ending): string {
  return signal === null ? `exit code ${code}` : signal;
}
