import { once } from "node:events";
import { open } from "node:fs/promises";
import { setTimeout as elapsed } from "node:timers/promises";
import sonicBoom from "sonic-boom";
import type { Output } from "../io.js";

// Node sees no named export of it.
const { SonicBoom } = sonicBoom;
type Boom = InstanceType<typeof SonicBoom>;

/** Permission bits of a file that is made: others do not read who sends to whom. */
const MODE = 0o640;

/** Milliseconds from a write that failed, where the disk is full, to the next. */
const RETRY_MS = 1000;

/** Milliseconds that lines which wait have to be written when the process ends. */
const CLOSE_MS = 5000;

/** A file at whose end lines are written. What is written before it is opened waits. */
export class LogFile implements Output {
  readonly isTerminal = false;
  readonly columns = undefined;
  readonly #path: string;
  /** Told of each write that failed; it is tried again. */
  readonly #onFault: (error: Error) => void;
  /** Takes what has no file: what waited for one that was never opened, and what comes behind the end. */
  readonly #fallback: Pick<Output, "write">;
  readonly #early: string[] = [];
  readonly #opened: Promise<void>;
  #tellOpened: () => void = () => undefined;
  #file: Boom | undefined;
  #isClosed = false;
  #slow: Promise<void> | undefined;
  /** Of the file that is open: one that is closed, or about to be, may not be written to. */
  #retry: NodeJS.Timeout | undefined;

  constructor(path: string, onFault: (error: Error) => void, fallback: Pick<Output, "write">) {
    this.#path = path;
    this.#onFault = onFault;
    this.#fallback = fallback;
    this.#opened = new Promise((resolve) => {
      this.#tellOpened = resolve;
    });
  }

  /**
   * Opens the file, or makes it, with mode 0640. Called again, it opens what has the name by then, and what was open is closed when all
   * that was written to it is there.
   *
   * @throws Error of the system where it cannot be opened; what was open before stays
   */
  async open(): Promise<void> {
    await makeUnlessThere(this.#path);
    const file = new SonicBoom({ dest: this.#path, append: true, sync: false });
    await once(file, "ready");
    this.#tryAgainWhereItFails(file);
    const before = this.#file;
    this.#file = file;
    this.#stopTrying();
    before?.end();
    for (const text of this.#early.splice(0)) file.write(text);
    this.#tellOpened();
  }

  get isOpen(): boolean {
    return this.#file !== undefined;
  }

  write(text: string): void | Promise<void> {
    const file = this.#file;
    if (this.#isClosed) return this.#fallback.write(text);
    if (file === undefined) {
      this.#early.push(text);
      return this.#opened;
    }
    if (file.write(text)) return undefined;
    this.#slow ??= this.#untilWritten(file);
    return this.#slow;
  }

  /** Waits until all is written, up to five seconds. Where no file was opened, what waited for it goes to the fallback. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const file = this.#file;
    if (file === undefined) {
      const waiting = this.#early.splice(0).join("");
      if (waiting !== "") void this.#leave(waiting);
      this.#tellOpened();
      return;
    }
    const closed = once(file, "close").catch(() => undefined);
    file.end();
    const late = new AbortController();
    await Promise.race([closed, elapsed(CLOSE_MS, undefined, { signal: late.signal }).catch(() => undefined)]);
    late.abort();
    this.#file = undefined;
    this.#stopTrying();
    file.destroy();
  }

  async #leave(text: string): Promise<void> {
    try {
      await this.#fallback.write(text);
    } catch {
      // The process ends without its log.
    }
  }

  #stopTrying(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  #tryAgainWhereItFails(file: Boom): void {
    let isFailing = false;
    const tryAgain = () => {
      this.#retry = undefined;
      // What could not be written stands before nothing.
      if (this.#file === file) file.write("");
    };
    file.on("error", (error: Error) => {
      if (!isFailing) this.#onFault(error);
      isFailing = true;
      // Another has taken its place: it would be tried without end.
      if (this.#file !== file) file.destroy();
      else this.#retry ??= setTimeout(tryAgain, RETRY_MS).unref();
    });
    file.on("write", () => {
      isFailing = false;
      // Behind its last write it may be closed, which takes time.
      if (this.#file === file) this.#stopTrying();
    });
  }

  async #untilWritten(file: Boom): Promise<void> {
    await new Promise<void>((resolve) => {
      const written = () => {
        file.off("drain", written);
        file.off("close", written);
        resolve();
      };
      file.once("drain", written);
      file.once("close", written);
    });
    this.#slow = undefined;
  }
}

/** Whatever the umask of the process is. */
async function makeUnlessThere(path: string): Promise<void> {
  try {
    const made = await open(path, "ax", MODE);
    try {
      await made.chmod(MODE);
    } finally {
      await made.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
