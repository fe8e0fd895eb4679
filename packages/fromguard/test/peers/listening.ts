import { readdir, readFile, readlink } from "node:fs/promises";

const HEX = 16;
const LISTEN = "0A";
/** `__SO_ACCEPTCON`, in the column of flags. */
const ACCEPTS = "00010000";

/** A process and those that it has started. */
export async function treeOf(pid: number): Promise<readonly number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  const trees = await Promise.all(children.split(" ").filter(Boolean).map(Number).map(treeOf));
  return [pid, ...trees.flat()];
}

/**
 * All on which processes take what comes from others: `tcp:PORT` and `unix:PATH` where they listen, `udp:PORT` where they are bound. By the
 * inodes of their sockets, in order.
 */
export async function listeningOf(pids: readonly number[]): Promise<readonly string[]> {
  const inodes = new Set((await Promise.all(pids.map(socketsOf))).flat());
  const [pid = 0] = pids;
  const table = async (name: string) =>
    (await readFile(`/proc/${pid}/net/${name}`, "utf8"))
      .split("\n")
      .slice(1)
      .map((row) => row.trim().split(/\s+/));
  const port = (local = "") => Number.parseInt(local.split(":").at(-1) ?? "", HEX);
  const tcp = [...(await table("tcp")), ...(await table("tcp6"))]
    .filter(([, , , state, , , , , , inode = ""]) => state === LISTEN && inodes.has(inode))
    .map(([, local]) => `tcp:${port(local)}`);
  const udp = [...(await table("udp")), ...(await table("udp6"))]
    .filter(([, , , , , , , , , inode = ""]) => inodes.has(inode))
    .map(([, local]) => `udp:${port(local)}`);
  const unix = (await table("unix"))
    .filter(([, , , flags, , , inode = ""]) => flags === ACCEPTS && inodes.has(inode))
    .map(([, , , , , , , path]) => `unix:${path}`);
  return [...new Set([...tcp, ...udp, ...unix])].sort();
}

async function socketsOf(pid: number): Promise<readonly string[]> {
  const folder = `/proc/${pid}/fd`;
  const links = await Promise.all((await readdir(folder)).map((fd) => readlink(`${folder}/${fd}`).catch(() => "")));
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
}

/** Who a process is: user and group ids, real, effective, saved and of files, and its effective capabilities. */
export async function identityOf(pid: number) {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const field = (name: string) => new RegExp(`^${name}:\\s+(.*?)\\s*$`, "m").exec(status)?.[1]?.split(/\s+/) ?? [];
  return { uids: field("Uid"), gids: field("Gid"), groups: field("Groups").filter(Boolean), rights: field("CapEff") };
}
