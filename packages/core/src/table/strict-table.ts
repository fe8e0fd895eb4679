import { FromguardError } from "../verdict/error.js";
import type { LoadedTable } from "./table.js";

/**
 * The table, if nothing is wrong in a line of it that Postfix would log: a line that is silently missing changes who owns what.
 *
 * @throws FromguardError FG_TABLE_INVALID with file and line of the first such fault, in Postfix's words
 */
export function strictTable<T extends LoadedTable>(loaded: T): T {
  const bad = loaded.warnings.find(({ kind, line }) => kind === "postfix" && line > 0);
  if (bad === undefined) return loaded;
  const { file, line, text } = bad;
  const behind = [`${file}, line ${line}: `, `${file}: `].find((place) => text.includes(place)) ?? "";
  const what = text.slice(text.indexOf(behind) + behind.length);
  throw new FromguardError("FG_TABLE_INVALID", what, { place: { file, line } });
}
