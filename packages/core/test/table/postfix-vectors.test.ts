import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  isFromguardError,
  type LoadedTable,
  pcreTable,
  regexpTable,
  staticTable,
  textHashTable,
} from "../../src/index.js";

// Recorded from Postfix 3.7.11 with `postmap -q`.
const FOLDER = new URL("../vectors/postfix/", import.meta.url);

interface Vector {
  readonly table: string;
  readonly source: string;
  readonly messages: readonly string[];
  readonly queries: readonly {
    readonly key: string;
    readonly result: string | null | { readonly error: string };
    readonly warnings?: readonly string[];
  }[];
}

function load({ table, source }: Vector): LoadedTable {
  if (table === "pcre") return pcreTable(source, { file: "@FILE@" });
  if (table === "regexp") return regexpTable(source, { file: "@FILE@" });
  if (table === "texthash") return textHashTable(source, { file: "@FILE@" });
  return { table: staticTable(source), warnings: [] };
}

function tryToLoad(vector: Vector): LoadedTable | string {
  try {
    return load(vector);
  } catch (error) {
    if (!isFromguardError(error)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

const vectors = readdirSync(FOLDER)
  .sort()
  .map((name) => [name, JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")) as Vector] as const);

describe("a recorded table gives Postfix's answers and warnings", () => {
  test("every pattern table loads", () => {
    const patterns = vectors.filter(([, { table }]) => table === "pcre" || table === "regexp");
    expect(patterns.filter(([, vector]) => typeof tryToLoad(vector) === "string").map(([name]) => name)).toEqual([]);
  });

  test.each(vectors)("%s", (_name, vector) => {
    const loaded = tryToLoad(vector);
    if (typeof loaded === "string") {
      // Postfix opens such a table and then fails each lookup.
      expect(vector.queries.every(({ result }) => typeof result === "object" && result !== null)).toBe(true);
      return;
    }
    const postfix = loaded.warnings.filter(({ kind }) => kind === "postfix").map(({ text }) => text);
    expect([...postfix].sort()).toEqual([...vector.messages, ...sharedWarnings(vector)].sort());
    // Where Postfix reached PCRE2's match limit, it went on as if the line did not match: so it may not end here.
    const queries = vector.queries.filter(({ warnings = [] }) => !warnings.some((text) => /match limit/.test(text)));
    const got = queries.map(({ key }) => [key, answer(loaded, key)]);
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

function answer({ table }: LoadedTable, key: string): unknown {
  const lookup = table.lookup(key);
  if (lookup instanceof Promise) throw new TypeError("a table in memory answers at once");
  return lookup.kind === "found" ? lookup.value : lookup.kind === "error" ? "error" : null;
}
