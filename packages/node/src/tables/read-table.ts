import { resolve } from "node:path";
import {
  cidrTable,
  FromguardError,
  type LoadedTable,
  type OpenTableOptions,
  openTable,
  pcreTable,
  printable,
  regexpTable,
  type TableTextOptions,
  textHashSteps,
} from "@fromguard/core";
import { inSlices } from "../files/pace.js";
import { stampOf } from "../files/stamp.js";
import { filesOfDatabase, isDatabase, readDatabase } from "./read-database.js";
import { readRegularFile } from "./read-file.js";

/** The default of {@link ReadTableOptions.maxFileBytes}: 64 MiB. */
export const MAX_TABLE_BYTES = 64 * 1024 * 1024;

/** Options of {@link readTable}. */
export interface ReadTableOptions extends Omit<OpenTableOptions, "open"> {
  /** The folder from which a relative path starts. Default: the working folder of the process. */
  readonly folder?: string;
  /** Octets of a file, beyond which it is not read. Default {@link MAX_TABLE_BYTES}. */
  readonly maxFileBytes?: number;
  /**
   * What becomes of `hash`, `btree`, `lmdb` and `cdb` where there is only the source text. `read-source` (default) reads that, and
   * advises to run postmap; `throw` fails as Postfix does.
   */
  readonly unbuilt?: "read-source" | "throw";
  /**
   * What becomes of a `texthash` file in which a key stands twice. `warn` (default) takes the first, as postmap does; `throw`
   * fails as Postfix's daemons do.
   */
  readonly duplicates?: "warn" | "throw";
}

/** A table that was read, what was wrong in it, and the files that it was made of. */
export interface ReadTable extends LoadedTable {
  /** Absolute paths: what to watch for changes. */
  readonly files: readonly string[];
}

type Parse = (
  octets: Uint8Array,
  options: TableTextOptions & Pick<ReadTableOptions, "duplicates" | "foldKeys">,
) => LoadedTable | Promise<LoadedTable>;

/** The types whose text is in the file that is named. */
const TEXT_TYPES: ReadonlyMap<string, Parse> = new Map<string, Parse>([
  ["pcre", pcreTable],
  ["regexp", regexpTable],
  ["cidr", cidrTable],
  ["texthash", (octets, options) => inSlices(textHashSteps(octets, options))],
]);

/**
 * Reads a table as `type:source` names it, in the way of Postfix: files (`pcre`, `regexp`, `cidr`, `texthash`), what postmap builds
 * (`hash` and `btree` from their source text, `lmdb` and `cdb` from the built file, or from the source text where there is none),
 * `inline`, `static`, `fail`, `randmap`, and `unionmap` and `pipemap` of all these. `proxy:` is transparent.
 *
 * @throws FromguardError `FG_FILE_UNREADABLE` for a file that is missing, unreadable, too large or no file;
 * `FG_TABLE_INVALID` for what cannot be a table; `FG_CONFIG_INVALID` for a type that is not supported
 */
export async function readTable(name: string, options: ReadTableOptions = {}): Promise<ReadTable> {
  const { stamps, ...read } = await readStamped(name, options);
  return read;
}

/** A table, and how its files looked before they were read: what changes meanwhile is seen at the next look. */
export interface StampedTable extends ReadTable {
  /** By file, as {@link stampOf} gives them. */
  readonly stamps: ReadonlyMap<string, string>;
}

/** {@link readTable}, for who wants to know later whether a file has changed. */
export async function readStamped(
  name: string,
  options: ReadTableOptions,
  stamps = new Map<string, string>(),
): Promise<StampedTable> {
  if (options.defaultType === undefined && !name.includes(":")) {
    throw invalid(`"${printable(name)}" is no table: write TYPE:SOURCE, such as pcre:/etc/postfix/senders`);
  }
  const { maxFileBytes: maxBytes = MAX_TABLE_BYTES, unbuilt = "read-source" } = options;
  const { maxKeyBytes, duplicates, foldKeys } = options;
  const limits = maxKeyBytes === undefined ? {} : { maxKeyBytes };
  const reading = {
    ...limits,
    ...(duplicates === undefined ? {} : { duplicates }),
    ...(foldKeys === undefined ? {} : { foldKeys }),
  };
  const opened = await openTable(name, {
    ...options,
    open: async (type, source) => {
      const parse = TEXT_TYPES.get(type);
      if (parse === undefined && !isDatabase(type)) throw unsupported(type);
      const file = resolve(options.folder ?? "", source);
      for (const each of parse === undefined ? filesOfDatabase(type, file) : [file]) {
        stamps.set(each, await stampOf(each));
      }
      if (parse === undefined) return readDatabase(type, { ...limits, file, maxBytes, unbuilt });
      return parse(await readRegularFile(file, maxBytes), { ...reading, file });
    },
  });
  return { ...opened, files: [...stamps.keys()], stamps };
}

function unsupported(type: string): FromguardError {
  const types = [...TEXT_TYPES.keys(), "hash, btree, lmdb, cdb, inline, static, fail, randmap, unionmap, pipemap"];
  return invalid(`tables of the type "${printable(type)}" are not supported: use ${types.join(", ")}`);
}

function invalid(what: string): FromguardError {
  return new FromguardError("FG_CONFIG_INVALID", what);
}
