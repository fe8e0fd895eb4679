import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wireResolver } from "@fromguard/node";

const START_MS = 15_000;
/** In the place of the servers of the root: nobody answers there. */
const ROOT_HINTS = ". 3600000 IN NS root.invalid.\nroot.invalid. 3600000 IN A 127.0.0.1\n";

/** A real Unbound with zones of its own, on a free port of the loopback address. */
export class PrivateUnbound {
  readonly port: number;
  readonly folder: string;
  readonly #child: ChildProcess;

  private constructor(port: number, folder: string, child: ChildProcess) {
    this.port = port;
    this.folder = folder;
    this.#child = child;
  }

  /**
   * Starts it with zone files by origin. It asks no other server: what is in no zone is SERVFAIL.
   *
   * @param options `forwards`: addresses `IP@PORT` by the zone that is asked there; `maxUdpOctets`: beyond it an answer is cut
   */
  static async start(
    zones: Readonly<Record<string, string>>,
    options: { readonly forwards?: Readonly<Record<string, string>>; readonly maxUdpOctets?: number } = {},
  ): Promise<PrivateUnbound> {
    const { forwards = {}, maxUdpOctets = 1232 } = options;
    const folder = await mkdtemp(join(tmpdir(), "fromguard-unbound-"));
    const port = await freePort();
    await writeFile(join(folder, "root.hints"), ROOT_HINTS);
    const authZones = await Promise.all(
      Object.entries(zones).map(async ([origin, text]) => {
        const file = join(folder, `${origin}.zone`);
        await writeFile(file, text);
        return `auth-zone:\n  name: ${origin}\n  zonefile: ${file}\n  for-downstream: no\n  for-upstream: yes\n`;
      }),
    );
    const forwardZones = Object.entries(forwards).map(
      ([zone, address]) => `forward-zone:\n  name: ${zone}\n  forward-addr: ${address}\n`,
    );
    await writeFile(
      join(folder, "unbound.conf"),
      `server:
  interface: 127.0.0.1
  port: ${port}
  do-ip6: no
  do-daemonize: no
  username: ""
  chroot: ""
  directory: ${folder}
  pidfile: ""
  use-syslog: no
  logfile: ${folder}/log
  root-hints: ${folder}/root.hints
  num-threads: 1
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  module-config: "iterator"
  minimal-responses: yes
  max-udp-size: ${maxUdpOctets}
  local-zone: "test." transparent
  local-zone: "refused.test." refuse
remote-control:
  control-enable: no
${authZones.join("")}${forwardZones.join("")}`,
    );
    const child = spawn("unbound", ["-d", "-c", join(folder, "unbound.conf")], { stdio: "ignore" });
    const unbound = new PrivateUnbound(port, folder, child);
    await unbound.#ready();
    return unbound;
  }

  /** For `servers`. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** It knows localhost by itself. */
  async #ready(): Promise<void> {
    const until = Date.now() + START_MS;
    const resolver = wireResolver({ servers: [this.address], timeoutMs: 1000 });
    const { signal } = new AbortController();
    while ((await resolver.a("localhost", { signal })).kind !== "records") {
      if (this.#child.exitCode !== null || Date.now() > until) throw new Error("unbound did not start");
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const closed = once(this.#child, "close");
      this.#child.kill("SIGTERM");
      await closed;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A port that nothing holds at the moment, neither for UDP nor for TCP. */
async function freePort(): Promise<number> {
  for (let tries = 0; tries < 20; tries += 1) {
    const datagrams = createSocket("udp4");
    datagrams.bind(0, "127.0.0.1");
    await once(datagrams, "listening");
    const { port } = datagrams.address();
    const streams = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      streams.once("error", () => resolve(false));
      streams.listen(port, "127.0.0.1", () => resolve(true));
    });
    const closed = once(datagrams, "close");
    datagrams.close();
    await closed;
    if (!isFree) continue;
    await new Promise((resolve) => streams.close(resolve));
    return port;
  }
  throw new Error("no port is free for both UDP and TCP");
}
