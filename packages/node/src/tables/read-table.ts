import { resolve } from "node:path";
import { FromguardError, type LoadedTable, pcreTable, printable, staticTable, textHashTable } from "@fromguard/core";
import { readRegularFile } from "./read-file.js";

/** The default of {@link ReadTableOptions.maxFileBytes}: 64 MiB. */
export const MAX_TABLE_BYTES = 64 * 1024 * 1024;

/** Options of {@link readTable}. */
export interface ReadTableOptions {
  /** The folder from which a relative path starts. Default: the working folder of the process. */
  readonly folder?: string;
  /** Octets of a file, beyond which it is not read. Default {@link MAX_TABLE_BYTES}. */
  readonly maxFileBytes?: number;
}

/** A table that was read, what was wrong in it, and the files that it was made of. */
export interface ReadTable extends LoadedTable {
  /** Absolute paths: what to watch for changes. */
  readonly files: readonly string[];
}

/** The types whose text is in a file. */
const FILE_TYPES = new Map<string, (octets: Uint8Array, options: { readonly file: string }) => LoadedTable>([
  ["pcre", pcreTable],
  ["texthash", textHashTable],
  ["hash", (octets, options) => textHashTable(octets, { ...options, type: "hash" })],
]);

/**
 * Reads a table as `type:source` names it, in the way of Postfix: `pcre:/path`, `texthash:/path`, `hash:/path` (its source
 * text, not the `.db` that postmap makes of it), `static:value`.
 *
 * @throws FromguardError `FG_FILE_UNREADABLE` for a file that is missing, unreadable, too large or no file;
 * `FG_TABLE_INVALID` for text that cannot be a table; `FG_CONFIG_INVALID` for a type that is not supported
 */
export async function readTable(name: string, options: ReadTableOptions = {}): Promise<ReadTable> {
  const colon = name.indexOf(":");
  if (colon < 0)
    throw invalid(`"${printable(name)}" is no table: write TYPE:SOURCE, such as pcre:/etc/postfix/senders`);
  const type = name.slice(0, colon);
  const source = name.slice(colon + 1);
  if (type === "static") return { table: staticTable(source), warnings: [], files: [] };
  const parse = FILE_TYPES.get(type);
  if (parse === undefined)
    throw invalid(
      `tables of the type "${printable(type)}" are not supported: use ${[...FILE_TYPES.keys()].join(", ")} or static`,
    );
  if (source === "") throw invalid(`"${printable(name)}" names no file`);
  const file = resolve(options.folder ?? "", source);
  const octets = await readRegularFile(file, options.maxFileBytes ?? MAX_TABLE_BYTES);
  return { ...parse(octets, { file }), files: [file] };
}

function invalid(what: string): FromguardError {
  return new FromguardError("FG_CONFIG_INVALID", what);
}
