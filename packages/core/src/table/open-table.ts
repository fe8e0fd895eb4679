import { FromguardError, isFromguardError } from "../verdict/error.js";
import { cidrTable } from "./cidr-table.js";
import { pipeTable, unionTable } from "./composite-tables.js";
import { brokenTable, failTable } from "./fail-table.js";
import { inlineTable } from "./inline-table.js";
import { insideBraces, splitOutsideBraces, trimBlanks, unbraced } from "./lists.js";
import { pcreTable } from "./pcre-table.js";
import { randomTable } from "./random-table.js";
import { regexpTable } from "./regexp-table.js";
import { staticTable } from "./static-table.js";
import { strictTable } from "./strict-table.js";
import type { LoadedTable, Table, TableWarning } from "./table.js";
import { parseTableSpec } from "./table-spec.js";

/** Options of {@link openTable}. */
export interface OpenTableOptions {
  /**
   * Opens what core cannot: a table whose text or server is elsewhere. Called once for a name that stands twice. May throw a
   * FromguardError.
   */
  readonly open: (type: string, source: string) => LoadedTable | Promise<LoadedTable>;
  /**
   * What becomes of a table that cannot be opened, or has a member that cannot. `throw` (default) throws; `answer-errors` makes
   * every lookup in it an error, as postmap has it; `answer-when-reached` only those that come to the bad member, as in Postfix's
   * daemons.
   */
  readonly invalid?: "throw" | "answer-errors" | "answer-when-reached";
  /** Whether a line of which Postfix only warns makes the table invalid, too. Default false. */
  readonly strict?: boolean;
  /** The type of a name that has none, as postmap's `default_database_type`. Default none: such a name is invalid. */
  readonly defaultType?: string;
  /** Octets of a key, beyond which the answer is the error `key-too-long`. Default 4096. */
  readonly maxKeyBytes?: number;
  /**
   * Whether keys of `inline` are folded as they are read. Default true, as for Postfix's maps; its match lists open tables without,
   * and never find a key with a capital.
   */
  readonly foldKeys?: boolean;
  /** For `randmap`. Default `Math.random`. */
  readonly random?: () => number;
}

/** The most tables that one name may nest. */
const MAX_NESTING = 100;

type Maker = (source: string, options: OpenTableOptions) => Table;

/** Types whose whole content stands in the name. */
const IN_NAME: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ["inline", (source, options) => inlineTable(source, { ...limitsOf(options), ...foldingOf(options) })],
  ["static", (source) => staticTable(source)],
  ["fail", (source) => failTable(source)],
  ["randmap", (source, { random }) => randomTable(source, random)],
]);

const COMPOSITES: ReadonlyMap<string, typeof unionTable> = new Map([
  ["unionmap", unionTable],
  ["pipemap", pipeTable],
]);

/** Types whose lines may stand in the name, each in braces: `pcre:{{/pattern/ result}, {...}}`. */
const RULES: ReadonlyMap<string, typeof pcreTable> = new Map([
  ["pcre", pcreTable],
  ["regexp", regexpTable],
  ["cidr", cidrTable],
]);

/**
 * Opens a table by its name, `type:source`, as main.cf has it. `proxy:` is transparent. Types whose content is in the name (`inline`,
 * `static`, `fail`, `randmap`, and `pcre`, `regexp` and `cidr` with a brace) and those made of others (`unionmap`, `pipemap`) are
 * opened here, all others by `open`.
 *
 * @throws FromguardError FG_TABLE_INVALID for a name that is none, and what `open` throws, unless `invalid` says otherwise
 * @see Postfix DATABASE_README, pcre_table(5) "INLINE SPECIFICATION"
 */
export async function openTable(name: string, options: OpenTableOptions): Promise<LoadedTable> {
  try {
    const opened = await openOne(name, options, 0, new Map());
    return options.strict === true ? strictTable(opened) : opened;
  } catch (error) {
    if (options.invalid === undefined || options.invalid === "throw") throw error;
    return broken(name, error);
  }
}

/** Every lookup is the error. Throws on what is ours to mend. */
function broken(name: string, error: unknown): LoadedTable {
  if (!isFromguardError(error)) throw error;
  return { table: brokenTable(name, "table-invalid", error.message), warnings: [] };
}

/** As Postfix, opens a member that stands twice once, and warns of it once: what is in `open` has been told. */
async function openMember(
  name: string,
  options: OpenTableOptions,
  depth: number,
  open: Map<string, Table>,
): Promise<LoadedTable> {
  const key = name.replace(/^(?:proxy:)+/, "");
  const known = open.get(key);
  if (known !== undefined) return { table: known, warnings: [] };
  const opening = openOne(name, options, depth, open);
  const isLate = options.invalid === "answer-when-reached";
  const opened = await (isLate ? opening.catch((error: unknown) => broken(name, error)) : opening);
  open.set(key, opened.table);
  return opened;
}

async function openOne(
  name: string,
  options: OpenTableOptions,
  depth: number,
  open: Map<string, Table>,
): Promise<LoadedTable> {
  if (depth > MAX_NESTING) throw invalid(`tables are nested over ${MAX_NESTING} deep`);
  const spec = parseTableSpec(name, depth === 0 ? options : {});
  if (!spec.ok) throw invalid(spec.message);
  const { type, source } = spec.value;
  const make = IN_NAME.get(type);
  if (make !== undefined) return { table: make(source, options), warnings: [] };
  const read = RULES.get(type);
  if (read !== undefined && source.startsWith("{")) {
    return read(linesInBraces(type, source), { file: source, ...limitsOf(options) });
  }
  const compose = COMPOSITES.get(type);
  if (compose === undefined) return options.open(type, source);
  const full = `${type}:${source}`;
  const members = splitOutsideBraces(insideBraces(source) ?? "");
  if (members.length === 0 || members.some((member) => !member.includes(":"))) {
    throw invalid(`bad syntax: "${full}"; need "${type}:{type:name...}"`);
  }
  const tables: Table[] = [];
  const warnings: TableWarning[] = [];
  for (const member of members) {
    const opened = await openMember(member, options, depth + 1, open);
    tables.push(opened.table);
    warnings.push(...opened.warnings);
  }
  return { table: compose(full, tables), warnings };
}

function linesInBraces(type: string, source: string): string {
  const inside = (text: string): string => {
    const bare = unbraced(text);
    if ("fault" in bare) throw invalid(`${type} map: ${bare.fault}`);
    return bare.text;
  };
  return splitOutsideBraces(inside(source))
    .map((line) => `${trimBlanks(inside(line))}\n`)
    .join("");
}

function limitsOf({ maxKeyBytes }: OpenTableOptions): { readonly maxKeyBytes?: number } {
  return maxKeyBytes === undefined ? {} : { maxKeyBytes };
}

function foldingOf({ foldKeys }: OpenTableOptions): { readonly foldKeys?: boolean } {
  return foldKeys === undefined ? {} : { foldKeys };
}

function invalid(what: string): FromguardError {
  return new FromguardError("FG_TABLE_INVALID", what);
}
