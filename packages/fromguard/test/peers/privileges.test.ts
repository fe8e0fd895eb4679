import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, readdir, readFile, readlink, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { bundleCli } from "../support/bundle-cli.js";
import { folderWith } from "../support/folder.js";
import { PolicyConnection } from "../support/policy-connection.js";
import { whyNotRun } from "./peers.js";

const reason = whyNotRun(["unshare", "mount"]);

const CONFIG = `user: nobody
listeners:
  - policy: 127.0.0.1:0
ownership:
  - login-map: texthash:senders
metrics: 127.0.0.1:0
rules: [login-owns-envelope]
`;

describe.skipIf(reason !== undefined)("a daemon that is started as root", () => {
  let cli: string;
  beforeAll(async () => {
    cli = await bundleCli("privileges");
  }, 120_000);

  /** Runs it in a mount namespace in which every file system is read-only but /proc; it holds the pid of the daemon. */
  async function started(config: string, mode = 0o644) {
    const folder = await folderWith({ "f.yaml": config, senders: "ann@example.com ann\n" });
    await chmod(folder, 0o755);
    await chmod(`${folder}/senders`, mode);
    const script =
      'mount --make-rprivate / && mount -o remount,bind,ro / && for m in /tmp /dev/shm /run; do mount -o remount,bind,ro $m 2>/dev/null || true; done; exec "$0" "$@"';
    const args = [process.execPath, cli, "serve", "--config", `${folder}/f.yaml`];
    const child = spawn("unshare", ["--mount", "sh", "-c", script, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    let output = "";
    const lines = new Promise<void>((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (chunk: string) => {
          output += chunk;
          if (output.includes('"event":"ready"')) resolve();
        });
      }
    });
    const ended = once(child, "close");
    await Promise.race([lines, ended]);
    const events = () =>
      output
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line));
    return { folder, child, ended, output: () => output, events };
  }

  it("becomes the user that is named, on a read-only file system, and opens what is configured alone", async () => {
    const { folder, child, ended, events, output } = await started(CONFIG);
    expect(output()).toContain('"event":"ready"');
    const status = await readFile(`/proc/${child.pid}/status`, "utf8");
    const nobody = /^nobody:[^:]*:(\d+):(\d+):/m.exec(await readFile("/etc/passwd", "utf8"));
    expect(/^Uid:\t(.*)$/m.exec(status)?.[1]?.split("\t")).toEqual(Array(4).fill(nobody?.[1]));
    expect(/^Gid:\t(.*)$/m.exec(status)?.[1]?.split("\t")).toEqual(Array(4).fill(nobody?.[2]));
    expect(/^CapEff:\t0+$/m.test(status)).toBe(true);
    const root = (await readFile(`/proc/${child.pid}/mounts`, "utf8")).split("\n").filter((line) => / \/ /.test(line));
    expect(root.at(-1)).toMatch(/ ro[, ]/);

    const listening = events().filter(({ event }) => event === "listening");
    const [policy = "", metrics = ""] = listening.map(({ address }) => String(address));
    expect(await portsOf(child.pid ?? 0)).toEqual(
      [policy, metrics].map((address) => Number(address.split(":").at(-1))).sort(),
    );
    const connection = await PolicyConnection.open(policy);
    onTestFinished(() => connection.close());
    expect(await connection.ask("ann", "ann@example.com")).toBe("DUNNO");

    await writeFile(`${folder}/senders`, "ann@example.com bob\n");
    child.kill("SIGHUP");
    while (!output().includes("map-reloaded")) await once(child.stdout, "data");
    expect(await connection.ask("bob", "ann@example.com")).toBe("DUNNO");
    child.kill("SIGTERM");
    expect((await ended)[0]).toBe(0);
  });

  it("does not start where that user could not read a file again, and says which", async () => {
    const { folder, ended, output } = await started(CONFIG, 0o600);
    expect((await ended)[0]).toBe(78);
    expect(output()).toContain(`${folder}/senders: the user nobody cannot read it`);
    expect(output()).not.toContain('"event":"ready"');
  });

  it("names the key of a user that is not known, and warns where none is named", async () => {
    const unknown = await started(CONFIG.replace("nobody", "no-such-user"));
    expect((await unknown.ended)[0]).toBe(78);
    expect(unknown.output()).toMatch(/f\.yaml:1:1: user: the user no-such-user is not in \/etc\/passwd/);
    const root = await started(CONFIG.replace("user: nobody\n", ""));
    expect(root.output()).toContain("warning: runs as root: name another user (user:)");
  });
});

/** TCP ports on which a process listens, by the inodes of its sockets. */
async function portsOf(pid: number): Promise<readonly number[]> {
  const links = await Promise.all(
    (await readdir(`/proc/${pid}/fd`)).map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")),
  );
  const inodes = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  const LISTEN = "0A";
  const tables = await Promise.all(["tcp", "tcp6"].map((table) => readFile(`/proc/${pid}/net/${table}`, "utf8")));
  const rows = tables.flatMap((table) => table.split("\n").slice(1)).map((row) => row.trim().split(/\s+/));
  return rows
    .filter(([, , , state, , , , , , inode = ""]) => state === LISTEN && inodes.has(inode))
    .map(([, local = ""]) => Number.parseInt(local.split(":").at(-1) ?? "", 16))
    .sort();
}
