import { FromguardError } from "../verdict/error.js";
import { endOfBraces, trimBlanks } from "./lists.js";
import type { Table } from "./table.js";

/**
 * A table that answers every key alike.
 *
 * @param source the text behind `static:`, as in main.cf: the value, or `{value with blanks}`, trimmed
 * @throws FromguardError FG_TABLE_INVALID where it is empty, or has no closing brace or text behind it
 * @see Postfix DATABASE_README, "static"
 */
export function staticTable(source: string): Table {
  const name = `static:${source}`;
  const value = source.startsWith("{") ? unbraced(source) : source;
  if (source === "") throw invalid(name, "has no value");
  return {
    name,
    keys: "parts",
    lookup: (key) => ({ kind: "found", value, evidence: () => ({ source: name, key, result: value }) }),
  };
}

function unbraced(source: string): string {
  const end = endOfBraces(source);
  if (end === undefined) throw invalid(`static:${source}`, "has no closing brace");
  if (trimBlanks(source.slice(end)) !== "") throw invalid(`static:${source}`, "has text behind the closing brace");
  return trimBlanks(source.slice(1, end - 1));
}

function invalid(name: string, what: string): FromguardError {
  return new FromguardError("FG_TABLE_INVALID", `${name} ${what}`);
}
