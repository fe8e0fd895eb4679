import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** The core of the servers, and the core of the load. */
const SERVER_CORE = "0";
const LOAD_CORE = "1";
const ZOMBIE = "Z";

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
    const stat = readOrEmpty(`/proc/${name}/stat`);
    // The name of the program, in parentheses, may hold anything.
    const [state, parent] = stat
      .slice(stat.lastIndexOf(")") + 1)
      .trim()
      .split(" ");
    if (state !== ZOMBIE && parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const isBelow = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at))
      if (at === root) return true;
    return false;
  };
  return [...parents.keys()].filter(isBelow);
}

/** Microseconds of CPU, user and system, that processes have used: of every thread that lives. */
export function cpuMicros(pids: readonly number[]): number {
  let nanoseconds = 0;
  for (const pid of pids) {
    for (const thread of threadsOf(pid)) {
      nanoseconds += Number(readOrEmpty(`/proc/${pid}/task/${thread}/schedstat`).split(" ")[0]);
    }
  }
  return nanoseconds / 1000;
}

/** The most memory that processes had resident, in MB, each at its own time. */
export function peakMegabytes(pids: readonly number[]): number {
  const kilobytes = (pid: number) => Number(/^VmHWM:\s*(\d+)/m.exec(readOrEmpty(`/proc/${pid}/status`))?.[1] ?? 0);
  return pids.reduce((sum, pid) => sum + kilobytes(pid), 0) / 1024;
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
