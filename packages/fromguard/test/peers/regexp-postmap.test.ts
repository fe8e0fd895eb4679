import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { regexpTable } from "@fromguard/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { whyNotRun } from "./peers.js";

const TABLES = 500;
const MIN_COMPARISONS = 20_000;

const joined = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((all) => all.join(""));
const part = fc.constantFrom(
  ..."alice bob a ab x é Bob [^@+]+ (.*) ([a-z]+)\\.([a-z]+) (alice|bob|a) (a|ab)(c|bcd)? [[:alpha:]]+ \\w+ (x|y)* (.)\\1".split(
    " ",
  ),
  ..."\\<bob\\> a{2} (a{1,2}) ([^@+]*)(\\+.*)? . () (a|) \\al [[:nope:]] a{1 ( ) *a a** \\(al\\)ice a\\+ [[.-.]] \\2 é*".split(
    " ",
  ),
);
const domain = fc.constantFrom("example\\.com", "example.org", "a\\.test", "[a-z.]+", "[^@]*");
const pattern = joined(
  fc.constantFrom("", "^", "^"),
  part,
  fc.constantFrom("", "@", "@"),
  domain,
  fc.constantFrom("", "$"),
);
const flags = fc.constantFrom("", "", "", "i", "x", "m", "ix", "ii", "s", "xm");
const delimited = fc.tuple(fc.constantFrom(..."///|,%"), pattern, flags).map(([d, p, f]) => `${d}${p}${d}${f}`);
const written = joined(fc.constantFrom("", "", "", "!", "!!", "! "), delimited);
// biome-ignore lint/suspicious/noTemplateCurlyInString: a reference of Postfix
const result = fc.constantFrom(..."alice|$1|${1}|$(1)x|$1 $2|$2|$$1|[$1]|$3|$x|${1||b, c|$|$12|!/z/ w|$0".split("|"));
const line = fc.oneof(
  { weight: 8, arbitrary: joined(written, fc.constantFrom(" ", "\t"), result) },
  { weight: 2, arbitrary: joined(written, fc.constantFrom("!", "!!"), delimited, fc.constant(" "), result) },
  {
    weight: 2,
    arbitrary: joined(fc.constantFrom("if ", "if", "IF  ", "if !"), written, fc.constantFrom("", "", " x")),
  },
  { weight: 2, arbitrary: fc.constantFrom("endif", "ENDIF", "endif x") },
  {
    weight: 1,
    arbitrary: fc.constantFrom("# c", "", "  more", "nonsense x", "/open", "if", "/a/ r\r", "!", "/^al\\/x/ y"),
  },
);
const key = fc.oneof(
  joined(
    fc.constantFrom("alice", "bob", "a", "aa", "ab", "abcd", "al.ice", "x+y", "é", "Bob", "xx", "aab", "a+", "al"),
    fc.constantFrom("@", "@", ""),
    fc.constantFrom("example.com", "example.org", "a.test", "EXAMPLE.COM", "", "x"),
  ),
  fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom(..."abAB@.+-é xyz*()$") }),
);
const tables = fc.tuple(
  fc.array(line, { minLength: 1, maxLength: 9 }).map((lines) => `${lines.join("\n")}\n`),
  fc.uniqueArray(key, { minLength: 42, maxLength: 55 }),
);

/** What postmap says of keys, and of the table while it loads it. */
function postmap(folder: string, file: string, keys: readonly string[]) {
  const { stdout, stderr } = spawnSync("postmap", ["-c", folder, "-q", "-", `regexp:${file}`], {
    input: `${keys.join("\n")}\n`,
    encoding: "utf8",
  });
  const answers = new Map(
    stdout
      .split("\n")
      .flatMap((row) => (row.includes("\t") ? [[row.split("\t", 1)[0], row.slice(row.indexOf("\t") + 1)]] : [])),
  );
  const warnings = stderr.split("\n").flatMap((row) => /^postmap: warning: (.*)/.exec(row)?.[1] ?? []);
  // Said of an answer, not of the table.
  return { answers, warnings: warnings.filter((text) => !/empty string result|should return NO RESULT/.test(text)) };
}

test.skipIf(whyNotRun(["postmap"], { root: false }) !== undefined)(
  "random regexp tables answer and warn as postmap does",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "fromguard-regexp-"));
    try {
      writeFileSync(join(folder, "main.cf"), "compatibility_level = 3.6\n");
      const file = join(folder, "table");
      let comparisons = 0;
      fc.assert(
        fc.property(tables, ([text, keys]) => {
          writeFileSync(file, text);
          const { table, warnings } = regexpTable(text, { file });
          const real = postmap(folder, file, keys);
          const ours = warnings.filter(({ kind }) => kind === "postfix").map((warning) => warning.text);
          expect([...ours].sort()).toEqual([...real.warnings].sort());
          for (const one of keys) {
            const lookup = table.lookup(one);
            if (lookup instanceof Promise) throw new TypeError("a table in memory answers at once");
            comparisons += 1;
            expect([one, lookup.kind === "found" ? lookup.value : undefined]).toEqual([one, real.answers.get(one)]);
          }
        }),
        { numRuns: TABLES },
      );
      expect(comparisons).toBeGreaterThan(MIN_COMPARISONS);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
