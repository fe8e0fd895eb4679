import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cidrTable, type LoadedTable, openTable, pcreTable, regexpTable, textHashTable } from "../../src/index.js";

// Recorded from Postfix 3.7.11 with `postmap -q`.
const FOLDER = new URL("../vectors/postfix/", import.meta.url);

interface Vector {
  readonly table: string;
  readonly source: string;
  readonly messages: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly queries: readonly {
    readonly key: string;
    readonly result: string | null | { readonly error: string };
    readonly warnings?: readonly string[];
  }[];
}

const FILE_TYPES = new Map<string, (text: string, options: { readonly file: string }) => LoadedTable>([
  ["pcre", pcreTable],
  ["regexp", regexpTable],
  ["cidr", cidrTable],
  ["texthash", textHashTable],
  ["lmdb", textHashTable],
]);

/** Opens a table as Postfix does: one that is broken answers every lookup with an error. */
function load({ table, source, files = {} }: Vector): Promise<LoadedTable> {
  const texts: Readonly<Record<string, string>> = { ...files, "@FILE@": source };
  return openTable(FILE_TYPES.has(table) ? `${table}:@FILE@` : `${table}:${source}`, {
    invalid: "answer-errors",
    open: (type, file) => FILE_TYPES.get(type)!(texts[file]!, { file }),
  });
}

const vectors = readdirSync(FOLDER)
  .sort()
  .map((name) => [name, JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")) as Vector] as const);

describe("a recorded table gives Postfix's answers and warnings", () => {
  test.each(vectors)("%s", async (_name, vector) => {
    const loaded = await load(vector);
    const postfix = loaded.warnings.filter(({ kind }) => kind === "postfix").map(({ text }) => text);
    expect([...postfix].sort()).toEqual([...vector.messages, ...sharedWarnings(vector)].sort());
    // Where Postfix reached PCRE2's match limit, it went on as if the line did not match: so it may not end here.
    const queries = vector.queries.filter(({ warnings = [] }) => !warnings.some((text) => /match limit/.test(text)));
    const got: unknown[] = [];
    for (const { key } of queries) got.push([key, await answer(loaded, key)]);
    const expected = queries.map(({ key, result }) => [
      key,
      typeof result === "object" && result !== null ? "error" : result,
    ]);
    expect(got).toEqual(expected);
  });
});

/** For the key `-` postmap reads its input and opens no table: then no recorded warning is one of every query. */
function sharedWarnings({ queries }: Vector): readonly string[] {
  const [first = [], ...rest] = queries.filter(({ key }) => key !== "-").map(({ warnings }) => warnings ?? []);
  if (rest.length + 1 >= queries.length) return [];
  return first.filter((text) => rest.every((warnings) => warnings.includes(text)));
}

async function answer({ table }: LoadedTable, key: string): Promise<string | null> {
  const lookup = await table.lookup(key);
  return lookup.kind === "found" ? lookup.value : lookup.kind === "error" ? "error" : null;
}
