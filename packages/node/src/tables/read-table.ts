import { resolve } from "node:path";
import {
  cidrTable,
  FromguardError,
  type LoadedTable,
  openTable,
  pcreTable,
  printable,
  regexpTable,
  textHashTable,
} from "@fromguard/core";
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

type Parse = (octets: Uint8Array, options: { readonly file: string }) => LoadedTable;

/** Types that Postfix reads from a database which postmap makes: their source text is read instead. */
const DATABASES = ["hash", "btree", "lmdb", "cdb"];

/** The types whose text is in a file. */
const FILE_TYPES: ReadonlyMap<string, Parse> = new Map<string, Parse>([
  ["pcre", pcreTable],
  ["regexp", regexpTable],
  ["cidr", cidrTable],
  ["texthash", textHashTable],
  ...DATABASES.map((type): [string, Parse] => [type, (octets, options) => textHashTable(octets, { ...options, type })]),
]);

/**
 * Reads a table as `type:source` names it, in the way of Postfix: files (`pcre`, `regexp`, `cidr`, `texthash`, and the source text
 * of `hash`, `btree`, `lmdb` and `cdb`, not what postmap makes of it), `inline`, `static`, `fail`, `randmap`, and `unionmap` and
 * `pipemap` of them. `proxy:` is transparent.
 *
 * @throws FromguardError `FG_FILE_UNREADABLE` for a file that is missing, unreadable, too large or no file;
 * `FG_TABLE_INVALID` for text that cannot be a table; `FG_CONFIG_INVALID` for a type that is not supported
 */
export async function readTable(name: string, options: ReadTableOptions = {}): Promise<ReadTable> {
  if (!name.includes(":")) {
    throw invalid(`"${printable(name)}" is no table: write TYPE:SOURCE, such as pcre:/etc/postfix/senders`);
  }
  const files: string[] = [];
  const opened = await openTable(name, {
    open: async (type, source) => {
      const parse = FILE_TYPES.get(type);
      if (parse === undefined) {
        throw invalid(
          `tables of the type "${printable(type)}" are not supported: use ${[...FILE_TYPES.keys(), ...IN_NAME].join(", ")}`,
        );
      }
      const file = resolve(options.folder ?? "", source);
      const octets = await readRegularFile(file, options.maxFileBytes ?? MAX_TABLE_BYTES);
      files.push(file);
      return parse(octets, { file });
    },
  });
  return { ...opened, files };
}

const IN_NAME = ["inline", "static", "fail", "randmap", "unionmap", "pipemap"];

function invalid(what: string): FromguardError {
  return new FromguardError("FG_CONFIG_INVALID", what);
}
