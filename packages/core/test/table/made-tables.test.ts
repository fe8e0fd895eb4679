import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cidrTable, openTable, parseTableSpec, pcreTable, randomTable, tableOf } from "../../src/index.js";

const open = (name: string, options: { readonly foldKeys?: boolean } = {}) =>
  openTable(name, {
    ...options,
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

test("an inline table whose keys are not folded never finds a key with a capital", async () => {
  const folded = await open("inline:{Ann@x=1}");
  const unfolded = await open("inline:{Ann@x=1, bob@x=2}", { foldKeys: false });
  expect(await folded.table.lookup("ANN@x")).toMatchObject({ value: "1" });
  expect(await unfolded.table.lookup("Ann@x")).toEqual({ kind: "not-found" });
  expect(await unfolded.table.lookup("BOB@x")).toMatchObject({ value: "2" });
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

test("evidence of a union of answers names each", async () => {
  const { table } = await open("unionmap:{inline:{a=1},static:s}");
  const answer = await table.lookup("A");
  expect(answer.kind === "found" && answer.evidence()).toEqual({
    source: "unionmap:{inline:{a=1},static:s}",
    key: "a",
    result: "1,s",
    detail: "inline:{a=1}: 1; static:s: s",
  });
});

describe("as postmap was seen to answer", () => {
  const pcre = "pcre:{{/alice/i low}, {/ALICE/i up}}";

  // Postfix 3.7.11, compatibility_level 3.6, smtputf8_enable; null: not found, undefined: fatal.
  test.each([
    [`unionmap:{static:q,${pcre}}`, "ALICE", "q,low"],
    [`unionmap:{${pcre},static:q}`, "ALICE", "up,q"],
    [`unionmap:{randmap:{q},${pcre}}`, "ALICE", "q,up"],
    [`unionmap:{unionmap:{${pcre},static:l},${pcre}}`, "ALICE", "up,l,up"],
    [`pipemap:{static:ALICE,${pcre}}`, "x", "up"],
    [`pipemap:{${pcre},static:ALICE,${pcre}}`, "alice", "up"],
    ["unionmap:{inline:{a=},static:x}", "a", "x"],
    ["unionmap:{static:x,inline:{a=}}", "a", "x,"],
    ["unionmap:{inline:{a=}}", "a", null],
    ["pipemap:{inline:{a=},static:x}", "a", "x"],
    ["unionmap:{static:{a b} c}", "a", undefined],
    ["unionmap:{:x}", "a", undefined],
    ["pipemap:{inline:{a=b},inline:{}}", "z", undefined],
    ["inline:{x=y, {a=b}c, d=e}", "x", undefined],
    ["inline:{ }", "a", undefined],
    ['inline:{"a b"=c}', '"a b"', undefined],
    ['inline:{{"a b" = c}}', '"a b"', "c"],
    ['inline:{{"a=b" = c}}', '"a=b"', "c"],
    ['inline:{{"a b=c}}', "a", undefined],
    ["inline:{{}}", "", undefined],
    ["inline:{a\\=b=c}", "a\\=b", "c"],
    ["inline:{a=b=c}", "a", "b=c"],
    ["inline:{a=b\\}", "a", "b\\"],
    ["inline:{a=b}}", "a", undefined],
    ["inline:{a={b c}}", "a", "{b c}"],
    ["randmap:{{ a b }}", "x", "{ a b }"],
    ["randmap:{ a }", "x", "a"],
    ["randmap:{ }", "x", undefined],
    ["static:{ a } ", "x", undefined],
    ["static: a ", "x", " a "],
    ["static:{}", "x", ""],
    ["static:{a}b", "x", undefined],
    ["cidr:{{1.2.3.4 foo}, { 5.6.7.8 bar }}", "5.6.7.8", "bar"],
    ["cidr:{{1.2.3.4 x},y}", "1.2.3.4", undefined],
    ["cidr:{{1.2.3.4 x}y}", "1.2.3.4", undefined],
    ["cidr:{}", "1.2.3.4", null],
    ["regexp:{{/a(b)/ $1}}", "ab", "b"],
    ["proxy:static:x", "a", "x"],
    ["texthash:", "x", undefined],
    ["foo", "x", undefined],
    [":x", "x", undefined],
  ])("%s answers %s with %j", async (name, key, expected) => {
    const opened = await open(name).catch(({ code }: { code: string }) => {
      expect(code).toBe("FG_TABLE_INVALID");
      return undefined;
    });
    const answer = await opened?.table.lookup(key);
    expect(answer?.kind === "found" ? answer.value : answer === undefined ? undefined : null).toBe(expected);
  });

  test.each(["static:x", "fail:x", "randmap:{x}", "unionmap:{static:x}", "inline:{a=b}", "cidr:{{::/0 x}}"])(
    "%s has no key that is not UTF-8",
    async (name) => {
      const { table } = await open(name);
      expect(await table.lookup("a\udc80")).toEqual({ kind: "not-found" });
    },
  );

  test.each([
    ["unionmap:{fail:x,static:y}", "full"],
    ["unionmap:{static:y,fail:x}", "parts"],
    ["pipemap:{randmap:{a},static:y}", "full"],
    ["fail:x", "full"],
    ["static:x", "parts"],
  ])("%s is asked for %s addresses", async (name, keys) => {
    expect((await open(name)).table.keys).toBe(keys);
  });
});

describe("a broken member", () => {
  const name = "pipemap:{inline:{a=b},inline:{}}";

  test("breaks the whole table", async () => {
    const { table } = await openTable(name, { open: () => expect.unreachable(), invalid: "answer-errors" });
    expect(await table.lookup("z")).toMatchObject({
      kind: "error",
      code: "table-invalid",
      cause: 'bad syntax: "inline:{}"; need "inline:{name=value...}"',
    });
  });

  test("is an error only where it is reached, as in smtpd", async () => {
    const { table } = await openTable(name, { open: () => expect.unreachable(), invalid: "answer-when-reached" });
    expect(await table.lookup("z")).toEqual({ kind: "not-found" });
    expect(await table.lookup("a")).toMatchObject({ kind: "error", code: "table-invalid" });
  });
});

describe("strict", () => {
  test.each([
    ["pcre", "/a/ b\n/(/ c\n", /^@FILE@:2: error in regex at offset/],
    ["pcre", "/a/ $1x\n", /^@FILE@:1: /],
    ["cidr", "1.2.3.4/8 x\n", /^@FILE@:1: non-null host address bits/],
    ["cidr", "if 1.2.3.4\n", /^@FILE@:1: IF has no matching ENDIF$/],
    ["cidr", " 1.2.3.4 x\n", /^@FILE@:1: logical line must not start with whitespace/],
  ])("refuses a %s table with %j, at the line", async (type, text, message) => {
    const parse = type === "pcre" ? pcreTable : cidrTable;
    const options = { open: () => parse(text, { file: "@FILE@" }), strict: true };
    await expect(openTable(`unionmap:{static:x,${type}:@FILE@}`, options)).rejects.toMatchObject({
      code: "FG_TABLE_INVALID",
      message: expect.stringMatching(message),
    });
  });
});

test("a composite answers later where a member does", async () => {
  const late = tableOf({ a: "b" });
  const slow = { ...late, lookup: async (key: string) => late.lookup(key) };
  const { table } = await openTable("pipemap:{unionmap:{x:1,inline:{a=c}},inline:{{b,c = d}}}", {
    open: () => ({ table: slow, warnings: [] }),
  });
  const answer = table.lookup("A");
  expect(answer).toBeInstanceOf(Promise);
  expect(await answer).toMatchObject({ kind: "found", value: "d" });
});

describe("parseTableSpec", () => {
  test.each([
    ["pcre:/etc/x", undefined, { type: "pcre", source: "/etc/x" }],
    ["proxy:proxy:hash:a:b", undefined, { type: "hash", source: "a:b" }],
    ["/etc/x", "hash", { type: "hash", source: "/etc/x" }],
    ["unionmap:{static:a, pcre:{{/x/ y}}}", undefined, { type: "unionmap", source: "{static:a, pcre:{{/x/ y}}}" }],
  ])("%s with the default type %s", (text, defaultType, value) => {
    expect(parseTableSpec(text, defaultType === undefined ? {} : { defaultType })).toEqual({ ok: true, value });
  });

  test.each(["", "/etc/x", ":x", "pcre:", "proxy:", "proxy:x"])("%j names no table", (text) => {
    expect(parseTableSpec(text)).toMatchObject({ ok: false, message: expect.stringContaining("type:name") });
  });
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
