import { fold } from "../address/fold.js";
import { FromguardError } from "../verdict/error.js";
import { insideBraces, quotedWord, splitOutsideBraces, trimBlanks, unbraced } from "./lists.js";
import type { Table } from "./table.js";
import { type Entry, entryTable } from "./table-of.js";

/**
 * Makes a table of the pairs in `inline:{key=value, {key = value with blanks}}`. Keys are folded unless `foldKeys` is false; of two pairs with one key the last
 * wins. An empty key and an empty value are accepted.
 *
 * @param source the text behind `inline:`, as in main.cf
 * @throws FromguardError FG_TABLE_INVALID where it has no braces, no pair, a pair without `=`, an open quote, or text behind a
 * brace
 * @see Postfix DATABASE_README, "inline"
 */
export function inlineTable(
  source: string,
  options: { readonly maxKeyBytes?: number; readonly foldKeys?: boolean } = {},
): Table {
  const name = `inline:${source}`;
  const invalid = (what: string) =>
    new FromguardError("FG_TABLE_INVALID", `${what}: "${name}"; need "inline:{name=value...}"`);
  const { foldKeys = true } = options;
  const inside = insideBraces(source);
  if (inside === undefined) throw invalid("bad syntax");
  const entries = new Map<string, Entry>();
  for (const element of splitOutsideBraces(inside)) {
    const [key, value] = splitPair(element, invalid);
    entries.set(foldKeys ? fold(key) : key, { value });
  }
  if (entries.size === 0) throw invalid("empty table");
  return entryTable(name, entries, options);
}

/** A key ends at white space or `=` outside double quotes; its quotes and backslashes stay. */
function splitPair(element: string, invalid: (what: string) => FromguardError): readonly [key: string, value: string] {
  const bare = element.startsWith("{") ? unbraced(element) : { text: element };
  if ("fault" in bare) throw invalid(bare.fault);
  const pair = trimBlanks(bare.text);
  if (pair === "") throw invalid("no key found; expected format: key = value");
  const { end, isOpen } = quotedWord(pair, BEHIND_KEY);
  if (isOpen) throw invalid("unbalanced '\"'");
  const rest = trimBlanks(pair.slice(end));
  if (!rest.startsWith("=")) throw invalid("missing '=' after attribute name");
  return [pair.slice(0, end), trimBlanks(rest.slice(1))];
}

const BEHIND_KEY = /[\t-\r =]/;
