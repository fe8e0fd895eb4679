import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cidrTable, openTable, randomTable } from "../../src/index.js";

const open = (name: string) =>
  openTable(name, {
    open: () => {
      throw new TypeError("no files here");
    },
  });

describe("cidr", () => {
  const value = (text: string, key: string) => {
    const answer = cidrTable(text, { file: "f" }).table.lookup(key);
    return "kind" in answer && answer.kind === "found" ? answer.value : null;
  };

  test.each([
    ["[192.0.2.0/24] a\n", "192.0.2.77", "a"],
    ["[192.0.2.0]/24 a\n", "192.0.2.77", "a"],
    ["!192.0.2.0/24 outside\n", "198.51.100.1", "outside"],
    ["!192.0.2.0/24 outside\n", "::1", null],
    ["!!192.0.2.0/24 inside\n", "192.0.2.1", "inside"],
    ["if 10.0.0.0/8\n10.1.0.0/16 a\n", "11.0.0.1", null],
    ["if 10.0.0.0/8\n10.1.0.0/16 a\nendif\n11.0.0.0/8 b\n", "11.0.0.1", "b"],
    ["::ffff:192.0.2.0/120 mapped\n", "192.0.2.1", null],
  ])("%j answers %s with %s", (text, key, expected) => {
    expect(value(text, key)).toBe(expected);
  });

  test("names the network that the host bits belong to", () => {
    const [warning] = cidrTable("2001:db8::1/32 x\n", { file: "f" }).warnings;
    expect(warning?.text).toContain('perhaps you should use "2001:db8::/32" instead');
  });
});

test("a randmap draws each of its values", () => {
  const draws = [0, 0.5, 0.999].map((point) => randomTable("{a, b}", () => point).lookup("k"));
  expect(draws).toMatchObject([{ value: "a" }, { value: "b" }, { value: "b" }]);
});

test("an error of a member is the answer of a union, and of a pipe that comes to it", async () => {
  const union = await open("unionmap:{inline:{a=b},fail:x}");
  expect(await union.table.lookup("z")).toMatchObject({ kind: "error", code: "table-fails" });
  const pipe = await open("pipemap:{inline:{a=b},fail:x}");
  expect(await pipe.table.lookup("z")).toEqual({ kind: "not-found" });
  expect(await pipe.table.lookup("a")).toMatchObject({ kind: "error" });
});

test("evidence of a union names the one member that answered", async () => {
  const { table } = await open("unionmap:{inline:{a=1},inline:{b=2}}");
  const answer = await table.lookup("b");
  expect(answer.kind === "found" && answer.evidence()).toMatchObject({ source: "inline:{b=2}", result: "2" });
});

test("tables nested too deep, and any other text, give an error with a code", async () => {
  const deep = `${"unionmap:{".repeat(200)}static:x${"}".repeat(200)}`;
  await expect(open(deep)).rejects.toMatchObject({ code: "FG_TABLE_INVALID" });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("inline", "static", "randmap", "unionmap", "pipemap", "fail"),
      fc.string({ unit: fc.constantFrom("{", "}", "=", ",", " ", "a", "b:", "inline:{a=b}") }),
      async (type, source) => {
        const opened = await open(`${type}:${source}`).catch((error: { code?: string; message: string }) => {
          if (error.message !== "no files here") expect(error.code).toBe("FG_TABLE_INVALID");
          return undefined;
        });
        if (opened !== undefined)
          expect(["found", "not-found", "error"]).toContain((await opened.table.lookup("a")).kind);
      },
    ),
  );
});
