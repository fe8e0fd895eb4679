import { isFromguardError, type Place, type Table, type TableWarning } from "@fromguard/core";
import { followFiles, type Stamped } from "../files/follow-files.js";
import { type ReadTable, type ReadTableOptions, readStamped, type StampedTable } from "./read-table.js";

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
  readonly current: ReadTable & Stamped;
  /** Reads the files if one of them changed: in time, size or identity. What the timer calls. */
  refresh(): Promise<void>;
  /** Reads the files. */
  reload(): Promise<void>;
  /** Stops the timer; the table goes on to answer. */
  close(): void;
}

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
  const first = await readStamped(name, options);
  const { name: table, keys } = first.table;
  const tell = (reload: Omit<TableReload, "table">) => options.onReload?.({ table, ...reload });
  const following = followFiles<StampedTable>(first, {
    checkMs: options.checkMs,
    read: (stamps) => readStamped(name, options, stamps),
    onRead: ({ warnings }) => tell({ kind: "replaced", text: `${table} was read again`, place: {}, warnings }),
    onFault: (error) => {
      const [why, place] = isFromguardError(error) ? [error.message, error.place] : [`${table}: ${String(error)}`, {}];
      tell({ kind: "kept", text: `${why}; the table that was read before stays in use`, place, warnings: [] });
    },
  });
  const answering: Table = {
    name: table,
    keys,
    lookup: (key, how) => following.current.table.lookup(key, how),
    entries: () => following.current.table.entries?.(),
  };
  return Object.assign(following, { table: answering });
}
