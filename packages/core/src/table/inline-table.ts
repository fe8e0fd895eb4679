import { fold } from "../address/fold.js";
import { FromguardError } from "../verdict/error.js";
import { endOfBraces, insideBraces, splitOutsideBraces, trimBlanks } from "./lists.js";
import type { Table } from "./table.js";
import { type Entry, entryTable } from "./table-of.js";

/**
 * Makes a table of the pairs in `inline:{key=value, {key = value with blanks}}`. Keys are folded; of two pairs with one key the last
 * wins. An empty key and an empty value are accepted.
 *
 * @param source the text behind `inline:`, as in main.cf
 * @throws FromguardError FG_TABLE_INVALID where it has no braces, no pair, a pair without `=`, or text behind a brace
 * @see Postfix DATABASE_README, "inline"
 */
export function inlineTable(source: string, options: { readonly maxKeyBytes?: number } = {}): Table {
  const name = `inline:${source}`;
  const invalid = (what: string) =>
    new FromguardError("FG_TABLE_INVALID", `${what}: "${name}"; need "inline:{name=value...}"`);
  const inside = insideBraces(source);
  if (inside === undefined) throw invalid("bad syntax");
  const entries = new Map<string, Entry>();
  for (const element of splitOutsideBraces(inside)) {
    const [key, value] = splitPair(element, invalid);
    entries.set(fold(key), { value });
  }
  if (entries.size === 0) throw invalid("empty table");
  return entryTable(name, entries, options);
}

function splitPair(element: string, invalid: (what: string) => FromguardError): readonly [key: string, value: string] {
  let pair = element;
  if (element.startsWith("{")) {
    const end = endOfBraces(element);
    if (end === undefined) throw invalid(`missing '}' in "${element}"`);
    if (end < element.length) throw invalid(`syntax error after '}' in "${element}"`);
    pair = trimBlanks(element.slice(1, -1));
  }
  const equals = pair.indexOf("=");
  if (equals < 0) throw invalid("missing '=' after attribute name");
  return [trimBlanks(pair.slice(0, equals)), trimBlanks(pair.slice(equals + 1))];
}
