import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readTable } from "@fromguard/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fg-bad-input-"));
});
afterAll(() => rm(folder, { recursive: true }));

const MEGABYTE = "x".repeat(1 << 20);
const IFS = 10_000;

/** As Postfix logs it, without the file. */
async function ask(type: string, octets: string, key: string): Promise<readonly [unknown, readonly string[]]> {
  count += 1;
  const file = join(folder, `table${count}`);
  await writeFile(file, octets, "latin1");
  const { table, warnings } = await readTable(`${type}:${file}`);
  const lookup = await table.lookup(key);
  const answer = lookup.kind === "found" ? lookup.value : lookup.kind === "error" ? lookup.code : null;
  const texts = warnings.filter(({ kind }) => kind === "postfix").map(({ text }) => text.replaceAll(file, "F"));
  return [answer, texts];
}

// As postmap 3.7.11 gives them; postmap-bad-input.test.ts of the peer suite asks it.
describe("a table with", () => {
  test.each([
    [
      "octets that are not UTF-8 in a key",
      "texthash",
      "\xff x\na b\n",
      "a",
      "b",
      ['F, line 1: non-UTF-8 input "? x" -- ignoring this line'],
    ],
    ["octets that are not UTF-8 in a value", "cidr", "::1 \xff\n", "::1", "result-not-utf8", []],
    ["octets that are not UTF-8 in a result", "pcre", "/a/ \xff\n", "a", "result-not-utf8", []],
    ["octets that are not UTF-8 in a result", "regexp", "/a/ \xff\n", "a", "result-not-utf8", []],
    ["a zero octet in a value", "texthash", "a x\0y\nb c\n", "a", "x", []],
    [
      "a zero octet in a key",
      "texthash",
      "a\0 x\nb c\n",
      "b",
      "c",
      ["F, line 1: expected format: key whitespace value -- ignoring this line"],
    ],
    ["a zero octet in a value", "cidr", "1.2.3.4 x\0y\n", "1.2.3.4", "x", []],
    [
      "a zero octet behind the network",
      "cidr",
      "1.2.3.4\0 x\n",
      "1.2.3.4",
      null,
      ["cidr map F, line 1: no lookup result: skipping this rule"],
    ],
    ["a zero octet in a result", "pcre", "/a/ x\0y\n", "a", "x", []],
    ["a value of a megabyte", "texthash", `a ${MEGABYTE}\nb c\n`, "a", MEGABYTE, []],
    ["a value of a megabyte", "cidr", `::/0 ${MEGABYTE}\n`, "::1", MEGABYTE, []],
    ["a result of a megabyte", "pcre", `/a/ ${MEGABYTE}\n`, "a", MEGABYTE, []],
    ["a key of a megabyte", "texthash", `${MEGABYTE} a\nb c\n`, "b", "c", []],
    ["duplicated names", "hash", "a@b 1\nA@B 2\n", "a@b", "1", ['F, line 2: duplicate entry: "A@B"']],
    ["CRLF", "texthash", "a b\r\nc d\r\n", "c", "d", []],
    ["CRLF", "cidr", "1.2.3.4 b\r\n", "1.2.3.4", "b", []],
    ["CRLF", "pcre", "/a/ b\r\n", "a", "b", []],
    ["no final newline", "texthash", "a b", "a", "b", []],
    ["no final newline", "cidr", "::1 b", "::1", "b", []],
    ["no final newline", "pcre", "/a/ b", "a", "b", []],
    ["nothing", "texthash", "", "a", null, []],
    ["nothing but blanks", "cidr", " \n\t", "a", null, []],
    [
      "lines that continue nothing",
      "texthash",
      " a b\n c d\ne f\n",
      "e",
      "f",
      ['F: logical line must not start with whitespace: " a b c d"'],
    ],
  ])("%s: %s", async (_what, type, octets, key, answer, warnings) => {
    expect(await ask(type, octets, key)).toEqual([answer, warnings]);
  });

  test.each([
    ["pcre", "/a/", "a"],
    ["regexp", "/a/", "a"],
    ["cidr", "::/0", "::1"],
  ])("10,000 nested ifs: %s", async (type, pattern, key) => {
    const text = `${`if ${pattern}\n`.repeat(IFS)}${pattern} inside\n${"endif\n".repeat(IFS)}`;
    expect(await ask(type, text, key)).toEqual(["inside", []]);
  });

  test("10,000 ifs without endif", async () => {
    const [answer, warnings] = await ask("cidr", "if ::1\n".repeat(IFS), "::2");
    expect([answer, warnings.length, warnings[0]]).toEqual([
      null,
      IFS,
      "cidr map F, line 10000: IF has no matching ENDIF",
    ]);
  });

  test("a pattern of 100 kB", async () => {
    const literal = "a".repeat(100_000);
    expect(await ask("pcre", `/${literal}/ x\n/b/ y\n`, "b")).toEqual([
      "y",
      ["pcre map F, line 1: error in regex at offset 100000: regular expression is too large"],
    ]);
    expect(await ask("regexp", `/${literal}/ x\n/b/ y\n`, "b")).toEqual(["y", []]);
  });
});
