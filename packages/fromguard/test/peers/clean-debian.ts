import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { whyNotRun } from "./peers.js";

/** Where `npm run setup:peers` puts what apt would fetch. */
const APT = join(process.env.FROMGUARD_PEERS ?? "/var/lib/fromguard-peers", "apt");

const UNSHARE = ["--mount", "--propagation", "private", "--net", "--uts", "--pid", "--fork", "--kill-child"];

/**
 * A copy of this machine in memory, with a network and processes of its own; `$1` a folder to mount it on, `$2` the folder of APT, `$3` the
 * folder of the command line, `$4` node. Its name server knows example.com, and it has the
 * certificate that the package ssl-cert makes and images leave out.
 */
const SETUP = `set -e
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
root=$1/root
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mkdir -p "$root/var/cache/apt/archives" "$root/usr/local/lib/fromguard"
mount --bind "$2/lists" "$root/var/lib/apt/lists"
mount --bind "$2/archives" "$root/var/cache/apt/archives"
mount --bind "$3" "$root/usr/local/lib/fromguard"
touch "$root/usr/local/bin/node-of-the-suite"
mount --bind "$4" "$root/usr/local/bin/node-of-the-suite"
hostname mail.example.com
ip link set lo up
printf 'nameserver 127.0.0.1\\n' >"$root/etc/resolv.conf"
printf '127.0.0.1 localhost mail.example.com\\n' >"$root/etc/hosts"
printf 'server:\\n  username: ""\\n  chroot: ""\\n  use-syslog: no\\n  pidfile: ""\\n  do-ip6: no\\n  module-config: "iterator"\\n  local-zone: "example.com." static\\n  local-data: "example.com. MX 10 mail.example.com."\\n  local-data: "mail.example.com. A 127.0.0.1"\\n' >"$root/etc/unbound-of-the-suite.conf"
export DEBIAN_FRONTEND=noninteractive PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
chroot "$root" unbound -c /etc/unbound-of-the-suite.conf
chroot "$root" make-ssl-cert generate-default-snakeoil
exec chroot "$root" bash
`;

/** What a command did: its exit code, and both of its outputs. */
export interface Outcome {
  readonly status: number;
  readonly output: string;
}

/** A Debian machine from which packages were removed with all that they configured. What is done to it is gone when it stops. */
export class CleanDebian {
  readonly #folder: string;
  readonly #shell: ChildProcess;
  #output = "";
  #wake: () => void = () => undefined;
  #ended = false;

  private constructor(folder: string, cli: string) {
    this.#folder = folder;
    const words = [...UNSHARE, "bash", "-c", SETUP, "bash", folder, APT, dirname(cli), process.execPath];
    this.#shell = spawn("unshare", words, { stdio: ["pipe", "pipe", "pipe"] });
    for (const stream of [this.#shell.stdout, this.#shell.stderr]) {
      stream?.setEncoding("utf8").on("data", (chunk: string) => {
        this.#output += chunk;
        this.#wake();
      });
    }
    this.#shell.once("close", () => {
      this.#ended = true;
      this.#wake();
    });
  }

  /** Why there can be none here; undefined where there can. */
  static whyNot(): string | undefined {
    const reason = whyNotRun(["unshare", "ip", "apt-get", "dpkg", "unbound", "service"]);
    if (reason !== undefined) return reason;
    const missing = existsSync(join(APT, "complete"))
      ? spawnSync("unshare", [...UNSHARE, "true"]).status === 0
        ? undefined
        : "not run: no namespaces"
      : "not run: packages of the guide not fetched (npm run setup:peers)";
    if (missing !== undefined && process.env.CI === "true") throw new Error(`peer suite ${missing}`);
    return missing;
  }

  /** @param cli the bundled command line, which `npm install --global fromguard` would install */
  static async start(cli: string, without: readonly string[]): Promise<CleanDebian> {
    const machine = new CleanDebian(await mkdtemp(join(tmpdir(), "fromguard-debian-")), cli);
    const { status, output } = await machine.run(`dpkg --purge --force-depends ${without.join(" ")}`);
    if (status !== 0) throw new Error(`dpkg --purge: ${output}`);
    return machine;
  }

  /** Runs a command line of the shell, here-documents too, and waits for its end. */
  async run(command: string): Promise<Outcome> {
    const mark = "-- status";
    this.#output = "";
    this.#shell.stdin?.write(`{\n${command}\n} </dev/null 2>&1\nprintf '\\n${mark} %d\\n' $?\n`);
    for (;;) {
      const end = new RegExp(`\\n${mark} (\\d+)\\n$`).exec(this.#output);
      if (end !== null) return { status: Number(end[1]), output: this.#output.slice(0, end.index) };
      if (this.#ended) throw new Error(`the machine ended at ${command}: ${this.#output}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Ends all its processes. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#shell.once("close", resolve));
    if (!this.#ended) {
      this.#shell.kill("SIGKILL");
      await closed;
    }
    await rmdir(this.#folder);
  }
}
