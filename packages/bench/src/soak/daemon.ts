import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { treeOf } from "../servers/pinned.js";
import type { ServerAddress } from "../servers/question.js";
import { HEADER_RULE, LOGIN_MAP } from "../servers/seed.js";
import { residentMegabytes } from "./memory.js";

/** What a {@link SoakedDaemon} listens on, each by TCP and a unix socket. */
export type Protocol = "policy" | "milter";
export type Transport = "tcp" | "unix";

/** `fromguard serve` with the policy of the benchmark, but for DNS: nothing outside of the machine is asked. */
export class SoakedDaemon {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #addresses = new Map<string, ServerAddress>();
  /** Lines of its log above `info`, and reloads, by event. */
  readonly events = new Map<string, number>();
  #texts = 0;

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
  }

  static async start(options: { readonly workers: number; readonly maxConnections: number }): Promise<SoakedDaemon> {
    const folder = await mkdtemp(join(tmpdir(), "fromguard-soak-"));
    const config = join(folder, "fromguard.yaml");
    await writeFile(join(folder, "senders"), LOGIN_MAP);
    await writeFile(config, configOf(folder, options));
    const cli = fileURLToPath(new URL("cli.js", import.meta.resolve("fromguard")));
    const child = spawn(process.execPath, [cli, "serve", "--config", config], { stdio: ["ignore", "pipe", "inherit"] });
    const daemon = new SoakedDaemon(child, folder);
    await daemon.#untilReady();
    return daemon;
  }

  /** Reads its log, for as long as it lives. */
  async #untilReady(): Promise<void> {
    const { stdout } = this.#child;
    if (stdout === null) throw new Error("the daemon has no log");
    const lines = createInterface({ input: stdout });
    const ready = new Promise<void>((resolve) => {
      lines.on("line", (line) => {
        // Most lines are decisions, which are many and not looked at.
        if (line.includes('"event":"decision"')) return;
        const { event, kind, address } = JSON.parse(line);
        if (event === "listening") this.#addresses.set(`${kind} ${transportOf(address)}`, addressOf(address));
        if (event === "ready") resolve();
        this.events.set(event, (this.events.get(event) ?? 0) + 1);
      });
    });
    const ended = once(this.#child, "exit").then(() => {
      throw new Error("the daemon did not start");
    });
    await Promise.race([ready, ended]);
    ended.catch(() => undefined);
  }

  address(protocol: Protocol, transport: Transport): ServerAddress {
    const address = this.#addresses.get(`${protocol} ${transport}`);
    if (address === undefined) throw new Error(`the daemon does not listen: ${protocol}, ${transport}`);
    return address;
  }

  /** Writes its map in other words, and has it read again. */
  async reload(): Promise<void> {
    await writeFile(join(this.#folder, "senders"), `# text ${++this.#texts}\n${LOGIN_MAP}`);
    this.#child.kill("SIGHUP");
  }

  /** Open files and sockets of its first process. A client cannot tell who waits to be accepted from who was. */
  get descriptors(): number {
    return readdirSync(`/proc/${this.#child.pid}/fd`).length;
  }

  /** Of all its processes. */
  residentMegabytes(how: "Rss" | "Pss"): number {
    return this.#child.pid === undefined ? 0 : residentMegabytes(treeOf(this.#child.pid), how);
  }

  /** Its exit code. */
  async stop(): Promise<number | null> {
    const ended = this.#child.exitCode === null ? once(this.#child, "exit") : Promise.resolve([this.#child.exitCode]);
    this.#child.kill("SIGTERM");
    const [code] = await ended;
    await rm(this.#folder, { recursive: true, force: true });
    return code;
  }
}

function configOf(folder: string, { workers, maxConnections }: { workers: number; maxConnections: number }): string {
  const listeners = (["policy", "milter"] as const).flatMap((protocol) =>
    ["127.0.0.1:0", `unix:${folder}/${protocol}.sock`].map(
      (address) => `  - ${protocol}: ${address}\n    max-connections: ${maxConnections}\n`,
    ),
  );
  return `workers: ${workers}
user: root
listeners:
${listeners.join("")}ownership:
  - login-map: pcre:senders
rules: [require-login, sender-fqdn, login-owns-envelope, ${HEADER_RULE}]
`;
}

function transportOf(address: string): Transport {
  return address.startsWith("unix:") ? "unix" : "tcp";
}

function addressOf(address: string): ServerAddress {
  if (address.startsWith("unix:")) return { path: address.slice("unix:".length) };
  return { port: Number(address.slice(address.lastIndexOf(":") + 1)) };
}
