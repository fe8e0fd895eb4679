import { stat } from "node:fs/promises";
import {
  type DatabaseRecord,
  FromguardError,
  type LoadedTable,
  recordTable,
  type TableTextOptions,
  type TableWarning,
  textHashSteps,
} from "@fromguard/core";
import { inSlices } from "../files/pace.js";
import { readCdb } from "./cdb-file.js";
import { lmdbTransaction, readLmdb } from "./lmdb-file.js";
import { readRegularFile } from "./read-file.js";

/** What postmap builds beside the source text: the ending of the file, and how its records are read. */
interface Database {
  readonly ending: string;
  readonly read: ((file: string, maxBytes: number) => Promise<readonly DatabaseRecord[]>) | undefined;
}

const DATABASES: Readonly<Record<string, Database>> = {
  // Berkeley DB has no format that others may rely on: the source text is read.
  hash: { ending: ".db", read: undefined },
  btree: { ending: ".db", read: undefined },
  lmdb: { ending: ".lmdb", read: readLmdbFile },
  cdb: { ending: ".cdb", read: async (file, maxBytes) => readCdb(await readRegularFile(file, maxBytes), file) },
};

/** How often a file that changes while it is read is read again. */
const MAX_ATTEMPTS = 5;

/** Whether tables of the type are databases that postmap builds of a source text. */
export function isDatabase(type: string): boolean {
  return Object.hasOwn(DATABASES, type);
}

/** The source text, and the file that postmap makes of it. */
export function filesOfDatabase(type: string, file: string): readonly [source: string, built: string] {
  return [file, `${file}${DATABASES[type]?.ending}`];
}

/** Postfix does not complain of a source text that was changed so few milliseconds ago. */
const FRESH_MS = 100_000;

/**
 * Reads a table that postmap builds: the built file where it can be read, else its source text. Warns of a built file that is
 * older than its source, and advises where Postfix has nothing to read.
 *
 * @throws FromguardError as `readTable` does
 */
export async function readDatabase(
  type: string,
  options: TableTextOptions & { readonly maxBytes: number; readonly unbuilt: "read-source" | "throw" },
): Promise<LoadedTable> {
  const { file, maxBytes, unbuilt } = options;
  const [, built] = filesOfDatabase(type, file);
  const read = DATABASES[type]?.read;
  const [sourceTime, builtTime] = await Promise.all([changedAt(file), changedAt(built)]);
  const warnings: TableWarning[] = [];
  const warn = (kind: TableWarning["kind"], text: string): void => {
    warnings.push({ kind, file, line: 0, text });
  };
  if (builtTime === undefined && unbuilt === "throw") {
    throw new FromguardError("FG_FILE_UNREADABLE", "it cannot be read: there is no such file", {
      place: { file: built },
    });
  }
  if (builtTime !== undefined && sourceTime !== undefined && builtTime < sourceTime) {
    const isOld = seconds(builtTime) < seconds(sourceTime) && sourceTime < Date.now() - FRESH_MS;
    warn(isOld ? "postfix" : "advice", `database ${built} is older than source file ${file}`);
  }
  if (read !== undefined && builtTime !== undefined) {
    return { table: recordTable(await read(built, maxBytes), { ...options, type, file }), warnings };
  }
  if (builtTime === undefined) {
    warn("advice", `${file}: there is no ${built}, without which Postfix fails: run postmap`);
  }
  const loaded = await inSlices(textHashSteps(await readRegularFile(file, maxBytes), { ...options, type }));
  return { table: loaded.table, warnings: [...loaded.warnings, ...warnings] };
}

const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);

/** Milliseconds since 1970, or undefined where there is no such file. */
async function changedAt(file: string): Promise<number | undefined> {
  return (await stat(file).catch(() => undefined))?.mtimeMs;
}

/** Reads again until no transaction came between. */
async function readLmdbFile(file: string, maxBytes: number): Promise<readonly DatabaseRecord[]> {
  let octets = await readRegularFile(file, maxBytes);
  for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt += 1) {
    const before = lmdbTransaction(octets, file);
    const again = await readRegularFile(file, maxBytes);
    if (lmdbTransaction(again, file) === before) return readLmdb(octets, file);
    octets = again;
  }
  throw new FromguardError("FG_FILE_UNREADABLE", "it cannot be read: it changes all the time", { place: { file } });
}
