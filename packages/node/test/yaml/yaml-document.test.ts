import { type KeyPath, parseYamlDocument } from "@fromguard/node";
import { describe, expect, test } from "vitest";

describe("the place of a path", () => {
  const TEXT = [
    "# first",
    'a: "quoted"',
    "list:",
    "  - one",
    "  -",
    "  - { x: 1, 'y': [p, q] }",
    '"odd key":',
    "  12: twelve",
    "",
  ].join("\n");

  test.each<[string, KeyPath, string]>([
    ["the file", [], "1:1 "],
    ["a key", ["a"], "2:1 a"],
    ["an item", ["list", 0], "4:5 list[0]"],
    ["an empty item, which stands where the one before it does", ["list", 1], "4:5 list[1]"],
    ["a key in braces", ["list", 2, "y"], "6:13 list[2].y"],
    ["an item in brackets", ["list", 2, "y", 1], "6:22 list[2].y[1]"],
    ["a key in quotes", ["odd key"], '7:1 "odd key"'],
    ["a key that is a number", ["odd key", "12"], '8:3 "odd key".12'],
    ["what is not there: its nearest parent", ["list", 7, "x"], "3:1 list[7].x"],
  ])("of %s", (_what, path, place) => {
    const { line, column, key = "" } = parseYamlDocument(TEXT, "f").place(path);
    expect(`${line}:${column} ${key}`).toBe(place);
  });

  test.each([
    ["LF", "\n"],
    ["CRLF", "\r\n"],
    ["CR", "\r"],
  ])("counts lines that end with %s", (_name, end) => {
    const document = parseYamlDocument(["a: 1", "", "b: 2", ""].join(end), "f");
    expect(document.value).toEqual({ a: 1, b: 2 });
    expect(document.place(["b"])).toEqual({ file: "f", line: 3, column: 1, key: "b" });
  });

  test("of an alias is its own", () => {
    const document = parseYamlDocument("a: &x [1, 2]\nb: *x\n", "f");
    expect(document.value).toEqual({ a: [1, 2], b: [1, 2] });
    expect(document.place(["b", 1])).toMatchObject({ line: 2, column: 1 });
  });
});

test("a date, yes and a number with a leading zero are read by the core schema of YAML 1.2", () => {
  const { value } = parseYamlDocument("[2027-06-30, yes, 012, 1_0, ~, true]\n", "f");
  expect(value).toEqual(["2027-06-30", "yes", 12, "1_0", null, true]);
});

test.each(["", "# only this\n", "---\n", "~\n"])("%j has no value", (text) => {
  expect(parseYamlDocument(text, "f").value).toBeNull();
});
