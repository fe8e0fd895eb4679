import { afterAll, describe, expect, it } from "vitest";
import { whyNotRun } from "./peers.js";
import { PostmapPeer } from "./postmap.js";

const reason = whyNotRun(["postmap"], { root: false });
const peer = reason === undefined ? new PostmapPeer(Number.POSITIVE_INFINITY) : undefined;
afterAll(() => peer?.close());

const MEGABYTE = "x".repeat(1 << 20);
const LITERAL = "a".repeat(100_000);
const IFS = 10_000;

/** How a good line is written, by type: a key with its value. */
type Line = (key: string, value: string) => string;
const words: Line = (key, value) => `${key} ${value}\n`;
const rule: Line = (key, value) => `/^${key}$/ ${value}\n`;

const types: Readonly<Record<string, { readonly line: Line; readonly keys: readonly [string, string] }>> = {
  texthash: { line: words, keys: ["a@b", "c@d"] },
  hash: { line: words, keys: ["a@b", "c@d"] },
  btree: { line: words, keys: ["a@b", "c@d"] },
  lmdb: { line: words, keys: ["a@b", "c@d"] },
  cdb: { line: words, keys: ["a@b", "c@d"] },
  pcre: { line: rule, keys: ["a@b", "c@d"] },
  regexp: { line: rule, keys: ["a@b", "c@d"] },
  cidr: { line: words, keys: ["1.2.3.4", "2001:db8::1"] },
};

/** What can be wrong in a file of any type. All octets, as latin1. */
const bad: Readonly<Record<string, (line: Line, keys: readonly [string, string]) => string>> = {
  nothing: () => "",
  "nothing but blanks": () => " \n\t\n \r\n",
  "octets that are not UTF-8 in a key": (line, [a, b]) => line(`${a}\xff`, "x") + line(b, "y"),
  "octets that are not UTF-8 in a value": (line, [a, b]) => line(a, "\xff") + line(b, "y"),
  "octets that are not UTF-8 in a comment": (line, [a, b]) => `# \xff\n${line(a, "x")}#\xc3\n${line(b, "y")}`,
  "a byte order mark": (line, [a, b]) => `\xef\xbb\xbf${line(a, "x")}${line(b, "y")}`,
  "UTF-16": (line, [a]) => [...line(a, "x")].map((char) => `${char}\0`).join(""),
  "a zero octet in a key": (line, [a, b]) => line(`${a}\0z`, "x") + line(b, "y"),
  "a zero octet in a value": (line, [a, b]) => line(a, "x\0z") + line(b, "y"),
  "a zero octet at the start of a line": (line, [a, b]) => `\0${line(a, "x")}${line(b, "y")}`,
  "a line of zero octets": (line, [a, b]) => `${line(a, "x")}\0\0\0\n${line(b, "y")}`,
  "a value of a megabyte": (line, [a, b]) => line(a, MEGABYTE) + line(b, "y"),
  "a comment of a megabyte": (line, [a]) => `#${MEGABYTE}\n${line(a, "x")}`,
  "a megabyte in 10,000 continuation lines": (line, [a, b]) =>
    `${line(a, "x")}${` ${"x".repeat(104)}\n`.repeat(10_000)}${line(b, "y")}`,
  "duplicated names": (line, [a, b]) => line(a, "x") + line(a, "z") + line(b, "y"),
  "duplicated names in another case": (line, [a, b]) => line(a, "x") + line(a.toUpperCase(), "z") + line(b, "y"),
  CRLF: (line, [a, b]) => (line(a, "x") + line(b, "y")).replaceAll("\n", "\r\n"),
  "no final newline": (line, [a, b]) => (line(a, "x") + line(b, "y")).slice(0, -1),
  "a final CR": (line, [a, b]) => `${(line(a, "x") + line(b, "y")).slice(0, -1)}\r`,
  "lines that continue nothing": (line, [a, b]) => ` ${line(a, "x")}\t${line(b, "z")}${line(b, "y")}`,
  "a line without a value": (line, [a, b]) => line(a, "").replace(" \n", "\n") + line(b, "y"),
  "a value of blanks": (line, [a, b]) => line(a, " \t \r") + line(b, "y"),
  "no line": (_line, [a]) => a,
};

/** What can be wrong in rules. */
const ifs = (pattern: string, inside: string) =>
  `${`if ${pattern}\n`.repeat(IFS)}${pattern} ${inside}\n${"endif\n".repeat(IFS)}`;
const badRules: Readonly<Record<string, readonly [type: string, text: string, ...keys: readonly string[]]>> = {
  "10,000 nested ifs: pcre": ["pcre", ifs("/a/", "x"), "a@b", "c@d"],
  "10,000 nested ifs: regexp": ["regexp", ifs("/a/", "x"), "a@b", "c@d"],
  "10,000 nested ifs: cidr": ["cidr", ifs("1.2.3.4", "x"), "1.2.3.4", "::1"],
  "10,000 ifs without endif: pcre": ["pcre", `${"if /a/\n".repeat(IFS)}/a/ x\n`, "a@b", "c@d"],
  "10,000 ifs without endif: regexp": ["regexp", `${"if /a/\n".repeat(IFS)}/a/ x\n`, "a@b", "c@d"],
  "10,000 ifs without endif: cidr": ["cidr", `${"if ::1\n".repeat(IFS)}::1 x\n`, "::1", "::2"],
  "10,000 endifs without if: pcre": ["pcre", `${"endif\n".repeat(IFS)}/a/ x\n`, "a@b"],
  "10,000 endifs without if: regexp": ["regexp", `${"endif\n".repeat(IFS)}/a/ x\n`, "a@b"],
  "10,000 endifs without if: cidr": ["cidr", `${"endif\n".repeat(IFS)}::1 x\n`, "::1"],
  "a key of a megabyte: texthash": ["texthash", `${MEGABYTE} x\nb y\n`, "b", "xx"],
  "a key of a megabyte: hash": ["hash", `${MEGABYTE} x\nb y\n`, "b", "xx"],
  "a key of a megabyte: cdb": ["cdb", `${MEGABYTE} x\nb y\n`, "b", "xx"],
  "a network of a megabyte: cidr": ["cidr", `${MEGABYTE} x\n::1 y\n`, "::1"],
  "an open quote of a megabyte: texthash": ["texthash", `"${MEGABYTE} x\nb y\n`, "b"],
  "a line of a megabyte that is no rule: pcre": ["pcre", `${MEGABYTE}\n/b/ y\n`, "b"],
  "a line of a megabyte that is no rule: regexp": ["regexp", `${MEGABYTE}\n/b/ y\n`, "b"],
  "a megabyte of open pattern: pcre": ["pcre", `/${MEGABYTE}\n/b/ y\n`, "b"],
  "a megabyte of open pattern: regexp": ["regexp", `/${MEGABYTE}\n/b/ y\n`, "b"],
  "a megabyte of flags: pcre": ["pcre", `/a/${"i".repeat(1 << 20)} x\n/b/ y\n`, "a", "A", "b"],
  "a megabyte of spaces: pcre": ["pcre", `/a/${" ".repeat(1 << 20)}x\n/b/ y\n`, "a", "b"],
  "a pattern of 30 kB: pcre": ["pcre", `/${LITERAL.slice(0, 30_000)}/ x\n/b/ y\n`, "b", "aa"],
  "the longest text that PCRE2 takes": ["pcre", `/${LITERAL.slice(0, 32_764)}/ x\n/b/ y\n`, "b"],
  "an octet more": ["pcre", `/${LITERAL.slice(0, 32_765)}/ x\n/b/ y\n`, "b"],
  "the longest text with anchors that PCRE2 takes": ["pcre", `/^${LITERAL.slice(0, 32_763)}$/ x\n/b/ y\n`, "b"],
  "an octet more, with anchors": ["pcre", `/^${LITERAL.slice(0, 32_764)}$/ x\n/b/ y\n`, "b"],
  "a pattern of 100 kB: pcre": ["pcre", `/${LITERAL}/ x\n/b/ y\n`, "b", "aa"],
  "a pattern of 100 kB: regexp": ["regexp", `/${LITERAL}/ x\n/b/ y\n`, "b", "aa"],
};

describe.skipIf(peer === undefined).each(Object.entries(types))("a file of %s with", (type, { line, keys }) => {
  it.each(Object.entries(bad))("%s answers, warns and fails as postmap does", async (_what, text) => {
    const table = text(line, keys);
    for (const asked of [keys, [keys[1]]]) {
      await peer!.compare({ files: { table }, name: `${type}:@table@`, keys: asked });
    }
  });
});

describe.skipIf(peer === undefined)("a table with", () => {
  it.each([
    ["a file that is not there", "@none@"],
    ["a file below a file", "@table@/none"],
  ])("%s fails in every type, as in postmap", async (_what, file) => {
    for (const type of ["pcre", "texthash", "lmdb", "hash", "cidr"]) {
      await peer!.compare({ files: { table: "" }, name: `${type}:${file}`, keys: ["a@b"] });
    }
  });

  it.each(Object.entries(badRules))(
    "%s answers, warns and fails as postmap does",
    async (_what, [type, table, ...keys]) => {
      const { compared } = await peer!.compare({ files: { table }, name: `${type}:@table@`, keys });
      expect(compared).toBeGreaterThan(0);
    },
  );
});
