import { describe, expect, it } from "vitest";
import { postfixTables } from "../../src/kinds/postfix-tables.js";

function table(type: string, source: string, queries: readonly object[], warnings = 0) {
  return { table: type, theme: "t", source, warnings, messages: [], queries };
}

async function outcomes(json: unknown) {
  expect(postfixTables.recognise(json)).toBe(true);
  return Promise.all(postfixTables.cases({ path: "t.json", json }).map((one) => one.check()));
}

const LIMIT = ["pcre map @FILE@, line 1: match limit exceeded"];

describe("postfix-tables", () => {
  it("agrees on found, empty and not found", async () => {
    const source = "/^(alice)@/ $1\n/^empty@/\n";
    const queries = [
      { key: "alice@x", result: "alice" },
      { key: "empty@x", result: "" },
      { key: "bob@x", result: null },
    ];
    expect(await outcomes(table("pcre", source, queries, 1))).toEqual(Array(3).fill({ agrees: true }));
  });

  it.each([
    ["another value", "/^a/ one\n", { key: "a", result: "two" }, '"two"', '"one"'],
    ["found for not found", "/^a/ one\n", { key: "a", result: null }, "not found", '"one"'],
    ["not found for found", "/^a/ one\n", { key: "b", result: "one" }, '"one"', "not found"],
    ["an answer for an error", "/^a/ one\n", { key: "a", result: { error: "any" } }, "an error", '"one"'],
  ])("reports %s", async (_what, source, query, expected, got) => {
    expect(await outcomes(table("pcre", source, [query]))).toEqual([{ agrees: false, expected, got }]);
  });

  it("names each query by its place and key", () => {
    const cases = postfixTables.cases({ path: "t.json", json: table("pcre", "", [{ key: "a\n", result: null }]) });
    expect(cases.map(({ name }) => name)).toEqual(['query 1: "a\\n"']);
  });

  it("disagrees on every query where loading warns another number of times", async () => {
    const queries = [
      { key: "a", result: null },
      { key: "b", result: null },
    ];
    expect(await outcomes(table("pcre", "/a\n", queries))).toMatchObject(
      Array(2).fill({ agrees: false, expected: "0 warnings of loading" }),
    );
  });

  it("does not count warnings of our own", async () => {
    const query = { key: "alice@example.com", result: "alice" };
    expect(await outcomes(table("pcre", "/^(.*)@example\\.com/ $1\n", [query]))).toEqual([{ agrees: true }]);
  });

  it("takes what cannot be asked yet for a disagreement, also where an error is recorded", async () => {
    expect(await outcomes(table("nosuchtype", "x", [{ key: "a", result: { error: "any" } }]))).toEqual([
      { agrees: false, expected: "an error", got: "not supported yet: tables of type nosuchtype" },
    ]);
  });

  it("takes the answer of a line that Postfix gave up at its limit, and counts it", async () => {
    const source = "/^a+$/ one\n/./ two\n";
    expect(await outcomes(table("pcre", source, [{ key: "aa", result: "two", warnings: LIMIT }]))).toEqual([
      { agrees: true, note: "answers where Postfix stopped at its match limit" },
    ]);
    expect(await outcomes(table("pcre", source, [{ key: "b", result: "one", warnings: LIMIT }]))).toMatchObject([
      { agrees: false, got: '"two"' },
    ]);
  });

  it.each([
    ["a session", { filter: "scripted", filter_script: {}, connections: [] }],
    ["queries without a result", table("pcre", "", [{ key: "a" }])],
    ["a list", []],
  ])("does not take %s", (_what, json) => {
    expect(postfixTables.recognise(json)).toBe(false);
  });
});
