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

/** A file that tells who owns what, and how the configuration names it. */
interface OwnershipText {
  readonly file: string;
  readonly entry: string;
  readonly text: string;
}

/** How a {@link SoakedDaemon} is started. */
interface SoakedOptions {
  readonly workers: number;
  readonly maxConnections: number;
  /** Default the login map of the benchmark. */
  readonly ownership?: OwnershipText;
  /** A module that is loaded before it, and talks over the channel of its process. */
  readonly preload?: string;
}

const SEED: OwnershipText = { file: "senders", entry: "{ login-map: pcre:senders }", text: LOGIN_MAP };

/** Milliseconds for an answer of the probe, beyond which its event loop is held up for good. */
const MAX_HOLD_MS = 60_000;

/** `fromguard serve` with the policy of the benchmark, but for DNS: nothing outside of the machine is asked. */
export class SoakedDaemon {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #ownership: OwnershipText;
  readonly #addresses = new Map<string, ServerAddress>();
  /** Lines of its log above `info`, and reloads, by event. */
  readonly events = new Map<string, number>();
  readonly #awaited = new Map<string, () => void>();
  #texts = 0;

  private constructor(child: ChildProcess, folder: string, ownership: OwnershipText) {
    this.#child = child;
    this.#folder = folder;
    this.#ownership = ownership;
  }

  static async start(options: SoakedOptions): Promise<SoakedDaemon> {
    const { ownership = SEED, preload } = options;
    const folder = await mkdtemp(join(tmpdir(), "fromguard-soak-"));
    const config = join(folder, "fromguard.yaml");
    await writeFile(join(folder, ownership.file), ownership.text);
    await writeFile(config, configOf(folder, ownership.entry, options));
    const cli = fileURLToPath(new URL("cli.js", import.meta.resolve("fromguard")));
    const args = [...(preload === undefined ? [] : ["--import", preload]), cli, "serve", "--config", config];
    const child = spawn(process.execPath, args, {
      stdio: ["ignore", "pipe", "inherit", ...(preload === undefined ? [] : (["ipc"] as const))],
    });
    const daemon = new SoakedDaemon(child, folder, ownership);
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
        this.#awaited.get(event)?.();
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
  reload(): Promise<void> {
    return this.replace(`# text ${++this.#texts}\n${this.#ownership.text}`);
  }

  /** Writes the file of owners anew, and has it read again. */
  async replace(text: string): Promise<void> {
    await writeFile(join(this.#folder, this.#ownership.file), text);
    this.#child.kill("SIGHUP");
  }

  /** The next line of its log with this event. */
  async untilEvent(event: string, timeoutMs: number): Promise<void> {
    let late: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#awaited.set(event, resolve);
        late = setTimeout(() => reject(new Error(`no ${event} within ${timeoutMs} ms`)), timeoutMs);
      });
    } finally {
      clearTimeout(late);
      this.#awaited.delete(event);
    }
  }

  /** Milliseconds that its event loop was held up at most since this was asked before, where a probe is loaded before it. */
  async longestHold(): Promise<number> {
    const answer = once(this.#child, "message", { signal: AbortSignal.timeout(MAX_HOLD_MS) });
    this.#child.send("longest");
    const [{ longestMs }] = await answer;
    return longestMs;
  }

  get pids(): readonly number[] {
    return this.#child.pid === undefined ? [] : treeOf(this.#child.pid);
  }

  /** Open files and sockets of its first process. A client cannot tell who waits to be accepted from who was. */
  get descriptors(): number {
    return readdirSync(`/proc/${this.#child.pid}/fd`).length;
  }

  /** Of all its processes. */
  residentMegabytes(how: "Rss" | "Pss"): number {
    return residentMegabytes(this.pids, how);
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

function configOf(
  folder: string,
  entry: string,
  { workers, maxConnections }: { workers: number; maxConnections: number },
): string {
  const listeners = (["policy", "milter"] as const).flatMap((protocol) =>
    ["127.0.0.1:0", `unix:${folder}/${protocol}.sock`].map(
      (address) => `  - ${protocol}: ${address}\n    max-connections: ${maxConnections}\n`,
    ),
  );
  return `workers: ${workers}
user: root
listeners:
${listeners.join("")}ownership:
  - ${entry}
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
