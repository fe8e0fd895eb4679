import { cidrTable, FromguardError, failTable, type LoadedTable, tableOf } from "@fromguard/core";
import { describe, expect, test } from "vitest";
import { clientList, domainList, stringList } from "../../src/lists/lists.js";
import { readPatterns } from "../../src/lists/read-match-list.js";

const tables: Readonly<Record<string, LoadedTable>> = {
  "hash:d": { table: tableOf({ "b.example": "x", ".sub.example": "x", "192.0.2.9": "x" }), warnings: [] },
  "cidr:c": cidrTable("203.0.113.0/24 x\n", { file: "c" }),
  "fail:f": { table: failTable("f"), warnings: [] },
};

const files: Readonly<Record<string, string>> = {
  "/list": "# note\none.example,\n  two.example\n!three.example\n",
  "/self": "/self\n",
  "/indented": "  one.example # two.example\n three.example\n",
};

async function patterns(value: string) {
  const read = await readPatterns(value, {
    name: "list",
    place: {},
    openTable: async (spec) => tables[spec] as LoadedTable,
    readFile: async (path) => {
      const text = files[path];
      if (text === undefined) throw new FromguardError("FG_FILE_UNREADABLE", `no ${path}`);
      return text;
    },
  });
  return read.patterns;
}

test("a comment behind a list is told", async () => {
  const { warnings } = await readPatterns("a # b, c", {
    name: "mynetworks",
    place: { file: "main.cf", line: 3 },
    openTable: async (spec) => tables[spec] as LoadedTable,
  });
  const text = "mynetworks: comment at end of line is not supported: # b c";
  expect(warnings).toEqual([{ kind: "postfix", file: "main.cf", line: 3, text }]);
});

describe("a list of strings", () => {
  test.each([
    ["a.example B.example", "b.EXAMPLE", "listed"],
    ["a.example", "x.a.example", "not-listed"],
    [".a.example", "x.a.example", "not-listed"],
    ["!a.example a.example", "a.example", "not-listed"],
    ["!!a.example", "a.example", "listed"],
    ["/list", "two.example", "listed"],
    ["/list", "three.example", "not-listed"],
    ["!/list two.example", "two.example", "not-listed"],
    ["!/list", "three.example", "listed"],
    ["a # b", "b", "not-listed"],
    ["a #b c", "c", "not-listed"],
    ["#a b", "b", "not-listed"],
    ["!#a", "#a", "not-listed"],
    ["/indented", "one.example", "listed"],
    ["/indented", "two.example", "not-listed"],
    ["/indented", "three.example", "listed"],
    ["/missing a", "a", "unknown"],
    ["a /missing", "a", "listed"],
    ["/self", "a", "unknown"],
    ["hash:d", "b.example", "listed"],
    ["!hash:d b.example", "b.example", "not-listed"],
    ["fail:f a", "a", "unknown"],
    ["!fail:f a", "a", "unknown"],
    ["[10.0.0.1]", "[10.0.0.1]", "listed"],
  ])("%s: %s is %s", async (value, subject, kind) => {
    expect((await stringList(await patterns(value)).has(subject)).kind).toBe(kind);
  });
});

describe("a list of domains", () => {
  test.each([
    ["a.example", "x.a.example", true, "listed"],
    ["a.example", "x.a.example", false, "not-listed"],
    [".a.example", "x.a.example", false, "listed"],
    [".a.example", "a.example", false, "not-listed"],
    ["a.example", "xa.example", true, "not-listed"],
    ["hash:d", "x.b.example", true, "listed"],
    ["hash:d", "x.b.example", false, "not-listed"],
    ["hash:d", "x.sub.example", false, "listed"],
  ])("%s: %s (subdomains: %s) is %s", async (value, subject, includesSubdomains, kind) => {
    expect((await domainList(await patterns(value), { includesSubdomains }).has(subject)).kind).toBe(kind);
  });
});

describe("a list of clients", () => {
  test.each([
    ["192.0.2.0/24", "unknown", "192.0.2.7", "listed"],
    ["192.0.2.0/24", "unknown", "192.0.3.7", "not-listed"],
    ["!192.0.2.7 192.0.2.0/24", "unknown", "192.0.2.7", "not-listed"],
    ["[2001:db8::]/32", "unknown", "2001:db8::1", "listed"],
    ["[2001:db8:0::1]", "unknown", "2001:db8::1", "listed"],
    ["[::1]/128", "unknown", "127.0.0.1", "not-listed"],
    ["a.example", "mx.a.example", "198.51.100.1", "listed"],
    ["192.0.2.1/24", "unknown", "192.0.2.7", "unknown"],
    ["192.0.2.1/24", "unknown", "2001:db8::1", "not-listed"],
    ["cidr:c", "unknown", "203.0.113.5", "listed"],
    ["hash:d", "unknown", "192.0.2.9", "listed"],
    ["fail:f", "unknown", "192.0.2.9", "unknown"],
  ])("%s: %s [%s] is %s", async (value, name, address, kind) => {
    const list = clientList(await patterns(value), { includesSubdomains: true });
    expect((await list.has({ name, address })).kind).toBe(kind);
  });
});
