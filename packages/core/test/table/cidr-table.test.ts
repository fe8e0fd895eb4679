import { expect, it } from "vitest";
import { cidrTable } from "../../src/table/cidr-table.js";

// Found by comparing random tables with postmap 3.7.11.

it("an if without endif is warned of, the last first", () => {
  const { warnings } = cidrTable("if 1.2.3.4\n1.2.3.4 x\nif !2.0.0.0/8\n", { file: "f" });
  expect(warnings.map(({ text }) => text)).toEqual([
    "cidr map f, line 3: IF has no matching ENDIF",
    "cidr map f, line 1: IF has no matching ENDIF",
  ]);
});

it("a result that is not UTF-8 is an error", () => {
  const text = Uint8Array.from("1.2.3.4 \xff\n5.6.7.8 \xc3\xa9\n", (char) => char.charCodeAt(0));
  const { table } = cidrTable(text, { file: "f" });
  expect(table.lookup("1.2.3.4")).toMatchObject({ kind: "error", code: "result-not-utf8" });
  expect(table.lookup("5.6.7.8")).toMatchObject({ kind: "found", value: "é" });
});
