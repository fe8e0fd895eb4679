import { FromguardError } from "../verdict/error.js";
import { isUtf8 } from "./keys.js";
import { insideBraces, splitOutsideBraces } from "./lists.js";
import { NOT_FOUND, type Table } from "./table.js";

/**
 * A table that answers every key with one of its values, drawn anew each time: `randmap:{value, value}`.
 *
 * @param source the text behind `randmap:`, as in main.cf
 * @param random a number from 0 up to, not including, 1. Default `Math.random`
 * @throws FromguardError FG_TABLE_INVALID where it has no braces or no value
 * @see Postfix DATABASE_README, "randmap"
 */
export function randomTable(source: string, random: () => number = Math.random): Table {
  const name = `randmap:${source}`;
  const values = splitOutsideBraces(insideBraces(source) ?? "");
  if (values.length === 0) {
    throw new FromguardError("FG_TABLE_INVALID", `bad syntax: "${name}"; need "randmap:{value...}"`);
  }
  return {
    name,
    keys: "full",
    lookup: (key) => {
      if (!isUtf8(key)) return NOT_FOUND;
      const value = values[Math.floor(random() * values.length)] ?? "";
      return { kind: "found", value, evidence: () => ({ source: name, key, result: value }) };
    },
    entries: () => values.map((value) => ({ kind: "pattern", pattern: "every address, at times", result: [value] })),
  };
}
