import { stampOf } from "./stamp.js";

/** What was read, and how its files looked before. */
export interface Stamped {
  /** By file, as {@link stampOf} gives them. */
  readonly stamps: ReadonlyMap<string, string>;
}

/** Options of {@link followFiles}. */
export interface FollowOptions<T extends Stamped> {
  /** Milliseconds between looks at the files; 0 for none. Default 5000. */
  readonly checkMs?: number | undefined;
  /** Reads the files; fills in the stamp of each file before it is read, for where the reading fails. */
  readonly read: (stamps: Map<string, string>) => Promise<T>;
  /** Told of each reading that succeeded. */
  readonly onRead: (value: T) => void;
  /** Told of each reading that failed. */
  readonly onFault: (error: unknown) => void;
}

/** The last good reading of files that change. */
export interface Following<T> {
  readonly current: T;
  /** Reads the files if one of them changed: in time, size or identity. What the timer calls. */
  refresh(): Promise<void>;
  /** Reads the files. */
  reload(): Promise<void>;
  /** Stops the timer. */
  close(): void;
}

const CHECK_MS = 5000;

/**
 * Keeps to the last good reading of files. Each is looked at, not watched: that works on every file system, and for files that
 * are replaced by renaming. The timer does not keep the process alive; there is none where there is no file.
 */
export function followFiles<T extends Stamped>(first: T, options: FollowOptions<T>): Following<T> {
  return new Follower(first, options);
}

class Follower<T extends Stamped> implements Following<T> {
  current: T;
  readonly #options: FollowOptions<T>;
  readonly #timer: NodeJS.Timeout | undefined;
  /** How the files looked when they were read last, with success or without. */
  #seen: ReadonlyMap<string, string>;
  #turn: Promise<void> = Promise.resolve();
  /** A look that has not begun: who asks for one meanwhile shares it. */
  #waiting: Promise<void> | undefined;

  constructor(first: T, options: FollowOptions<T>) {
    this.current = first;
    this.#options = options;
    this.#seen = first.stamps;
    const { checkMs = CHECK_MS } = options;
    this.#timer =
      checkMs > 0 && first.stamps.size > 0 ? setInterval(() => void this.refresh(), checkMs).unref() : undefined;
  }

  refresh(): Promise<void> {
    this.#waiting ??= this.#inTurn(async () => {
      this.#waiting = undefined;
      for (const [file, stamp] of this.#seen) {
        if ((await stampOf(file)) !== stamp) return this.#readAgain();
      }
    });
    return this.#waiting;
  }

  reload(): Promise<void> {
    return this.#inTurn(() => this.#readAgain());
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** One reading at a time, so that an older one never replaces a newer one. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(work);
    return this.#turn;
  }

  async #readAgain(): Promise<void> {
    const { read, onRead, onFault } = this.#options;
    const before = new Map<string, string>();
    for (const file of this.current.stamps.keys()) before.set(file, await stampOf(file));
    const stamps = new Map<string, string>();
    try {
      this.current = await read(stamps);
    } catch (error) {
      // What is broken may be mended in any file of the good reading, or of this one.
      this.#seen = new Map([...before, ...stamps]);
      tell(() => onFault(error));
      return;
    }
    this.#seen = this.current.stamps;
    tell(() => onRead(this.current));
  }
}

/** Who is told may fail: the files are followed all the same. */
function tell(telling: () => void): void {
  try {
    telling();
  } catch {
    // Nobody is left to be told.
  }
}
