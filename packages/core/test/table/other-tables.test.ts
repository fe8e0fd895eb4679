import { describe, expect, test } from "vitest";
import { isFromguardError, type Lookup, staticTable, type Table, tableOf, textHashTable } from "../../src/index.js";

function lookUp(table: Table, key: string): Lookup {
  const lookup = table.lookup(key);
  if (lookup instanceof Promise) throw new TypeError("a table in memory answers at once");
  return lookup;
}

function valueAt(table: Table, key: string): string | null {
  const lookup = lookUp(table, key);
  return lookup.kind === "found" ? lookup.value : null;
}

describe("textHashTable", () => {
  const source =
    '# senders\nSales@Example.com  Ann,\n  bob\n"a b"@x  quoted\nsales@example.com other\nnovalue\nSTRASSE@x s\n';
  const { table, warnings } = textHashTable(source, { file: "F", type: "hash" });

  test.each([
    ["sales@example.com", "Ann,  bob"],
    ["SALES@EXAMPLE.COM", "Ann,  bob"],
    ["straße@x", "s"],
    ['"a b"@x', "quoted"],
    ["novalue", null],
    ["", null],
  ])("%s has %s", (key, value) => {
    expect(valueAt(table, key)).toBe(value);
  });

  test("warns as Postfix does", () => {
    expect(warnings.map(({ text }) => text)).toEqual([
      'F, line 5: duplicate entry: "sales@example.com"',
      "F, line 6: expected format: key whitespace value -- ignoring this line",
    ]);
  });

  test("is no table where duplicates are wanted to be none, whatever their case", () => {
    const read = () => textHashTable(source, { file: "F", duplicates: "throw" });
    expect(read).toThrow(expect.objectContaining({ code: "FG_TABLE_INVALID", place: { file: "F", line: 5 } }));
  });

  test("never finds a key with a capital that was not folded", () => {
    const unfolded = textHashTable("Ann@x 1\nbob@x 2\nann@x 3\n", { file: "F", foldKeys: false });
    expect(unfolded.warnings).toEqual([]);
    expect(valueAt(unfolded.table, "Ann@x")).toBe("3");
    expect(valueAt(unfolded.table, "BOB@x")).toBe("2");
    expect(valueAt(textHashTable("Cy@x 1\n", { file: "F", foldKeys: false }).table, "Cy@x")).toBe(null);
  });

  test("shows the line in evidence", () => {
    const lookup = lookUp(table, "Sales@Example.com");
    expect(lookup.kind === "found" && lookup.evidence()).toEqual({
      source: "hash:F",
      file: "F",
      line: 2,
      key: "sales@example.com",
      result: "Ann,  bob",
    });
  });

  test("drops a line that is not UTF-8, with a warning", () => {
    const octets = Uint8Array.from([0x61, 0xff, 0x20, 0x78, 0x0a, 0x62, 0x20, 0x79]);
    const loaded = textHashTable(octets, { file: "F" });
    expect(loaded.warnings.map(({ text }) => text)).toEqual([
      'F, line 1: non-UTF-8 input "a? x" -- ignoring this line',
    ]);
    expect(valueAt(loaded.table, "b")).toBe("y");
  });
});

test("an empty key is an error in lmdb alone, as postmap was seen to answer", () => {
  for (const type of ["lmdb", "cdb"]) {
    const { table } = textHashTable("a b\n", { file: "F", type });
    expect(lookUp(table, "").kind).toBe(type === "lmdb" ? "error" : "not-found");
  }
});

describe("tableOf", () => {
  const table = tableOf({ "Sales@example.com": ["ann", "bob"], "@example.org": "carol" });

  test("folds keys and joins lists", () => {
    expect(valueAt(table, "sales@EXAMPLE.com")).toBe("ann, bob");
    expect(valueAt(table, "@example.org")).toBe("carol");
  });

  test.each(["__proto__", "constructor", "toString"])("does not know %s", (key) => {
    expect(lookUp(table, key)).toEqual({ kind: "not-found" });
  });

  test("a key over the limit is an error", () => {
    expect(lookUp(table, "a".repeat(4097))).toMatchObject({ kind: "error", code: "key-too-long" });
    expect(lookUp(table, "ü".repeat(2049))).toMatchObject({ kind: "error", code: "key-too-long" });
    expect(lookUp(table, "ü".repeat(2048))).toEqual({ kind: "not-found" });
  });
});

describe("staticTable", () => {
  test.each([
    ["ok", "ok"],
    ["{ a b }", "a b"],
    ["a,b", "a,b"],
  ])("%s answers %s to every key", (source, value) => {
    expect(valueAt(staticTable(source), "x")).toBe(value);
    expect(valueAt(staticTable(source), "")).toBe(value);
  });

  test.each(["", "{a", "{a}b"])("%j is refused", (source) => {
    try {
      staticTable(source);
      expect.unreachable();
    } catch (error) {
      expect(isFromguardError(error) && error.code).toBe("FG_TABLE_INVALID");
    }
  });
});
