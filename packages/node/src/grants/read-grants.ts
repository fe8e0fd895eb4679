import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { FromguardError, type Grants, isFromguardError, type Place } from "@fromguard/core";
import { inSlices, Pace } from "../files/pace.js";
import { stampOf } from "../files/stamp.js";
import { readRegularFile } from "../tables/read-file.js";
import { parseYamlParts } from "../yaml/yaml-parts.js";
import { Collector, type GrantsWarning } from "./collector.js";
import { GrantsFile, type Step } from "./grants-file.js";
import { EntryReader } from "./read-entries.js";
import { includeSchema } from "./schema.js";

/** Options of {@link readGrants}. */
export interface ReadGrantsOptions {
  /** The folder from which a relative path starts. Default: the working folder of the process. */
  readonly folder?: string;
  /** Octets of all files together. Default 16 MiB, which is about 250,000 lines. */
  readonly maxGrantsOctets?: number;
  /** Statements of all files together: a line that names two logins and three addresses makes six. Default 500,000. */
  readonly maxStatements?: number;
  /** Files, the first one included. Default 1000. */
  readonly maxFiles?: number;
  /** Includes inside one another. Default 8. */
  readonly maxIncludeDepth?: number;
  /** Milliseconds since 1970, for the warning on what has expired. Default the clock. */
  readonly now?: () => number;
}

/** What grants files say, what is doubtful in them, and the files. */
export interface ReadGrants {
  /** For `ownershipGraph`. Each statement has its origin: file, line and column. */
  readonly grants: Grants;
  readonly warnings: readonly GrantsWarning[];
  /** Absolute paths, the first one in front: what to watch for changes. */
  readonly files: readonly string[];
}

const MAX_OCTETS = 16 * 1024 * 1024;
const MAX_STATEMENTS = 500_000;
const MAX_FILES = 1000;
const MAX_DEPTH = 8;

/**
 * Reads a grants file in YAML, and those that it includes.
 *
 * An included file stands below the folder of the file that includes it, or is named by an absolute path; a file that has a
 * scope may include only what is below it. Every statement of an included file gets the scope of its `include`, and nothing in
 * it may name what is outside. Symbolic links are followed. A file is included once.
 *
 * Refused: what the JSON Schema `@fromguard/node/grants.schema.json` refuses, a key or a statement that stands twice, an address, domain or
 * date that is none, whatever is outside the scope, a group that is nowhere defined, groups in a circle, two rules for one
 * domain, a domain that mixes scripts or looks like another one of the files, text that is not UTF-8, an empty file (no grants
 * at all is `grants: []`). Warned of: a statement that has expired, a domain that looks like one in ASCII.
 *
 * Work is done in slices of 10 ms. A part that is larger than 200 lines and is one entry, such as a group of a hundred thousand
 * members, or a file with aliases, is read in one piece, 5 ms for 1,000 lines.
 *
 * @throws FromguardError `FG_FILE_UNREADABLE` for the first file where it is missing, unreadable or no file;
 * `FG_CONFIG_INVALID` with file, line and column for the first fault, an included file that cannot be read among them
 */
export async function readGrants(file: string, options: ReadGrantsOptions = {}): Promise<ReadGrants> {
  const { stamps, ...read } = await readStampedGrants(file, options, new Map());
  return read;
}

/** Grants, and how their files looked before they were read. */
export interface StampedGrants extends ReadGrants {
  readonly stamps: ReadonlyMap<string, string>;
}

/** {@link readGrants}, for who wants to know later whether a file has changed: `stamps` is filled also where it fails. */
export async function readStampedGrants(
  file: string,
  options: ReadGrantsOptions,
  stamps: Map<string, string>,
): Promise<StampedGrants> {
  const { maxStatements = MAX_STATEMENTS, now = Date.now } = options;
  const into = new Collector({ maxStatements, now: now() });
  const first = resolve(options.folder ?? "", file);
  await new FilesReader(options, into, stamps).read(first, undefined, []);
  return { grants: await inSlices(into.finish(first)), warnings: into.warnings, files: [...stamps.keys()], stamps };
}

class FilesReader {
  readonly #maxOctets: number;
  readonly #maxFiles: number;
  readonly #maxDepth: number;
  readonly #into: Collector;
  readonly #stamps: Map<string, string>;
  readonly #pace = new Pace();
  /** Where each file was included. */
  readonly #included = new Map<string, Place>();
  #octets = 0;

  constructor(options: ReadGrantsOptions, into: Collector, stamps: Map<string, string>) {
    this.#maxOctets = options.maxGrantsOctets ?? MAX_OCTETS;
    this.#maxFiles = options.maxFiles ?? MAX_FILES;
    this.#maxDepth = options.maxIncludeDepth ?? MAX_DEPTH;
    this.#into = into;
    this.#stamps = stamps;
  }

  /** The statements of a file stand before those of the files that it includes. */
  async read(file: string, scope: readonly string[] | undefined, within: readonly string[]): Promise<void> {
    const including: GrantsFile[] = [];
    for (const document of parseYamlParts(await this.#text(file), file)) {
      await this.#pace.rest();
      if (document.value === null) {
        throw new FromguardError("FG_CONFIG_INVALID", "the file says nothing: write grants: [] for no grants", {
          place: { file, line: 1, column: 1 },
        });
      }
      const grantsFile = new GrantsFile(document, scope);
      await new EntryReader(grantsFile, this.#into, this.#pace).read();
      if (grantsFile.parts.include !== undefined) including.push(grantsFile);
    }
    for (const grantsFile of including) {
      for (const [part, entry] of (grantsFile.parts.include ?? []).entries()) {
        await this.#include(entry, grantsFile, { up: { part: "include" }, part }, [...within, file]);
      }
    }
  }

  async #include(value: unknown, outer: GrantsFile, at: Step, within: readonly string[]): Promise<void> {
    const options = outer.valid(includeSchema, value, at);
    const named = { up: at, part: "file" };
    const folder = dirname(outer.document.file);
    const file = resolve(folder, options.file);
    const fault = this.#faultOf(file, { ...outer, isBelow: isBelow(folder, options.file), within });
    if (fault !== undefined) throw outer.fault(fault, named);
    const scope = outer.scopeOf(options, at);
    this.#included.set(file, outer.fault("", named).place);
    try {
      await this.read(file, scope, within);
    } catch (error) {
      if (!isFromguardError(error) || error.code !== "FG_FILE_UNREADABLE") throw error;
      throw outer.fault(error.message, named, error);
    }
  }

  #faultOf(
    file: string,
    asked: {
      readonly scope: readonly string[] | undefined;
      readonly isBelow: boolean | "absolute";
      readonly within: readonly string[];
    },
  ): string | undefined {
    const { scope, within } = asked;
    if (asked.isBelow !== true && scope !== undefined)
      return "must be below the folder of this file, which has a scope";
    if (asked.isBelow === false) return "leads out of the folder of this file: write an absolute path";
    if (within.includes(file)) return "files include one another in a circle";
    const before = this.#included.get(file);
    if (before !== undefined) return `is included at ${before.file}:${before.line}:${before.column} already`;
    if (within.length > this.#maxDepth) {
      return `files include one another deeper than ${this.#maxDepth} (maxIncludeDepth)`;
    }
    return this.#stamps.size >= this.#maxFiles ? `more than ${this.#maxFiles} files (maxFiles)` : undefined;
  }

  async #text(file: string): Promise<string> {
    this.#stamps.set(file, await stampOf(file));
    const size = await stat(file).then(
      (found) => (found.isFile() ? found.size : 0),
      () => 0,
    );
    this.#octets += size;
    if (this.#octets > this.#maxOctets) {
      const what = `the grants files are larger than ${this.#maxOctets} octets together (maxGrantsOctets)`;
      const line = await lineAt(file, size - (this.#octets - this.#maxOctets));
      throw new FromguardError("FG_CONFIG_INVALID", what, { place: { file, line, column: 1 } });
    }
    const octets = await readRegularFile(file, this.#maxOctets);
    if (!isUtf8(octets)) throw notUtf8(octets, file);
    return octets.toString("utf8");
  }
}

/** Whether a path stays in the folder; one that begins at the root is not asked. */
function isBelow(folder: string, file: string): boolean | "absolute" {
  if (isAbsolute(file)) return "absolute";
  const path = relative(folder, resolve(folder, file));
  return path !== ".." && !path.startsWith("../");
}

/** The line in which an octet stands. */
async function lineAt(file: string, offset: number): Promise<number> {
  let line = 1;
  if (offset <= 0) return line;
  for await (const chunk of createReadStream(file, { end: offset - 1 })) {
    for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, at + 1)) line++;
  }
  return line;
}

function notUtf8(octets: Buffer, file: string): FromguardError {
  let line = 1;
  let start = 0;
  for (let end = octets.indexOf(0x0a); end >= 0; end = octets.indexOf(0x0a, start)) {
    if (!isUtf8(octets.subarray(start, end))) break;
    start = end + 1;
    line++;
  }
  // What is good so far, read without complaint, is as long as the columns before the fault.
  const [good = ""] = octets
    .subarray(start, start + MAX_LINE)
    .toString("utf8")
    .split("\ufffd");
  const place = { file, line, column: good.length + 1 };
  return new FromguardError("FG_CONFIG_INVALID", "it is not UTF-8 here", { place });
}

/** Octets of a line in which the column of a fault is looked for. */
const MAX_LINE = 4096;
