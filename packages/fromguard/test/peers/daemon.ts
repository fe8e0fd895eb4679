import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** `fromguard serve` as a process of its own. */
export class Daemon {
  readonly folder: string;
  readonly #child: ChildProcess;
  readonly #closed: Promise<void>;
  #output = "";

  private constructor(folder: string, child: ChildProcess) {
    this.folder = folder;
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (chunk: string) => {
        this.#output += chunk;
      });
    }
    this.#closed = new Promise((resolve) => child.once("close", () => resolve()));
  }

  /** Starts it; `files` are written beside the configuration, and `@DIR@` in them stands for that folder. */
  static async start(options: {
    readonly cli: string;
    readonly config: string;
    readonly files?: Readonly<Record<string, string>>;
    /** A text in the output that says that it serves. */
    readonly ready: RegExp;
  }): Promise<Daemon> {
    const folder = await mkdtemp(join(tmpdir(), "fromguard-daemon-"));
    const dir = (text: string) => text.replaceAll("@DIR@", folder);
    for (const [name, text] of Object.entries(options.files ?? {})) await writeFile(join(folder, name), dir(text));
    const config = join(folder, "fromguard.yaml");
    await writeFile(config, dir(options.config));
    const child = spawn(process.execPath, [options.cli, "serve", "--config", config], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const daemon = new Daemon(folder, child);
    await daemon.until(options.ready);
    return daemon;
  }

  get output(): string {
    return this.#output;
  }

  /** Waits until its output matches; fails when the process ends first. */
  async until(pattern: RegExp): Promise<void> {
    let ended = false;
    void this.#closed.then(() => {
      ended = true;
    });
    while (!pattern.test(this.#output)) {
      if (ended) throw new Error(`the daemon ended: ${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    this.#child.kill(signal);
    await this.#closed;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.kill("SIGTERM");
    await rm(this.folder, { recursive: true, force: true });
  }
}
