import type { ChildProcess } from "node:child_process";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Load } from "./load.js";
import { treeOf } from "./pinned.js";
import type { ServerAddress } from "./question.js";

/** The protocols that are measured. */
export type Protocol = "policy" | "milter" | "http";

/** How a server is reached. */
export type Transport = "tcp" | "unix";

/** Something that can be measured, or says why not. */
export interface Subject {
  readonly name: string;
  readonly protocol: Protocol;
  /** In which form it is asked over HTTP. Default `check`. */
  readonly form?: "check" | "checkv2";
  readonly transports: readonly Transport[];
  /** False where it answers another question, so that only its cost is compared: it lets forgeries pass. */
  readonly judgesLogins: boolean;
  /** Why it cannot run here; undefined where it can. */
  missing(): string | undefined;
  /** Starts it; resolves when it listens. */
  start(address: ServerAddress): Promise<Running>;
}

/** A server that runs. */
export interface Running {
  /** The process that is its own and all below it. */
  readonly pids: () => readonly number[];
  /** Octets of heap in use, of a process that tells. */
  heapUsed?(): Promise<number>;
  stop(): Promise<void>;
}

/** What was measured of a subject in one round. */
export interface Sample extends Load {
  readonly cpuMicros: number;
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 5_000;
const RETRY_MS = 50;

/** Waits until a program that was started accepts connections. */
export async function untilListening(child: ChildProcess, address: ServerAddress): Promise<Running> {
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString("latin1")).slice(-2000);
    });
  }
  const isOver = () => child.exitCode !== null;
  if (await listens(address, isOver)) return running(child);
  await stopped(child);
  throw new Error(`it does not listen: ${said.trim() || `exit code ${child.exitCode}`}`);
}

/** Waits until a program that has gone into the background accepts connections; its process is the one that it names in a file. */
export async function untilDaemonListens(pidFile: string, address: ServerAddress): Promise<Running> {
  if (!(await listens(address, () => false))) throw new Error("it does not listen");
  const pid = Number.parseInt(await readFile(pidFile, "latin1"), 10);
  const pids = treeOf(pid);
  if (pids.length === 0) throw new Error("it does not say which process it is");
  return { pids: () => treeOf(pid), stop: async () => endTree(pid) };
}

/** A program that listens. */
export function running(child: ChildProcess): Running {
  const { pid } = child;
  if (pid === undefined) throw new Error("it does not start");
  return { pids: () => treeOf(pid), stop: () => stopped(child) };
}

async function listens(address: ServerAddress, isOver: () => boolean): Promise<boolean> {
  const end = performance.now() + START_TIMEOUT_MS;
  while (!(await accepts(address))) {
    if (isOver() || performance.now() > end) return false;
    await delay(RETRY_MS);
  }
  return true;
}

function accepts(address: ServerAddress): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect("port" in address ? { ...address, host: "127.0.0.1" } : address);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  await endTree(child.pid);
  await gone;
}

/** Asks a process to end, then ends it and all that it has started. */
async function endTree(pid: number): Promise<void> {
  const below = treeOf(pid);
  signalQuietly(pid, "SIGTERM");
  const end = performance.now() + STOP_TIMEOUT_MS;
  while (below.some((each) => treeOf(each).length > 0) && performance.now() < end) await delay(RETRY_MS);
  for (const each of below) signalQuietly(each, "SIGKILL");
}

/** A process of ours that may have ended by itself. */
function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
