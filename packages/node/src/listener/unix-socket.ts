import { chmod, chown, link, lstat, mkdtemp, readFile, rename, rm, unlink } from "node:fs/promises";
import { connect } from "node:net";
import { dirname, join } from "node:path";

/** Who may use a unix socket. */
export interface UnixSocketAccess {
  /** Permission bits of the socket's file; to connect is to write. Default 0o660. */
  readonly mode?: number;
  /** User id, or a name in /etc/passwd. Default: the user who runs the process. */
  readonly owner?: number | string;
  /** Group id, or a name in /etc/group. Default: the group of the process. */
  readonly group?: number | string;
}

/** Stale files that are cleared from one path before another server is taken to be in the way. */
const MAX_CLEARED = 3;

/**
 * Makes a unix socket at a path.
 *
 * It is bound in a folder that nobody else can enter, gets its mode, owner and group there, and is then linked to its path: nobody
 * can connect before, and of two servers that begin at one time one finds the path taken. A socket on which nobody answers is
 * replaced; one in use, and a file that is no socket, are an error.
 *
 * @param bind listens on a path
 * @returns what removes the path, where it still leads to this socket and the process may; a file that stays is a stale one
 */
export async function makeUnixSocket(
  path: string,
  access: UnixSocketAccess,
  bind: (path: string) => Promise<void>,
): Promise<() => Promise<void>> {
  const setAccess = await accessSetter(access);
  return await inPrivateFolder(path, async (folder) => {
    const made = join(folder, "s");
    await bind(made);
    await setAccess(made);
    const { dev, ino } = await lstat(made);
    await linkTo(path, made, join(folder, "o"));
    return async () => {
      const now = await found(path);
      if (now?.dev === dev && now.ino === ino) await unlinkWhereAllowed(path);
    };
  });
}

/**
 * Makes, or shares, the unix socket that the primary of node:cluster binds for its workers: at its path, since that is how the
 * workers find one another's. Until a worker has set its mode, who may connect is told by the umask of the primary.
 */
export async function shareUnixSocket(
  path: string,
  access: UnixSocketAccess,
  bind: (path: string) => Promise<void>,
): Promise<void> {
  const setAccess = await accessSetter(access);
  // Of a folder that is missing, a bind would say "permission denied".
  await lstat(dirname(path));
  try {
    await bind(path);
  } catch (error) {
    if (codeOf(error) !== "EADDRINUSE") throw error;
    await inPrivateFolder(path, (folder) => clearStaleSocket(path, join(folder, "o")));
    await bind(path);
  }
  await setAccess(path);
}

/** Does something with a folder beside a path that nobody else can enter. */
async function inPrivateFolder<T>(path: string, act: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(dirname(path), ".fg-"));
  try {
    return await act(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function linkTo(path: string, made: string, aside: string): Promise<void> {
  for (let cleared = 0; cleared <= MAX_CLEARED; cleared++) {
    try {
      await link(made, path);
      return;
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
    await clearStaleSocket(path, aside);
  }
  throw new Error("another server takes the path again and again");
}

/** Who was root when it made the socket may not be any more. */
async function unlinkWhereAllowed(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!["EACCES", "EPERM", "EROFS"].includes(codeOf(error) ?? "")) throw error;
  }
}

/** Removes a socket file on which nobody answers. Throws where something answers, or the file is no socket. */
async function clearStaleSocket(path: string, aside: string): Promise<void> {
  const there = await found(path);
  if (there === undefined) return;
  if (!there.isSocket()) throw new Error("the path exists and is no socket");
  const outcome = await probe(path);
  if (outcome === "ENOENT") return;
  if (outcome === "connected") throw new Error("another server answers on it");
  if (outcome !== "ECONNREFUSED") throw new Error(`whether another server answers on it cannot be told (${outcome})`);
  try {
    await rename(path, aside);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  // What was taken away may be a socket that another server has made meanwhile.
  const taken = await lstat(aside);
  if (taken.ino === there.ino && taken.dev === there.dev && (await probe(aside)) === "ECONNREFUSED") {
    await unlink(aside);
    return;
  }
  await link(aside, path);
  throw new Error("another server answers on it");
}

async function found(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
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

/** Finds the ids before anything is made. */
async function accessSetter({
  mode = 0o660,
  owner,
  group,
}: UnixSocketAccess): Promise<(path: string) => Promise<void>> {
  const uid = await idOf(owner, "/etc/passwd", "user");
  const gid = await idOf(group, "/etc/group", "group");
  return async (path) => {
    const now = await lstat(path);
    const isOwned = (uid === KEPT || uid === now.uid) && (gid === KEPT || gid === now.gid);
    // A worker that shares a socket which root has made may not set again what is set.
    if ((now.mode & PERMISSIONS) !== mode) await chmod(path, mode);
    if (!isOwned) await chown(path, uid, gid);
  };
}

const PERMISSIONS = 0o7777;

/** The id that chown(2) leaves as it is. */
const KEPT = -1;

/** The number in the third field of the line that begins with the name. */
async function idOf(id: number | string | undefined, file: string, what: string): Promise<number> {
  if (id === undefined) return KEPT;
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
