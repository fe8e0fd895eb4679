import { FromguardError } from "../verdict/error.js";
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
  let level = 0;
  for (let i = 0; i < source.length; i += 1) {
    if (source[i] === "{") level += 1;
    else if (source[i] === "}") level -= 1;
    if (level > 0) continue;
    if (source.slice(i + 1).trim() !== "") throw invalid(`static:${source}`, "has text behind the closing brace");
    return source.slice(1, i).replace(/^[\t-\r ]+|[\t-\r ]+$/g, "");
  }
  throw invalid(`static:${source}`, "has no closing brace");
}

function invalid(name: string, what: string): FromguardError {
  return new FromguardError("FG_TABLE_INVALID", `${name} ${what}`);
}
