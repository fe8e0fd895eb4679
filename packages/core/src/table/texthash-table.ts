import { textOf } from "@fromguard/pattern";
import { fold } from "../address/fold.js";
import { FromguardError } from "../verdict/error.js";
import { quotedWord, trimBlanks } from "./lists.js";
import { logicalLines } from "./logical-lines.js";
import { octetsOf, shownOctets } from "./octets.js";
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
export function textHashTable(
  source: string | Uint8Array,
  options: TableTextOptions & {
    readonly type?: string;
    readonly duplicates?: "warn" | "throw";
    readonly foldKeys?: boolean;
  },
): LoadedTable {
  const { file, type = "texthash", duplicates = "warn", foldKeys = true } = options;
  const entries = new Map<string, Entry>();
  const warnings: TableWarning[] = [];
  const warn = (line: number, text: string): void => {
    warnings.push({ kind: "postfix", file, line, text });
  };
  const { lines, stray } = logicalLines(octetsOf(source, file));
  for (const { line, text } of stray) warn(line, `${file}: ${shownOctets(text)}`);
  for (const { text: octets, line } of lines) {
    const complain = (what: string): void => warn(line, `${file}, line ${line}: ${what}`);
    const text = textOf(octets.split("\0", 1)[0] ?? "");
    if (text === undefined) {
      complain(`non-UTF-8 input "${shownOctets(octets)}" -- ignoring this line`);
      continue;
    }
    const { key, value, unbalanced } = splitLine(text);
    if (unbalanced) complain(`unbalanced '"' in '${text}' -- ignoring this line`);
    else if (key === "" || value === "") complain("expected format: key whitespace value -- ignoring this line");
    else {
      if (key.endsWith(":")) complain('record is in "key: value" format; is this an alias file?');
      const stored = foldKeys ? fold(key) : key;
      if (!entries.has(stored)) entries.set(stored, { value, line });
      else if (duplicates === "warn") complain(`duplicate entry: "${key}"`);
      else throw new FromguardError("FG_TABLE_INVALID", `duplicate entry: "${key}"`, { place: { file, line } });
    }
  }
  return { table: entryTable(`${type}:${file}`, entries, options), warnings };
}

/** A key ends at the first white space outside double quotes; the quotes and backslashes in it stay. */
function splitLine(text: string): { readonly key: string; readonly value: string; readonly unbalanced: boolean } {
  const { end, isOpen } = quotedWord(text, BLANK);
  return { key: text.slice(0, end), value: trimBlanks(text.slice(end)), unbalanced: isOpen };
}

const BLANK = /[\t-\r ]/;
