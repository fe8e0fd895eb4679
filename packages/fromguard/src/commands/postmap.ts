import { relative } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { isFromguardError, type Lookup, linesOf, MAX_KEY_BYTES, type Table } from "@fromguard/core";
import { readTable } from "@fromguard/node";
import { Exit, type ExitCode, exitCodes } from "../exit-codes.js";
import type { Io } from "../io.js";

/** Octets of a key on standard input; a longer one ends the command. */
const MAX_LINE = 65536;
/** The type of a map that is written without one: Debian's default_database_type. */
const DEFAULT_TYPE = "hash";
/** Types whose dictionaries Postfix names by the built file. */
const ENDINGS: ReadonlyMap<string, string> = new Map([
  ["hash", ".db"],
  ["btree", ".db"],
  ["cdb", ".cdb"],
]);
/** Postfix writes standard output in blocks of this size, and loses what it has not written when a lookup fails. */
const BLOCK = 4096;

/**
 * `fromguard postmap -q KEY MAP...`: what Postfix's `postmap -q` prints, with its exit code: 0 found, 1 not found or an error,
 * told on standard error after `postmap: fatal:`. Other options than `-q` are wrong usage.
 *
 * @see Postfix postmap(1)
 */
export async function postmap(args: readonly string[], io: Io): Promise<ExitCode> {
  const { query, maps } = readArguments(args);
  const tables = new Tables(maps, io);
  try {
    const found = query === "-" ? await answerInput(tables, io) : await answerKey(query, tables, io);
    return found ? exitCodes.ok : exitCodes.refused;
  } catch (error) {
    const sentence = isFromguardError(error) ? error.message : error instanceof Fatal ? error.message : undefined;
    if (sentence === undefined) throw error;
    await io.stderr.write(`postmap: fatal: ${printed(sentence)}\n`);
    return exitCodes.refused;
  }
}

/** As getopt reads them: options end at the first map. */
function readArguments(args: readonly string[]): { readonly query: string; readonly maps: readonly string[] } {
  const usage = (what: string) => new Exit(exitCodes.usage, `${what}; see fromguard postmap --help`);
  let query: string | undefined;
  let at = 0;
  for (; at < args.length; at += 1) {
    const word = args[at]!;
    if (word === "--") {
      at += 1;
      break;
    }
    if (!word.startsWith("-") || word === "-") break;
    if (!word.startsWith("-q")) throw usage(`unknown option ${JSON.stringify(word)}`);
    if (query !== undefined) throw usage("-q stands twice");
    if (word === "-q") at += 1;
    query = word === "-q" ? args[at] : word.slice(2);
    if (query === undefined) throw usage("-q needs a key, or - to read keys from standard input");
  }
  if (query === undefined) throw usage("-q is required: only lookups are supported");
  const maps = args.slice(at);
  if (maps.length === 0) throw usage("which map? Write TYPE:SOURCE, such as pcre:/etc/postfix/senders");
  return { query, maps };
}

/** Ends the command as Postfix's fatal errors do. */
class Fatal extends Error {}

/** The maps of the command line, each read when it is first asked. */
class Tables {
  private readonly opened = new Map<string, Table>();

  constructor(
    readonly names: readonly string[],
    private readonly io: Io,
  ) {}

  /** The value of a key in one map, or undefined where it has none. Warns as Postfix does. */
  async lookup(map: string, key: Uint8Array): Promise<string | undefined> {
    const name = map.includes(":") ? map : `${DEFAULT_TYPE}:${map}`;
    const table = this.opened.get(name) ?? (await this.open(name));
    const text = utf8(key);
    if (text === undefined) {
      await this.warn(
        `${name}${ENDINGS.get(name.slice(0, name.indexOf(":"))) ?? ""}: non-UTF-8 key "${loose(key)}": malformed UTF-8 or invalid codepoint`,
      );
      return undefined;
    }
    const answer = await table.lookup(text);
    if (answer.kind === "not-found") return undefined;
    if (answer.kind === "error") throw new Fatal(`table ${name}: query error${reasonOf(answer)}`);
    if (answer.value === "") {
      await this.warn(`table ${name}: key ${text}: empty string result is not allowed`);
      await this.warn(`table ${name} should return NO RESULT in case of NOT FOUND`);
    }
    return answer.value;
  }

  private async open(name: string): Promise<Table> {
    const { table, warnings, files } = await readTable(name, { unbuilt: "throw" });
    // Postfix names a file as it was written.
    const relatives = files.filter((file) => !name.includes(file));
    for (const { kind, text } of warnings) {
      if (kind !== "postfix") continue;
      await this.warn(relatives.reduce((shown, file) => shown.replaceAll(file, () => relative("", file)), text));
    }
    this.opened.set(name, table);
    return table;
  }

  private async warn(text: string): Promise<void> {
    await this.io.stderr.write(`postmap: warning: ${printed(text)}\n`);
  }
}

async function answerKey(query: string, tables: Tables, io: Io): Promise<boolean> {
  for (const map of tables.names) {
    const value = await tables.lookup(map, new TextEncoder().encode(query));
    if (value === undefined) continue;
    await io.stdout.write(`${value}\n`);
    return true;
  }
  return false;
}

async function answerInput(tables: Tables, io: Io): Promise<boolean> {
  const decoder = new StringDecoder("utf8");
  let pending = Buffer.alloc(0);
  let found = false;
  for await (const line of linesOf(io.stdin, MAX_LINE)) {
    if (line.kind === "too-long") throw new Fatal(`a key is longer than ${MAX_LINE} octets`);
    const key = untilZero(line.octets);
    for (const map of tables.names) {
      const value = await tables.lookup(map, key);
      if (value === undefined) continue;
      found = true;
      pending = Buffer.concat([pending, key, Buffer.from(`\t${value}\n`)]);
      const whole = pending.length - (pending.length % BLOCK);
      if (whole > 0) await io.stdout.write(decoder.write(pending.subarray(0, whole)));
      pending = pending.subarray(whole);
      break;
    }
  }
  await io.stdout.write(decoder.write(pending));
  return found;
}

/** Postfix reads a key as a C string. */
function untilZero(octets: Uint8Array): Uint8Array {
  const zero = octets.indexOf(0);
  return zero < 0 ? octets : octets.subarray(0, zero);
}

/** In Postfix's words where it has some, else in the table's. */
function reasonOf({ code, cause }: Lookup & { readonly kind: "error" }): string {
  if (code === "result-not-utf8") return "";
  return `: ${cause}`;
}

function utf8(octets: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    return undefined;
  }
}

function loose(octets: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(octets.subarray(0, MAX_KEY_BYTES));
}

/** Text as Postfix logs it: what does not print as question marks, but for a byte order mark. */
function printed(text: string): string {
  return text.replace(/(?!\ufeff)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffd]/gu, "?");
}
