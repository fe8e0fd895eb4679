import { isFromguardError, type Place, type Table, type TableWarning } from "@fromguard/core";
import { type ReadTable, type ReadTableOptions, readStamped, type StampedTable, stampOf } from "./read-table.js";

/** What became of a table whose files changed. */
export interface TableReload {
  /** `replaced`: lookups see the new table. `kept`: it could not be read, and the last good one stays. */
  readonly kind: "replaced" | "kept";
  /** The name of the table. */
  readonly table: string;
  /** One sentence that begins with the table or the place of the fault. */
  readonly text: string;
  /** The file and line of the fault, where they are known; empty for `replaced`. */
  readonly place: Place;
  /** What is wrong in the new table; empty for `kept`. */
  readonly warnings: readonly TableWarning[];
}

/** Options of {@link fileTable}. */
export interface FileTableOptions extends Omit<ReadTableOptions, "invalid"> {
  /** Milliseconds between looks at the files; 0 for none. Default 5000. */
  readonly checkMs?: number;
  /** Told of each reload, and once of each fault. */
  readonly onReload?: (reload: TableReload) => void;
}

/** A table that follows its files. */
export interface FileTable {
  /** Stays the same object. A lookup keeps to the tables that it began with. */
  readonly table: Table;
  /** What is wrong in the table that answers now, and the files that it was made of. */
  readonly current: ReadTable;
  /** Reads the files if one of them changed: in time, size or identity. What the timer calls. */
  refresh(): Promise<void>;
  /** Reads the files. */
  reload(): Promise<void>;
  /** Stops the timer; the table goes on to answer. */
  close(): void;
}

const CHECK_MS = 5000;

/**
 * Reads a table, and again when one of its files changes. A file that is broken or gone by then leaves the last good table in
 * place, which `onReload` is told.
 *
 * The timer does not keep the process alive. A file is looked at, not watched: that works on every file system, and for files that
 * are replaced by renaming.
 *
 * @throws FromguardError as `readTable` does: the first reading has to succeed
 */
export async function fileTable(name: string, options: FileTableOptions = {}): Promise<FileTable> {
  return new Follower(name, options, await readStamped(name, options));
}

class Follower implements FileTable {
  readonly table: Table;
  /** How the files looked when they were read last, with success or without. */
  private seen: ReadonlyMap<string, string>;
  private turn: Promise<void> = Promise.resolve();
  /** A look that has not begun: who asks for one meanwhile shares it. */
  private waiting: Promise<void> | undefined;
  private readonly timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly name: string,
    private readonly options: FileTableOptions,
    private read: StampedTable,
  ) {
    this.seen = read.stamps;
    const { name: shown, keys } = read.table;
    this.table = { name: shown, keys, lookup: (key, how) => this.read.table.lookup(key, how) };
    const { checkMs = CHECK_MS } = options;
    this.timer =
      checkMs > 0 && read.files.length > 0 ? setInterval(() => void this.refresh(), checkMs).unref() : undefined;
  }

  get current(): ReadTable {
    return this.read;
  }

  refresh(): Promise<void> {
    this.waiting ??= this.inTurn(async () => {
      this.waiting = undefined;
      for (const [file, stamp] of await stampsOf(this.read.files)) {
        if (this.seen.get(file) !== stamp) return this.readAgain();
      }
    });
    return this.waiting;
  }

  reload(): Promise<void> {
    return this.inTurn(() => this.readAgain());
  }

  close(): void {
    clearInterval(this.timer);
  }

  /** One reading at a time, so that an older one never replaces a newer one. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(work);
    return this.turn;
  }

  private async readAgain(): Promise<void> {
    this.seen = await stampsOf(this.read.files);
    try {
      this.read = await readStamped(this.name, this.options);
      this.seen = this.read.stamps;
      const { warnings } = this.read;
      this.tell({
        kind: "replaced",
        table: this.table.name,
        text: `${this.table.name} was read again`,
        place: {},
        warnings,
      });
    } catch (error) {
      const [why, place] = isFromguardError(error)
        ? [error.message, error.place]
        : [`${this.table.name}: ${String(error)}`, {}];
      const text = `${why}; the table that was read before stays in use`;
      this.tell({ kind: "kept", table: this.table.name, text, place, warnings: [] });
    }
  }

  private tell(reload: TableReload): void {
    try {
      this.options.onReload?.(reload);
    } catch {
      // Who is told may fail: the table follows its files all the same.
    }
  }
}

async function stampsOf(files: readonly string[]): Promise<ReadonlyMap<string, string>> {
  return new Map(await Promise.all(files.map(async (file) => [file, await stampOf(file)] as const)));
}
