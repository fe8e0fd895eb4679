import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** `fromguard serve` as a process of its own. */
export class Daemon {
  readonly folder: string;
  readonly #child: ChildProcess;
  readonly #closed: Promise<void>;
  #output = "";
  #onOutput: () => void = () => undefined;

  private constructor(folder: string, child: ChildProcess) {
    this.folder = folder;
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (chunk: string) => {
        this.#output += chunk;
        this.#onOutput();
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
    // Started as root, it becomes a user who reads its files again.
    await chmod(folder, 0o755);
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

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get output(): string {
    return this.#output;
  }

  /** Waits until its output matches; fails when the process ends first. */
  async until(pattern: RegExp): Promise<void> {
    await this.#whenever(() => pattern.test(this.#output));
  }

  /** Looks each time that it has written something. */
  async #whenever(isSo: () => boolean): Promise<void> {
    let ended = false;
    const end = this.#closed.then(() => {
      ended = true;
    });
    while (!isSo()) {
      if (ended) throw new Error(`the daemon ended: ${this.#output}`);
      const more = new Promise<void>((resolve) => {
        this.#onOutput = resolve;
      });
      await Promise.race([more, end]);
    }
  }

  /** The lines of its log so far. */
  get events(): readonly Readonly<Record<string, unknown>>[] {
    const whole = this.#output.split("\n").slice(0, -1);
    return whole.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  }

  /** Waits until its log has this many events of a kind; returns them. */
  async logged(event: string, count = 1): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const found = () => this.events.filter((line) => line.event === event);
    await this.#whenever(() => found().length >= count);
    return found();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Its exit code, once it has ended; null where a signal ended it. */
  async exitCode(): Promise<number | null> {
    await this.#closed;
    return this.#child.exitCode;
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    this.signal(signal);
    await this.#closed;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.kill("SIGTERM");
    await rm(this.folder, { recursive: true, force: true });
  }
}
