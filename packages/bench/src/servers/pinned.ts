import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** The core of the servers, and the core of the load. */
const SERVER_CORE = "0";
const LOAD_CORE = "1";
const ZOMBIE = "Z";
/** Where they stand among {@link statFields}; proc(5) counts from 3. */
const USER_TIME = 11;
const SYSTEM_TIME = 12;
/** Of the 100 that Linux shows in a second. */
const TICK_MICROS = 10_000;

/** Starts a program on the servers' core. */
export function spawnPinned(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  return spawn("taskset", ["-c", SERVER_CORE, command, ...args], options);
}

/** Moves this process, the load, to a core of its own. */
export async function pinLoad(): Promise<void> {
  const child = spawn("taskset", ["-a", "-p", "-c", LOAD_CORE, String(process.pid)], { stdio: "ignore" });
  const code = await new Promise((resolve, reject) => child.once("exit", resolve).once("error", reject));
  if (code !== 0) throw new Error("taskset (util-linux) cannot pin the load to a core: the benchmark needs two cores");
}

/** A process and all below it, as long as they live. */
export function treeOf(root: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const [state, parent] = statFields(Number(name));
    if (state !== ZOMBIE && parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const isBelow = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at))
      if (at === root) return true;
    return false;
  };
  return [...parents.keys()].filter(isBelow);
}

/** What the kernel has accounted to some processes. */
export interface CpuReading {
  /** Nanoseconds of each thread that lives, by its id. */
  readonly threads: ReadonlyMap<string, number>;
  /** Of each process with all threads that it ever had, in ticks. */
  readonly ticks: number;
  readonly processes: number;
}

/** Reads what CPU, user and system, processes have used. */
export function readCpu(pids: readonly number[]): CpuReading {
  const threads = new Map<string, number>();
  let ticks = 0;
  for (const pid of pids) {
    for (const thread of threadsOf(pid)) {
      threads.set(thread, Number(readOrEmpty(`/proc/${pid}/task/${thread}/schedstat`).split(" ")[0]));
    }
    const fields = statFields(pid);
    ticks += Number(fields[USER_TIME] ?? 0) + Number(fields[SYSTEM_TIME] ?? 0);
  }
  return { threads, ticks, processes: pids.length };
}

/**
 * Microseconds between two readings: those of the threads, unless the ticks, which a process keeps of threads that have ended, show
 * more than their rounding can.
 */
export function microsBetween(before: CpuReading, after: CpuReading): number {
  let nanoseconds = 0;
  for (const [thread, used] of after.threads) nanoseconds += used - (before.threads.get(thread) ?? 0);
  const byThreads = nanoseconds / 1000;
  const byTicks = (after.ticks - before.ticks) * TICK_MICROS;
  return byTicks - byThreads > after.processes * TICK_MICROS ? byTicks : byThreads;
}

/** The most memory that processes had resident, in MB, each at its own time. */
export function peakMegabytes(pids: readonly number[]): number {
  const kilobytes = (pid: number) => Number(/^VmHWM:\s*(\d+)/m.exec(readOrEmpty(`/proc/${pid}/status`))?.[1] ?? 0);
  return pids.reduce((sum, pid) => sum + kilobytes(pid), 0) / 1024;
}

/** The fields of `/proc/PID/stat` behind the name of the program, which stands in parentheses and may hold anything. */
function statFields(pid: number): readonly string[] {
  const stat = readOrEmpty(`/proc/${pid}/stat`);
  return stat
    .slice(stat.lastIndexOf(")") + 1)
    .trim()
    .split(" ");
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** A process may end while it is looked at. */
function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
