import { FromguardError } from "../verdict/error.js";
import { isUtf8 } from "./keys.js";
import { trimBlanks, unbraced } from "./lists.js";
import { NOT_FOUND, type Table } from "./table.js";

/**
 * A table that answers every key alike.
 *
 * @param source the text behind `static:`, as in main.cf: the value, or `{value with blanks}`, trimmed
 * @throws FromguardError FG_TABLE_INVALID where it is empty, or has no closing brace or text behind it
 * @see Postfix DATABASE_README, "static"
 */
export function staticTable(source: string): Table {
  const name = `static:${source}`;
  if (source === "") throw new FromguardError("FG_TABLE_INVALID", `${name} has no value`);
  const bare = source.startsWith("{") ? unbraced(source) : undefined;
  if (bare !== undefined && "fault" in bare) {
    throw new FromguardError("FG_TABLE_INVALID", `bad static:name syntax: ${bare.fault}`);
  }
  const value = bare === undefined ? source : trimBlanks(bare.text);
  return {
    name,
    keys: "parts",
    lookup: (key) =>
      isUtf8(key) ? { kind: "found", value, evidence: () => ({ source: name, key, result: value }) } : NOT_FOUND,
    entries: () => [{ kind: "pattern", pattern: "every address", result: [value] }],
  };
}
