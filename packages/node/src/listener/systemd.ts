import cluster from "node:cluster";
import { fstatSync } from "node:fs";

/** The first descriptor that is handed over (sd_listen_fds(3)). */
const FIRST_DESCRIPTOR = 3;

/** Who is handed descriptors, and which. */
export interface Activation {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  /** Whether the descriptors are open in this process. */
  readonly isHere: boolean;
}

/** The workers of a cluster ask their primary for its descriptors: it is the process that systemd started. */
const ours = (): Activation => ({
  env: process.env,
  pid: cluster.isWorker ? process.ppid : process.pid,
  isHere: !cluster.isWorker,
});

/**
 * The descriptor that systemd hands over under a name.
 *
 * Throws where it hands over none, or none to this process, or none or several of that name.
 *
 * @see sd_listen_fds(3): `LISTEN_PID`, `LISTEN_FDS`, `LISTEN_FDNAMES`
 */
export function systemdDescriptor(name: string, { env, pid, isHere }: Activation = ours()): number {
  const { LISTEN_PID: owner, LISTEN_FDS: count, LISTEN_FDNAMES: list = "" } = env;
  if (!owner || !count) throw new Error("systemd hands over no sockets: LISTEN_FDS and LISTEN_PID are not set");
  if (owner !== String(pid)) {
    throw new Error(
      `the sockets are for process ${Number(owner)} (LISTEN_PID), and this is ${pid}: start it without a shell`,
    );
  }
  const names = list.split(":").slice(0, Number(count));
  const at = names.indexOf(name);
  if (at < 0)
    throw new Error(`systemd hands over no socket of that name, but ${names.join(", ") || "none with a name"}`);
  if (names.includes(name, at + 1)) {
    throw new Error("systemd hands over several sockets of that name: give each unit a FileDescriptorName of its own");
  }
  const descriptor = FIRST_DESCRIPTOR + at;
  if (isHere && !isSocket(descriptor)) throw new Error(`descriptor ${descriptor} is no socket`);
  return descriptor;
}

function isSocket(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isSocket();
  } catch {
    // It is not open.
    return false;
  }
}
