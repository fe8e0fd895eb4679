import { chmod, chown, lstat, readFile, unlink } from "node:fs/promises";
import { connect } from "node:net";
import { dirname } from "node:path";

/** Who may use a unix socket. */
export interface UnixSocketAccess {
  /** Permission bits of the socket's file; to connect is to write. Default 0o660. */
  readonly mode?: number;
  /** User id, or a name in /etc/passwd. Default: the user who runs the process. */
  readonly owner?: number | string;
  /** Group id, or a name in /etc/group. Default: the group of the process. */
  readonly group?: number | string;
}

/** Throws where there is no folder for a socket's file: of that, a bind would say "permission denied". */
export async function requireFolder(path: string): Promise<void> {
  await lstat(dirname(path));
}

/** Removes a socket file on which nobody answers. Throws where something answers, or the file is no socket. */
export async function clearStaleSocket(path: string): Promise<void> {
  try {
    if (!(await lstat(path)).isSocket()) throw new Error("the path exists and is no socket");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  const outcome = await probe(path);
  if (outcome === "connected") throw new Error("another server answers on it");
  if (outcome === "ECONNREFUSED") await unlink(path);
  else if (outcome !== "ENOENT") throw new Error(`whether another server answers on it cannot be told (${outcome})`);
}

/** Sets mode, owner and group of a socket's file. */
export async function setSocketAccess(path: string, access: UnixSocketAccess): Promise<void> {
  await chmod(path, access.mode ?? 0o660);
  const { owner, group } = access;
  if (owner === undefined && group === undefined) return;
  const uid = await idOf(owner, "/etc/passwd", "user");
  const gid = await idOf(group, "/etc/group", "group");
  await chown(path, uid, gid);
}

/** A connection to a unix socket is made or refused at once: there is nothing to wait for. */
function probe(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once("connect", () => {
      socket.destroy();
      resolve("connected");
    });
    socket.once("error", (error) => resolve(codeOf(error) ?? error.message));
  });
}

/** The number in the third field of the line that begins with the name; -1 leaves the id as it is (chown(2)). */
async function idOf(id: number | string | undefined, file: string, what: string): Promise<number> {
  if (id === undefined) return -1;
  if (typeof id === "number") return id;
  for (const line of (await readFile(file, "utf8")).split("\n")) {
    const [name, , number] = line.split(":");
    if (name === id && number !== undefined && /^\d+$/.test(number)) return Number(number);
  }
  throw new Error(`${file} has no ${what} ${id}`);
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
