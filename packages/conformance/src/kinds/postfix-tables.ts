import {
  cidrTable,
  type LoadedTable,
  type Lookup,
  openTable,
  pcreTable,
  regexpTable,
  textHashTable,
} from "@fromguard/core";
import {
  agree,
  type Case,
  type CorpusFile,
  disagree,
  isRecord,
  type Kind,
  notSupported,
  type Outcome,
} from "../kind.js";

/** Found, not found, or an error; the text of an error is not compared. */
type Result = string | null | { readonly error: string };

interface Query {
  readonly key: string;
  readonly result: Result;
  /** Messages of this query alone. */
  readonly warnings?: readonly string[];
}

interface TableFile {
  readonly table: string;
  /** The text of the file, or what stands behind `type:`. */
  readonly source: string;
  /** How many warnings loading gives. */
  readonly warnings: number;
  readonly queries: readonly Query[];
  /** What `@FILE1@` and so on in `source` refer to. */
  readonly files?: Readonly<Record<string, string>>;
}

type Parse = (text: string, options: { readonly file: string }) => LoadedTable;

/** The types whose text is in a file. */
const FILE_TYPES: ReadonlyMap<string, Parse> = new Map<string, Parse>([
  ["pcre", pcreTable],
  ["regexp", regexpTable],
  ["cidr", cidrTable],
  ["texthash", textHashTable],
  ["lmdb", (text, options) => textHashTable(text, { ...options, type: "lmdb" })],
]);

const LIMIT_EXCEEDED = /line (\d+): match limit exceeded/;

/** Lookup tables as `postmap -q` answers them: one case a query. */
export const postfixTables: Kind = {
  name: "postfix-tables",
  recognise: (json) =>
    isRecord(json) &&
    typeof json.table === "string" &&
    typeof json.source === "string" &&
    Array.isArray(json.queries) &&
    json.queries.every((query) => isRecord(query) && typeof query.key === "string" && "result" in query),
  cases: ({ json }: CorpusFile) => {
    const file = json as TableFile; // recognise has looked
    let opened: Promise<Opened> | undefined;
    return file.queries.map(
      (query, index): Case => ({
        name: `query ${index + 1}: ${JSON.stringify(query.key)}`,
        check: async () => {
          opened ??= open(file);
          return checkQuery(file, query, await opened);
        },
      }),
    );
  },
};

type Opened = LoadedTable | { readonly unsupported: string };

/** Opens a table as Postfix does: one that is broken answers every lookup with an error. */
async function open({ table, source, files = {} }: TableFile): Promise<Opened> {
  const isFile = FILE_TYPES.has(table);
  const texts = new Map(Object.entries(isFile ? { [MAIN]: source } : files));
  try {
    return await openTable(`${table}:${isFile ? MAIN : source}`, {
      invalid: "answer-errors",
      open: (type, name) => {
        const parse = FILE_TYPES.get(type);
        const text = texts.get(name);
        if (parse === undefined) throw new Unsupported(`tables of type ${type}`);
        if (text === undefined) throw new Unsupported(`the file ${name}`);
        return parse(text, { file: name });
      },
    });
  } catch (error) {
    if (error instanceof Unsupported) return { unsupported: error.message };
    throw error;
  }
}

/** The name of the table's own file. */
const MAIN = "table";

class Unsupported extends Error {}

async function checkQuery(file: TableFile, query: Query, opened: Opened): Promise<Outcome> {
  const expected = textOf(query.result);
  if ("unsupported" in opened) return notSupported(expected, opened.unsupported);
  const loaded = opened.warnings.filter(({ kind }) => kind === "postfix");
  const warnings = file.warnings + sharedWarnings(file);
  if (loaded.length !== warnings) {
    const texts = loaded.map(({ text }) => text).join("; ");
    return disagree(`${warnings} warnings of loading`, `${loaded.length}: ${texts || "none"}`);
  }
  const lookup = await opened.table.lookup(query.key);
  if (isSame(lookup, query.result) || isMember(lookup, file)) return agree();
  return isUnlimited(lookup, query)
    ? agree("answers where Postfix stopped at its match limit")
    : disagree(expected, told(lookup));
}

/**
 * Warnings that every query has as its own: they are of loading too. For the key `-` postmap reads keys from its input
 * and, finding none, opens no table, so that a record with that key counts no warning as one of loading.
 */
function sharedWarnings({ queries }: TableFile): number {
  const [first, ...rest] = queries.filter(({ key }) => key !== "-").map(({ warnings }) => warnings ?? []);
  if (first === undefined || rest.length + 1 === queries.length) return 0;
  return first.filter((text) => rest.every((warnings) => warnings.includes(text))).length;
}

function isSame(lookup: Lookup, result: Result): boolean {
  if (lookup.kind === "found") return lookup.value === result;
  return lookup.kind === "not-found" ? result === null : isError(result);
}

/** A randmap answers any of its members, braces and all. */
function isMember(lookup: Lookup, { table, source }: TableFile): boolean {
  if (table !== "randmap" || lookup.kind !== "found") return false;
  const members = source.replace(/^\{|\}$/g, "").match(/\{[^}]*\}|[^,\s]+/g) ?? [];
  return members.some((member) => member === lookup.value);
}

/**
 * Where Postfix gave a line up at its match limit, matching without a limit may find that line, and the error `match-limit`
 * is right too. The recording cannot tell whether the line matches: such answers are counted and told.
 */
function isUnlimited(lookup: Lookup, { warnings = [] }: Query): boolean {
  const lines = warnings.flatMap((text) => LIMIT_EXCEEDED.exec(text)?.[1] ?? []).map(Number);
  if (lines.length === 0 || lookup.kind === "not-found") return false;
  if (lookup.kind === "error") return lookup.code === "match-limit";
  return lines.includes(lookup.evidence().line ?? 0);
}

function isError(result: Result): boolean {
  return isRecord(result);
}

function textOf(result: Result): string {
  if (result === null) return "not found";
  return typeof result === "string" ? JSON.stringify(result) : "an error";
}

function told(lookup: Lookup): string {
  if (lookup.kind === "found") return JSON.stringify(lookup.value);
  return lookup.kind === "not-found" ? "not found" : `error ${lookup.code}: ${lookup.cause}`;
}
