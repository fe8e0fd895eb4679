import { textOf } from "@fromguard/pattern";
import { fold } from "../address/fold.js";
import { allSteps, type Steps } from "../steps/steps.js";
import { FromguardError } from "../verdict/error.js";
import { quotedWord, trimBlanks } from "./lists.js";
import { type LogicalLine, LogicalLineReader } from "./logical-lines.js";
import { lineOctetsOf, shownOctets } from "./octets.js";
import type { LoadedTable, TableTextOptions, TableWarning } from "./table.js";
import { type Entry, entryTable } from "./table-of.js";

/**
 * Makes a table from the text of a Postfix texthash file, which is also the source form of hash, btree, lmdb and cdb.
 *
 * Keys are folded unless `foldKeys` is false, values kept. The first of two lines with one key wins. A line without a value, with an unbalanced quote
 * or that is not UTF-8 is dropped, with Postfix's warning.
 *
 * @param options `type` is shown in the name only: `hash:/etc/postfix/senders`. Default `texthash`. `duplicates`: whether two
 * lines with one key are a warning, as postmap has it (default), or no table at all, as Postfix's daemons have it
 * @throws FromguardError `FG_TABLE_INVALID` for two lines with one key where that is wanted
 * @see Postfix postmap(1), "INPUT FILE FORMAT"
 */
export function textHashTable(source: string | Uint8Array, options: TextHashOptions): LoadedTable {
  return allSteps(textHashSteps(source, options));
}

/** Options of {@link textHashTable}. */
export interface TextHashOptions extends TableTextOptions {
  readonly type?: string;
  readonly duplicates?: "warn" | "throw";
  readonly foldKeys?: boolean;
}

/**
 * {@link textHashTable} in steps of about 8 kB.
 *
 * @throws FromguardError as that does
 */
export function* textHashSteps(source: string | Uint8Array, options: TextHashOptions): Steps<LoadedTable> {
  const { file, type = "texthash" } = options;
  const reader = new LogicalLineReader();
  const entries = new TextHashEntries(options);
  for (const part of lineOctetsOf(source, file)) {
    for (const line of reader.read(part)) entries.add(line);
    yield;
  }
  for (const line of reader.end()) entries.add(line);
  const stray = reader.stray.map(({ line, text }) => warning(file, line, `${file}: ${shownOctets(text)}`));
  const table = entryTable(`${type}:${file}`, entries.entries, options);
  return { table, warnings: [...stray, ...entries.warnings] };
}

class TextHashEntries {
  readonly entries = new Map<string, Entry>();
  readonly warnings: TableWarning[] = [];
  readonly #options: TextHashOptions;

  constructor(options: TextHashOptions) {
    this.#options = options;
  }

  add({ text: octets, line }: LogicalLine): void {
    const end = octets.indexOf("\0");
    const text = textOf(end < 0 ? octets : octets.slice(0, end));
    if (text === undefined) {
      this.#complain(line, `non-UTF-8 input "${shownOctets(octets)}" -- ignoring this line`);
      return;
    }
    const { key, value, unbalanced } = splitLine(text);
    if (unbalanced) this.#complain(line, `unbalanced '"' in '${text}' -- ignoring this line`);
    else if (key === "" || value === "") {
      this.#complain(line, "expected format: key whitespace value -- ignoring this line");
    } else this.#enter(key, value, line);
  }

  #enter(key: string, value: string, line: number): void {
    const { file, duplicates = "warn", foldKeys = true } = this.#options;
    if (key.endsWith(":")) this.#complain(line, 'record is in "key: value" format; is this an alias file?');
    const stored = foldKeys ? fold(key) : key;
    if (!this.entries.has(stored)) this.entries.set(stored, { value, line });
    else if (duplicates === "warn") this.#complain(line, `duplicate entry: "${key}"`);
    else throw new FromguardError("FG_TABLE_INVALID", `duplicate entry: "${key}"`, { place: { file, line } });
  }

  #complain(line: number, what: string): void {
    const { file } = this.#options;
    this.warnings.push(warning(file, line, `${file}, line ${line}: ${what}`));
  }
}

function warning(file: string, line: number, text: string): TableWarning {
  return { kind: "postfix", file, line, text };
}

/** A key ends at the first white space outside double quotes; the quotes and backslashes in it stay. */
function splitLine(text: string): { readonly key: string; readonly value: string; readonly unbalanced: boolean } {
  const { end, isOpen } = quotedWord(text, BLANK);
  return { key: text.slice(0, end), value: trimBlanks(text.slice(end)), unbalanced: isOpen };
}

const BLANK = /[\t-\r ]/;
