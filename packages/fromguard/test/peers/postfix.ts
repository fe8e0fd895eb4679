import { execFile, spawn } from "node:child_process";
import { chmod, copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** One smtpd of the instance: its main.cf overrides. */
export type SmtpdOverrides = Readonly<Record<string, string>>;

/** What `postqueue -j` tells of one queued message. */
export interface QueuedMessage {
  readonly queue_name: string;
  readonly queue_id: string;
  readonly sender: string;
  readonly recipients: readonly { readonly address: string }[];
}

/** A real Postfix of its own: configuration, queue and log in a temporary folder, ports on loopback. */
export class PrivatePostfix {
  readonly folder: string;
  readonly #ports: ReadonlyMap<string, number>;

  private constructor(folder: string, ports: ReadonlyMap<string, number>) {
    this.folder = folder;
    this.#ports = ports;
  }

  /**
   * Starts an instance with one smtpd per entry of `smtpds`. Accepted mail stays in its deferred queue.
   * `files` are written beside main.cf; `@DIR@` in values stands for that folder. With `nameServer`, an IP address, its
   * daemons see a /etc/resolv.conf of their own, which names that server alone, and a /etc/hosts that knows only localhost.
   */
  static async start(options: {
    readonly mainCf?: Readonly<Record<string, string>>;
    readonly smtpds: Readonly<Record<string, SmtpdOverrides>>;
    readonly files?: Readonly<Record<string, string>>;
    readonly nameServer?: string;
  }): Promise<PrivatePostfix> {
    const folder = await mkdtemp(join(tmpdir(), "fromguard-postfix-"));
    await chmod(folder, 0o755);
    const names = Object.keys(options.smtpds);
    const free = await freePorts(names.length);
    const ports = new Map(names.map((name, index) => [name, free[index] as number]));
    const postfix = new PrivatePostfix(folder, ports);
    await postfix.#configure(options);
    if (options.nameServer === undefined) await run("postfix", ["-c", folder, "start"]);
    else await postfix.#startWithNameServer(options.nameServer);
    for (const port of ports.values()) await untilAccepting(port);
    return postfix;
  }

  async #startWithNameServer(address: string): Promise<void> {
    await writeFile(join(this.folder, "resolv.conf"), `nameserver ${address}\noptions timeout:1 attempts:1\n`);
    await writeFile(join(this.folder, "hosts"), "127.0.0.1 localhost\n::1 localhost\n");
    const start =
      'for file in resolv.conf hosts; do mount --bind "$1/$file" "/etc/$file" || exit; done; exec postfix -c "$1" start';
    await run("unshare", ["--mount", "sh", "-c", start, "sh", this.folder]);
  }

  async #configure(options: Parameters<typeof PrivatePostfix.start>[0]): Promise<void> {
    const dir = (text: string) => text.replaceAll("@DIR@", this.folder);
    for (const name of ["queue", "data"]) await mkdir(join(this.folder, name));
    await run("chown", ["postfix", join(this.folder, "data")]);
    await cp("/etc/postfix/dynamicmaps.cf", join(this.folder, "dynamicmaps.cf"));
    await cp("/etc/postfix/dynamicmaps.cf.d", join(this.folder, "dynamicmaps.cf.d"), { recursive: true });
    for (const name of ["postfix-files", "postfix-script", "post-install"]) {
      await copyFile(`/etc/postfix/${name}`, join(this.folder, name));
    }
    const settings = {
      compatibility_level: "3.6",
      queue_directory: "@DIR@/queue",
      data_directory: "@DIR@/data",
      maillog_file: "@DIR@/maillog",
      maillog_file_prefixes: tmpdir(),
      inet_interfaces: "127.0.0.1",
      inet_protocols: "ipv4",
      myhostname: "mail.example.com",
      mydestination: "",
      alias_maps: "",
      alias_database: "",
      mynetworks: "",
      defer_transports: "smtp, relay, lmtp",
      smtpd_authorized_xclient_hosts: "127.0.0.1",
      local_header_rewrite_clients: "",
      smtpd_relay_restrictions: "permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination",
      smtpd_error_sleep_time: "0",
      smtpd_soft_error_limit: "1000",
      smtpd_hard_error_limit: "1000",
      smtputf8_enable: "yes",
      ...options.mainCf,
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${dir(value)}\n`);
    await writeFile(join(this.folder, "main.cf"), lines.join(""));
    await writeFile(join(this.folder, "master.cf"), masterCf(options.smtpds, this.#ports, dir));
    for (const [name, text] of Object.entries(options.files ?? {})) await writeFile(join(this.folder, name), dir(text));
  }

  /** The port of the smtpd with that name. */
  port(name: string): number {
    const port = this.#ports.get(name);
    if (port === undefined) throw new Error(`no smtpd ${name}`);
    return port;
  }

  /** Everything in the queue. */
  async queue(): Promise<readonly QueuedMessage[]> {
    const { stdout } = await run("postqueue", ["-c", this.folder, "-j"]);
    return stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as QueuedMessage);
  }

  /** The header and body of a queued message, as they would be delivered. */
  async message(queueId: string): Promise<string> {
    const { stdout } = await run("postcat", ["-c", this.folder, "-bhq", queueId], { encoding: "latin1" });
    return stdout;
  }

  async log(): Promise<string> {
    return readFile(join(this.folder, "maillog"), "latin1");
  }

  /** Hands a message to this instance's `sendmail`, as a local user would. */
  async sendmail(
    args: readonly string[],
    message: string,
  ): Promise<{ readonly status: number | null; readonly stderr: string }> {
    const child = spawn("/usr/sbin/sendmail", ["-C", this.folder, ...args], { stdio: ["pipe", "ignore", "pipe"] });
    let stderr = "";
    child.stderr.setEncoding("latin1").on("data", (chunk: string) => {
      stderr += chunk;
    });
    child.stdin.end(message, "latin1");
    const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
    return { status, stderr };
  }

  async stop(): Promise<void> {
    await run("postfix", ["-c", this.folder, "stop"]);
    await rm(this.folder, { recursive: true, force: true });
  }
}

function masterCf(
  smtpds: Readonly<Record<string, SmtpdOverrides>>,
  ports: ReadonlyMap<string, number>,
  dir: (text: string) => string,
): string {
  const listeners = Object.entries(smtpds).map(([name, overrides]) => {
    const options = Object.entries(overrides).map(([key, value]) => `  -o { ${key} = ${dir(value)} }\n`);
    return `127.0.0.1:${ports.get(name)} inet n - n - - smtpd\n${options.join("")}`;
  });
  return `${listeners.join("")}pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;
}

/**
 * Ports that nothing listens on at the moment, each another: the system may hand out a port anew as soon as it is free, and of two
 * services at one port Postfix runs the last.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listening));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function listening(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}

const START_MS = 15_000;
const RETRY_MS = 25;

export async function untilAccepting(port: number): Promise<void> {
  const until = Date.now() + START_MS;
  for (;;) {
    const socket = await new Promise<Socket | undefined>((resolve) => {
      const attempt = connect(port, "127.0.0.1");
      attempt.once("connect", () => resolve(attempt));
      attempt.once("error", () => resolve(undefined));
    });
    if (socket !== undefined) {
      socket.destroy();
      return;
    }
    if (Date.now() > until) throw new Error(`nothing accepts on port ${port} after ${START_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}
