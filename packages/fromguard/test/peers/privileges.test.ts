import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { bundleCli } from "../support/bundle-cli.js";
import { folderWith } from "../support/folder.js";
import { PolicyConnection } from "../support/policy-connection.js";
import { identityOf, listeningOf, treeOf } from "./listening.js";
import { whyNotRun } from "./peers.js";
import { freePorts } from "./postfix.js";

const reason = whyNotRun(["unshare", "mount"]);

const CONFIG = `user: nobody
listeners:
  - policy: 127.0.0.1:0
ownership:
  - login-map: texthash:senders
metrics: 127.0.0.1:0
rules: [login-owns-envelope]
`;
const UNNAMED = CONFIG.replace("user: nobody\n", "");
const NO_RIGHTS = ["0000000000000000"];

/** Every file system is read-only but /proc; it holds the pid of the daemon. */
const READ_ONLY =
  "mount -o remount,bind,ro / && for m in /tmp /dev/shm /run; do mount -o remount,bind,ro $m 2>/dev/null || true; done";

interface Way {
  /** Of the map. */
  readonly mode?: number;
  readonly options?: readonly string[];
  /** Lines of /etc/passwd, in place of those of the machine. */
  readonly accounts?: readonly string[];
  /** Lines of /etc/group, in place of those of the machine. */
  readonly groups?: readonly string[];
  readonly isReadOnly?: boolean;
}

/** Four ids of `/proc/PID/status` that are the same. */
const all = (id: string | undefined) => Array(4).fill(id);

describe.skipIf(reason !== undefined)("a daemon that is started as root", () => {
  let programs: string;
  let nobody: readonly string[];
  beforeAll(async () => {
    // Where everybody may read it: a worker is started by a process that is root no more.
    programs = await mkdtemp(join(tmpdir(), "fromguard-cli-"));
    await cp(dirname(await bundleCli()), programs, { recursive: true });
    await writeFile(join(programs, "package.json"), '{ "type": "module" }');
    await chmod(programs, 0o755);
    nobody = /^nobody:[^:]*:(\d+):(\d+):/m.exec(await readFile("/etc/passwd", "utf8"))?.slice(1) ?? [];
  }, 120_000);
  afterAll(() => rm(programs, { recursive: true }));

  /** Runs it in a mount namespace of its own. */
  async function started(
    config: string,
    { mode = 0o644, options = [], accounts, groups, isReadOnly = true }: Way = {},
  ) {
    const folder = await folderWith({
      senders: "ann@example.com ann\n",
      passwd: `${["root:x:0:0::/root:/bin/sh", ...(accounts ?? [])].join("\n")}\n`,
      group: `${(groups ?? []).join("\n")}\n`,
    });
    await writeFile(`${folder}/f.yaml`, config.replaceAll("@DIR@", folder));
    await chmod(folder, 0o755);
    await chmod(`${folder}/senders`, mode);
    const steps = [
      "mount --make-rprivate /",
      ...(accounts === undefined ? [] : [`mount --bind ${folder}/passwd /etc/passwd`]),
      ...(groups === undefined ? [] : [`mount --bind ${folder}/group /etc/group`]),
      ...(isReadOnly ? [READ_ONLY] : []),
    ];
    const args = [process.execPath, join(programs, "cli.js"), "serve", "--config", `${folder}/f.yaml`, ...options];
    const script = `${steps.join(" && ")}; exec "$0" "$@"`;
    const child = spawn("unshare", ["--mount", "sh", "-c", script, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        output += chunk;
        child.emit("said");
      });
    }
    const ended = once(child, "close");
    const events = (event: string) =>
      output
        .split("\n")
        .slice(0, -1)
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line))
        .filter((line) => line.event === event);
    /** Waits until its log has this many of an event, or it has ended. */
    const logged = async (event: string, count = 1) => {
      let hasEnded = false;
      void ended.then(() => {
        hasEnded = true;
      });
      while (events(event).length < count && !hasEnded) await Promise.race([once(child, "said"), ended]);
      return events(event);
    };
    await logged("ready");
    const connect = async (address: string) => {
      const connection = await PolicyConnection.open(address);
      onTestFinished(() => connection.close());
      return connection;
    };
    const pid = child.pid ?? 0;
    return { folder, child, pid, ended, output: () => output, events, logged, connect };
  }

  it("becomes the user that is named, on a read-only file system, and reads its files as that one", async () => {
    const { folder, child, pid, ended, events, logged, output, connect } = await started(CONFIG);
    expect(output()).toContain('"event":"ready"');
    expect(await identityOf(pid)).toEqual({
      uids: all(nobody[0]),
      gids: all(nobody[1]),
      groups: [nobody[1]],
      rights: NO_RIGHTS,
    });
    const root = (await readFile(`/proc/${pid}/mounts`, "utf8")).split("\n").filter((line) => / \/ /.test(line));
    expect(root.at(-1)).toMatch(/ ro[, ]/);

    const [policy = ""] = events("listening").map(({ address }) => String(address));
    const connection = await connect(policy);
    expect(await connection.ask("ann", "ann@example.com")).toBe("DUNNO");

    await writeFile(`${folder}/senders`, "ann@example.com bob\n");
    child.kill("SIGHUP");
    await logged("map-reloaded");
    expect(await connection.ask("bob", "ann@example.com")).toBe("DUNNO");

    await chmod(`${folder}/senders`, 0o600);
    await writeFile(`${folder}/senders`, "ann@example.com ann\n");
    child.kill("SIGHUP");
    expect(await logged("map-kept")).toEqual([
      expect.objectContaining({
        file: `${folder}/senders`,
        cause: expect.stringMatching(
          /permission denied, to the user nobody, who the daemon is; the table .* stays in use$/,
        ),
      }),
    ]);
    expect(await connection.ask("bob", "ann@example.com")).toBe("DUNNO");
    child.kill("SIGTERM");
    expect((await ended)[0]).toBe(0);
  });

  it("does not start where that user could not read a file again, and says which", async () => {
    for (const config of [CONFIG, UNNAMED]) {
      const { folder, ended, output } = await started(config, { mode: 0o600 });
      expect((await ended)[0]).toBe(78);
      expect(output()).toContain(`${folder}/senders: the user nobody cannot read it`);
      expect(output()).toContain("name another user (user: or --user); user: root stays root");
      expect(output()).not.toContain('"event":"ready"');
    }
  });

  it("names the key of a user that is not known", async () => {
    const unknown = await started(CONFIG.replace("nobody", "no-such-user"));
    expect((await unknown.ended)[0]).toBe(78);
    expect(unknown.output()).toMatch(/f\.yaml:1:1: user: the user no-such-user is not in \/etc\/passwd/);
  });

  it.each<[string, string, Way, readonly [string, string], string | undefined]>([
    [
      "fromguard, where nobody is named",
      UNNAMED,
      { accounts: ["nobody:x:65534:65534::/:", "fromguard:x:4711:4712::/:"] },
      ["4711", "4712"],
      undefined,
    ],
    [
      "nobody, where there is no fromguard, and says so",
      UNNAMED,
      { accounts: ["nobody:x:65534:65534::/:"] },
      ["65534", "65534"],
      "warning: was started as root and runs as nobody",
    ],
    [
      "whom --user and --group name",
      CONFIG,
      { options: ["--user", "4713", "--group=4714"] },
      ["4713", "4714"],
      undefined,
    ],
    [
      "root, where that is insisted on, and says so",
      UNNAMED,
      { options: ["--user", "root"] },
      ["0", "0"],
      "warning: runs as root: name another user (user:)",
    ],
  ])("becomes %s", async (_, config, way, [uid, gid], warning) => {
    const { pid, output } = await started(config, way);
    expect(output()).toContain('"event":"ready"');
    const { uids, gids } = await identityOf(pid);
    expect([uids, gids]).toEqual([all(uid), all(gid)]);
    const warnings = output().match(/^warning: .*\b(?:runs as|started as)\b.*$/gm) ?? [];
    expect(warnings).toEqual(warning === undefined ? [] : [expect.stringContaining(warning)]);
  });

  it("has the groups of the account that a number is", async () => {
    const accounts = ["nobody:x:65534:65534::/:", "guard:x:4711:4712::/:"];
    const { pid, output } = await started(CONFIG.replace("nobody", "4711"), {
      accounts,
      groups: ["mail:x:4720:guard"],
    });
    expect(output()).toContain('"event":"ready"');
    const { groups } = await identityOf(pid);
    expect([...groups].sort()).toEqual(["4712", "4720"]);
  });

  it("does not serve as root where the machine has nobody else", async () => {
    const { ended, output } = await started(UNNAMED, { accounts: [] });
    expect((await ended)[0]).toBe(78);
    expect(output()).toContain(
      "started as root, and the machine has none of the users fromguard and nobody to become: name one (user: or --user); user: root stays root",
    );
  });

  it.each([1, 2])(
    "listens on what is configured and on nothing else, in all its processes (workers: %i)",
    async (workers) => {
      const ports = await freePorts(4);
      const [policy, milter, http, metrics] = ports;
      const { folder, pid, connect, ended, child } = await started(
        `workers: ${workers}
listeners:
  - policy: 127.0.0.1:${policy}
  - policy: unix:@DIR@/p.sock
  - milter: 127.0.0.1:${milter}
  - http: 127.0.0.1:${http}
ownership:
  - login-map: texthash:senders
dns: { servers: ["127.0.0.1:1"] }
metrics: 127.0.0.1:${metrics}
rules: [login-owns-envelope]
`,
        { isReadOnly: false },
      );
      const processes = await treeOf(pid);
      expect(processes).toHaveLength(workers === 1 ? 1 : 1 + workers);
      const identities = await Promise.all(processes.map(identityOf));
      expect(identities.map(({ uids, rights }) => [uids, rights])).toEqual(
        processes.map(() => [all(nobody[0]), NO_RIGHTS]),
      );
      // A socket is bound in a folder beside its path and linked to it: the table has the name by which it was bound.
      const listening = await listeningOf(processes);
      const unix = listening.filter((each) => each.startsWith("unix:"));
      expect(unix).toEqual([expect.stringMatching(new RegExp(`^unix:${folder}/(?:p\\.sock|\\.fg-\\w+/s)$`))]);
      expect(listening.filter((each) => !unix.includes(each))).toEqual(ports.map((port) => `tcp:${port}`).sort());
      const connection = await connect(`unix:${folder}/p.sock`);
      expect(await connection.ask("ann", "ann@example.com")).toBe("DUNNO");
      connection.close();
      child.kill("SIGTERM");
      // The socket's file, in a folder of root, stays.
      expect((await ended)[0]).toBe(0);
    },
  );

  it("has workers that are that user, and so is who takes the place of one, on the sockets that root has made", async () => {
    const { folder, pid, events, logged, connect } = await started(
      CONFIG.replace("  - policy: 127.0.0.1:0\n", "  - policy: unix:@DIR@/p.sock\n  - policy: 127.0.0.1:0\n").concat(
        "workers: 2\n",
      ),
      { isReadOnly: false },
    );
    const killed = Number((await logged("worker-started", 2))[0]?.pid);
    expect(killed).toBeGreaterThan(1);
    process.kill(killed, "SIGKILL");
    expect(await logged("worker-started", 3)).toHaveLength(3);
    expect(events("worker-failed")).toEqual([]);
    const processes = await treeOf(pid);
    expect(processes).toHaveLength(3);
    expect(processes).not.toContain(killed);
    for (const { uids, gids, rights } of await Promise.all(processes.map(identityOf))) {
      expect([uids, gids, rights]).toEqual([all(nobody[0]), all(nobody[1]), NO_RIGHTS]);
    }
    const tcp = events("listening").find(({ address }) => String(address).startsWith("127."))?.address;
    for (const address of [`unix:${folder}/p.sock`, String(tcp)]) {
      for (let time = 0; time < 4; time++) {
        expect(await (await connect(address)).ask("ann", "ann@example.com")).toBe("DUNNO");
      }
    }
  });
});
