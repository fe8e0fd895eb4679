import { FromguardError, isFromguardError } from "../verdict/error.js";
import { pipeTable, unionTable } from "./composite-tables.js";
import { brokenTable, failTable } from "./fail-table.js";
import { inlineTable } from "./inline-table.js";
import { insideBraces, splitOutsideBraces } from "./lists.js";
import { randomTable } from "./random-table.js";
import { staticTable } from "./static-table.js";
import type { LoadedTable, Table, TableWarning } from "./table.js";

/** Options of {@link openTable}. */
export interface OpenTableOptions {
  /**
   * Opens what core cannot: a table whose text or server is elsewhere. Called once for each such name. May throw a
   * FromguardError.
   */
  readonly open: (type: string, source: string) => LoadedTable | Promise<LoadedTable>;
  /**
   * What becomes of a table that cannot be opened. `throw` (default) throws; `answer-errors` does as Postfix: every
   * lookup in it is an error.
   */
  readonly invalid?: "throw" | "answer-errors";
  /** For `randmap`. Default `Math.random`. */
  readonly random?: () => number;
}

/** The most tables that one name may nest. */
const MAX_NESTING = 100;

type Maker = (source: string, options: OpenTableOptions) => Table;

/** Types whose whole content stands in the name. */
const IN_NAME: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ["inline", (source) => inlineTable(source)],
  ["static", (source) => staticTable(source)],
  ["fail", (source) => failTable(source)],
  ["randmap", (source, { random }) => randomTable(source, random)],
]);

const COMPOSITES: ReadonlyMap<string, typeof unionTable> = new Map([
  ["unionmap", unionTable],
  ["pipemap", pipeTable],
]);

/**
 * Opens a table by its name, `type:source`, as main.cf has it. `proxy:` is transparent. Types whose content is in the name (`inline`,
 * `static`, `fail`, `randmap`) and those made of others (`unionmap`, `pipemap`) are opened here, all others by `open`.
 *
 * @throws FromguardError FG_TABLE_INVALID for a name that is none, and what `open` throws, unless `invalid` is `answer-errors`
 * @see Postfix DATABASE_README
 */
export async function openTable(name: string, options: OpenTableOptions): Promise<LoadedTable> {
  return openNested(name, options, 0);
}

async function openNested(name: string, options: OpenTableOptions, depth: number): Promise<LoadedTable> {
  try {
    return await openOne(name, options, depth);
  } catch (error) {
    if (options.invalid !== "answer-errors" || !isFromguardError(error)) throw error;
    return { table: brokenTable(name, "table-invalid", error.message), warnings: [] };
  }
}

async function openOne(name: string, options: OpenTableOptions, depth: number): Promise<LoadedTable> {
  if (depth > MAX_NESTING) throw new FromguardError("FG_TABLE_INVALID", `tables are nested over ${MAX_NESTING} deep`);
  const colon = name.indexOf(":");
  const type = name.slice(0, Math.max(0, colon));
  const source = name.slice(colon + 1);
  if (type === "" || source === "") {
    throw new FromguardError("FG_TABLE_INVALID", `expecting "type:name" form instead of "${name}"`);
  }
  if (type === "proxy") return openNested(source, options, depth + 1);
  const make = IN_NAME.get(type);
  if (make !== undefined) return { table: make(source, options), warnings: [] };
  const compose = COMPOSITES.get(type);
  if (compose === undefined) return options.open(type, source);
  const members = splitOutsideBraces(insideBraces(source) ?? "");
  if (members.length === 0 || members.some((member) => !member.includes(":"))) {
    throw new FromguardError("FG_TABLE_INVALID", `bad syntax: "${name}"; need "${type}:{type:name...}"`);
  }
  const tables: Table[] = [];
  const warnings: TableWarning[] = [];
  for (const member of members) {
    const opened = await openNested(member, options, depth + 1);
    tables.push(opened.table);
    warnings.push(...opened.warnings);
  }
  return { table: compose(name, tables), warnings };
}
