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

it.each([
  ["10.0.0.0/264", "10.3.3.3"],
  ["10.0.0.0/0000000000000000000008", "10.3.3.3"],
  ["1.2.3.4/4294967328", "1.2.3.4"],
])("%s is a network, by the one octet of its length", async (network, key) => {
  const { table, warnings } = cidrTable(`${network} x\n`, { file: "f" });
  expect([(await table.lookup(key)).kind, warnings]).toEqual(["found", []]);
});

it.each([
  ["1.2.3.4/8", "1.0.0.0/8"],
  ["::ffff:1.2.3.4/96", "::ffff:0.0.0.0/96"],
  ["::ffff:1.2.3.4/120", "::ffff:1.2.3.0/120"],
  ["::1.2.3.4/112", "::1.2.0.0/112"],
  ["::1.2.3.4/96", "::/96"],
  ["abcd::1234:0:0:5/100", "abcd::1234:0:0:0/100"],
  ["1:0:0:2:0:0:0:3/64", "1:0:0:2::/64"],
  ["0:1::2/3", "::/3"],
])("%s has host bits: %s is suggested", (network, suggested) => {
  expect(cidrTable(`${network} x\n`, { file: "f" }).warnings[0]?.text).toBe(
    `cidr map f, line 1: non-null host address bits in "${network}", perhaps you should use "${suggested}" instead: skipping this rule`,
  );
});

it.each([
  ["1.2.3.0/99999999999", 'bad mask length in "1.2.3.0/99999999999"'],
  ["1.2.3.0/99999999999999999999999", 'bad mask length in "1.2.3.0/99999999999999999999999"'],
  ["1.2.3.4/", 'bad mask value in "1.2.3.4/"'],
  ["1.2.3.4/32/3", 'bad mask value in "1.2.3.4/32/3"'],
  ["[1.2.3.4", "missing ']' character after \"[1.2.3.4\""],
  ["[1.2.3.4]x", 'garbage after "[1.2.3.4]"'],
  ["1.2.3.04/32", 'bad network value in "1.2.3.04/32"'],
  ["ifx", 'bad address pattern: "ifx"'],
])("%s: %s", (network, what) => {
  expect(cidrTable(`${network} x\n`, { file: "f" }).warnings.map(({ text }) => text)).toEqual([
    `cidr map f, line 1: ${what}: skipping this rule`,
  ]);
});
