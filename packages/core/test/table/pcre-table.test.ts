// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${1} is a replacement text of Postfix
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isFromguardError, type Lookup, pcreTable } from "../../src/index.js";

const FILE = "/etc/postfix/senders";
const SEED = "/^([^@+]*)(\\+[^@]*)?@example\\.com$/  ${1}\n";
const FULL = "/^(.*)$/  ${1}\n";
const COPIED = "/^(.*)@example\\.com/ ${1}\n";

function lookUp(source: string | Uint8Array, key: string): Lookup {
  const lookup = pcreTable(source, { file: FILE }).table.lookup(key);
  if (lookup instanceof Promise) throw new TypeError("a table in memory answers at once");
  return lookup;
}

function valueAt(source: string, key: string): string | null {
  const lookup = lookUp(source, key);
  return lookup.kind === "found" ? lookup.value : null;
}

function advice(source: string): readonly string[] {
  return pcreTable(source, { file: "F" })
    .warnings.filter(({ kind }) => kind === "advice")
    .map(({ text }) => text);
}

describe("the login maps of the seed scenario", () => {
  test.each([
    [SEED, "alice@example.com", "alice"],
    [SEED, "alice+lists@example.com", "alice"],
    [SEED, "ALICE@EXAMPLE.COM", "ALICE"],
    [SEED, "alice@example.com.evil.org", null],
    [SEED, "alice@examplexcom", null],
    [SEED, "a@b@example.com", null],
    [FULL, "alice@example.com", "alice@example.com"],
    [COPIED, "alice@example.com", "alice"],
    [COPIED, "alice@example.com.evil.org", "alice"],
    [COPIED, "alice+lists@example.com", "alice+lists"],
    [COPIED, "alice@example.org", null],
  ])("%s answers %s with %s", (source, key, value) => {
    expect(valueAt(source, key)).toBe(value);
  });

  test("an answer shows where it is from", () => {
    const lookup = lookUp(`# map\n${SEED}`, "bob+x@example.com");
    expect(lookup.kind === "found" && lookup.evidence()).toEqual({
      source: `pcre:${FILE}`,
      file: FILE,
      line: 2,
      key: "bob+x@example.com",
      pattern: "/^([^@+]*)(\\+[^@]*)?@example\\.com$/",
      captures: ["bob"],
      result: "bob",
    });
  });
});

describe("versions of PCRE2", () => {
  const SOURCE = "/^a{,2}@x\\.test$/ ann\n";
  const at = (pcreVersion: "10.42" | "10.43", key: string): string =>
    (pcreTable(SOURCE, { file: "F", pcreVersion }).table.lookup(key) as Lookup).kind;

  test("the grammar is a setting", () => {
    expect([at("10.42", "a{,2}@x.test"), at("10.42", "aa@x.test")]).toEqual(["found", "not-found"]);
    expect([at("10.43", "a{,2}@x.test"), at("10.43", "aa@x.test")]).toEqual(["not-found", "found"]);
  });

  test("a line on which they differ gets an advice", () => {
    expect(advice(SOURCE)).toEqual([
      "F:1: {,n} or a blank in braces: PCRE2 before 10.43 takes it otherwise than later ones",
    ]);
  });

  test("a property that 10.42 does not know drops the line, with the warning of Postfix", () => {
    const { warnings } = pcreTable("/\\p{Foo}/ x\n", { file: "F" });
    expect(warnings.map(({ kind }) => kind)).toEqual(["postfix"]);
  });
});

describe("advice", () => {
  test.each([
    ["an open end", COPIED, "F:1: not anchored at the end: also matches alice@example.com.evil.org"],
    [
      "an open end of alternatives",
      "/^(.+)@(a\\.com|b\\.com)/ $1",
      "F:1: not anchored at the end: also matches alice@a.com.evil.org",
    ],
    [
      "a word boundary at the end",
      "/^bob@a\\.com\\b/ b",
      "F:1: not anchored at the end: also matches bob@a.com.evil.org",
    ],
    ["an open start", "/alice@a\\.com$/ a", "F:1: not anchored at the start: also matches evil-alice@a.com"],
    [
      "anchors that bind one alternative each",
      "/^a@x\\.com|b@y\\.com$/ ab",
      "F:1: not anchored at the start: also matches evil-b@y.com",
    ],
    ["a group that may be empty", SEED, "F:1: the result can be empty: it is for @example.com"],
    ["a group that may take no part", "/^(x)?y@/ $1", "F:1: the result can be empty: it is for y@"],
  ])("is given of %s", (_what, source, text) => {
    expect(advice(source)).toContain(text);
  });

  test.each([
    ["a whole domain", "/@example\\.com$/ all"],
    ["every address", FULL],
    ["an owner in any domain", "/^alice@/ alice"],
    ["groups that take something", "/^([^@+]+)(\\+[^@]*)?@example\\.com$/ ${1}"],
    ["text beside a group", "/^([^@]*)@example\\.com$/ user-$1"],
    ["an end that an if holds fast", "if /@example\\.com$/\n/^carol@example\\.com/ carol\nendif"],
    ["a negated rule", "!/@example\\.com/ other"],
  ])("is not given of %s", (_what, source) => {
    expect(advice(source)).toEqual([]);
  });
});

describe("lines", () => {
  test.each([
    ["CRLF", "/^a@/ x\r\n/^b@/ y\r\n", "b@c", "y"],
    ["no final newline", "/^a@/ x", "a@c", "x"],
    ["a continuation", "/^a@/\n  x,\n# no\n  y\n", "a@c", "x,  y"],
    ["a false if skips to its endif", "if /z/\n/./ no\nendif\n/./ yes\n", "a", "yes"],
    ["an unclosed false if ends the table", "if /z/\n/./ no\n", "a", null],
    ["a bad if leaves its endif to the outer", "if /b/\nif /(/\n/a/ x\nendif\n/./ rest\n", "a", "rest"],
  ])("%s", (_what, source, key, value) => {
    expect(valueAt(source, key)).toBe(value);
  });

  test("10,000 nested ifs load and answer", () => {
    const depth = 10_000;
    const source = `${"if /a/\n".repeat(depth)}/a/ deep\n${"endif\n".repeat(depth)}`;
    expect(valueAt(source, "a")).toBe("deep");
    expect(valueAt(source, "b")).toBeNull();
  });

  test("octets that are not UTF-8 are octets", () => {
    const source = Uint8Array.from(Array.from("/^\xfc@/ x\n/^./ y\n", (char) => char.charCodeAt(0)));
    expect(lookUp(source, "ü@")).toMatchObject({ kind: "found", value: "y" });
  });
});

describe("what a table cannot answer", () => {
  test.each([
    ["a key over the limit", FULL, "a".repeat(4097), "key-too-long"],
    ["a key over the limit in octets only", FULL, "ü".repeat(2049), "key-too-long"],
    ["an octet of zero", FULL, "a\0b", "key-syntax"],
    ["a group that cuts a character", "/^(.)/ $1", "é", "result-not-utf8"],
  ])("%s is an error", (_what, source, key, code) => {
    expect(lookUp(source, key)).toMatchObject({ kind: "error", code });
  });

  test("a key with a lone surrogate is not found, as in Postfix", () => {
    expect(lookUp(FULL, "\ud800")).toEqual({ kind: "not-found" });
  });

  test.each([
    ["/ok/ ok\n\n/(*UCP)a/ x", `${FILE}:3: octet 0 of the pattern: (*UCP)`],
    ["/(*UTF)\\p{L}/ x", `${FILE}:1: octet 6 of the pattern: \\p{L}`],
    ["/a(*MARK:b)c(*SKIP:b)d/ x", `${FILE}:1: octet 11 of the pattern: (*SKIP:NAME)`],
  ])("%s refuses the table", (source, message) => {
    try {
      pcreTable(source, { file: FILE });
      expect.unreachable();
    } catch (error) {
      expect(isFromguardError(error) && error.code).toBe("FG_TABLE_INVALID");
      expect(String(error)).toContain(`${message} is not supported`);
    }
  });

  test("a key that takes too many steps is an error, which the line is marked for", () => {
    const { table, warnings } = pcreTable("/^(a*)*\\1b/ x\n/./ y", { file: "F" });
    expect(warnings.map(({ kind, line }) => [kind, line])).toEqual([["advice", 1]]);
    expect(table.lookup("a".repeat(3000))).toMatchObject({ kind: "error", code: "match-limit" });
    expect(table.lookup("aab")).toMatchObject({ kind: "found", value: "x" });
    expect(table.lookup("c")).toMatchObject({ kind: "found", value: "y" });
  });

  test("a line whose work is linear is not marked, however it backtracks", () => {
    expect(pcreTable("/^(a+)+$/ x\n/^([a-z]+)*@x$/ x", { file: "F" }).warnings).toEqual([]);
  });

  test("10,000 nested groups are a warning, as in Postfix", () => {
    const { warnings } = pcreTable(`/${"(".repeat(10_000)}${")".repeat(10_000)}/ x`, { file: "F" });
    expect(warnings.map(({ text }) => text)).toEqual([
      "pcre map F, line 1: error in regex at offset 251: parentheses are too deeply nested",
    ]);
  });
});

test("any text loads, or is refused with its code", () => {
  const piece = fc.constantFrom(
    "/",
    "!",
    "if ",
    "endif",
    "$1",
    "${",
    "(",
    ")",
    "a",
    "@",
    "\n",
    " ",
    "\\",
    "i",
    "^",
    "*",
    "é",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.string(), (pieces, key) => {
      try {
        expect(lookUp(pieces.join(""), key).kind).toMatch(/^(found|not-found|error)$/);
      } catch (error) {
        expect(isFromguardError(error) && error.code).toBe("FG_TABLE_INVALID");
      }
    }),
  );
});
