import type { ChildProcess } from "node:child_process";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Load } from "./load.js";
import { treeOf } from "./pinned.js";
import type { ServerAddress } from "./question.js";

/** The protocols that are measured. */
export type Protocol = "policy" | "milter";

/** How a server is reached. */
export type Transport = "tcp" | "unix";

/** Something that can be measured, or says why not. */
export interface Subject {
  readonly name: string;
  readonly protocol: Protocol;
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
  const end = performance.now() + START_TIMEOUT_MS;
  while (!(await accepts(address))) {
    if (child.exitCode !== null || performance.now() > end) {
      await stopped(child);
      throw new Error(`it does not listen: ${said.trim() || `exit code ${child.exitCode}`}`);
    }
    await delay(RETRY_MS);
  }
  return running(child);
}

/** A program that listens. */
export function running(child: ChildProcess): Running {
  const { pid } = child;
  if (pid === undefined) throw new Error("it does not start");
  return { pids: () => treeOf(pid), stop: () => stopped(child) };
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
  if (child.exitCode !== null || child.signalCode !== null) return;
  const below = child.pid === undefined ? [] : treeOf(child.pid);
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => {
    for (const pid of below) killQuietly(pid);
  }, STOP_TIMEOUT_MS);
  await gone;
  clearTimeout(timer);
  for (const pid of below) killQuietly(pid);
}

/** A process of ours that may have ended by itself. */
function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
