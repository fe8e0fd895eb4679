import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isFromguardError } from "@fromguard/core";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { whyNotRun } from "../../../fromguard/test/peers/peers.js";
import { defaults } from "../../src/main-cf/defaults.js";
import { readMainCf } from "../../src/main-cf/read-main-cf.js";

const notRun = whyNotRun(["postconf"], { root: false });

/** Parameters that take any text. */
const NAMES = [
  "relayhost",
  "smtpd_banner",
  "mail_name",
  "canonical_maps",
  "relocated_maps",
  "default_rbl_reply",
] as const;

const folder = mkdtempSync(join(tmpdir(), "fromguard-postconf-"));
writeFileSync(join(folder, "master.cf"), "");
afterAll(() => rmSync(folder, { recursive: true }));

interface Printed {
  readonly values: readonly string[] | undefined;
  readonly warnings: readonly string[];
}

/** What `postconf -x` prints of {@link NAMES}; no values where it is fatal. */
function postconf(text: string): Printed {
  writeFileSync(join(folder, "main.cf"), text);
  // Postfix waits until a file that was just written has cooled down.
  utimesSync(join(folder, "main.cf"), 1e9, 1e9);
  const { status, stdout, stderr } = spawnSync("postconf", ["-c", folder, "-x", "-h", ...NAMES], { encoding: "utf8" });
  const said = stderr.split("\n").map((line) => line.replaceAll(`${folder}/main.cf`, "main.cf"));
  return {
    values: status === 0 ? stdout.split("\n").slice(0, -1) : undefined,
    warnings: [...new Set(said.map((line) => line.replace(/^postconf: (?:warning|fatal): /, "")))],
  };
}

/** The same of ours. */
function ours(text: string): Printed {
  const { config, warnings } = readMainCf(text, { file: "main.cf" });
  const said = warnings.map((warning) => warning.text.replace(/^main\.cf, line \d+: \w+: /, ""));
  try {
    return { values: NAMES.map((name) => config.get(name)), warnings: said };
  } catch (error) {
    if (!isFromguardError(error)) throw error;
    return { values: undefined, warnings: said };
  }
}

const dollar = (expression: string): string => `$${expression}`;
const name = fc.constantFrom(...NAMES, "compatibility_level", "nosuch", "one", "empty");
const word = fc.constantFrom("a", "b", "10", "9", "3.6", " ", "", "é", ":", "?", "x y");
const operator = fc.constantFrom("==", "!=", "<", "<=", ">=", ">");
const level = fc.constantFrom("0", "1", "2", "3.6", "3.10", "3.6.1");
const { text: valueText } = fc.letrec<{ text: string; piece: string }>((tie) => ({
  text: fc.array(tie("piece"), { maxLength: 4 }).map((pieces) => pieces.join("")),
  piece: fc.oneof(
    { maxDepth: 3 },
    { arbitrary: word, weight: 40 },
    { arbitrary: fc.constantFrom("one", "{one}", "(one)", "$", "{ one }", "empty", "nosuch").map(dollar), weight: 40 },
    { arbitrary: name.map((to) => `$${to}`), weight: 3 },
    { arbitrary: fc.tuple(name, tie("text")).map(([of, then]) => `\${${of}?${then}}`), weight: 10 },
    { arbitrary: fc.tuple(name, tie("text")).map(([of, other]) => `\${${of}:{${other}}}`), weight: 10 },
    {
      arbitrary: fc
        .tuple(name, tie("text"), tie("text"), fc.constantFrom("", " "))
        .map(([of, then, other, blank]) => `\${${of}${blank}?${blank}{${then}}${blank}:${blank}{${other}}${blank}}`),
      weight: 20,
    },
    {
      arbitrary: fc
        .tuple(word, operator, word, tie("text"), tie("text"))
        .map(([left, compare, right, then, other]) => `\${{${left}} ${compare} {${right}} ? {${then}} : {${other}}}`),
      weight: 30,
    },
    {
      arbitrary: fc
        .tuple(level, fc.constantFrom("<", "<=", "==", ">="), level)
        .map(([left, compare, right]) => `\${{${left}} ${compare}level {${right}} ?{before}:{after}}`),
      weight: 10,
    },
  ),
}));

/** What is wrong wherever it stands, and often not there at all. postconf sees it in branches that are not taken, too. */
const fault = fc.oneof(
  { arbitrary: fc.constant(""), weight: 60 },
  {
    arbitrary: fc
      .constantFrom("{", "-", "", "{one?", "{a-b}", "{one{x}}", "{{a} = {b}}", "{{a} <other {b}}", "{{x} <level {1}}")
      .map(dollar),
    weight: 1,
  },
);

const mainCf = fc
  .array(fc.tuple(fc.constantFrom(...NAMES), valueText, fault, fc.constantFrom("", "\n  ", "\n# note\n\t", "\r")), {
    minLength: 1,
    maxLength: 8,
  })
  .map((settings) => {
    const lines = settings.map(([of, value, wrong, between]) => `${of} = x${between}${value}${wrong}`);
    return ["compatibility_level = 3.6", "myhostname = mx.example", "one = 1", "empty =", ...lines, ""].join("\n");
  });

describe.skipIf(notRun !== undefined)("readMainCf and postconf", () => {
  test("agree on the values of any text, and on why there are none", { timeout: 300_000 }, () => {
    let fatal = 0;
    fc.assert(
      fc.property(mainCf, (text) => {
        const own = ours(text);
        // postconf sleeps for a second before it ends with a fault.
        if (own.values === undefined) fatal += 1;
        if (own.values === undefined && fatal > MAX_FATAL) return;
        const theirs = postconf(text);
        expect(own.values?.map(words)).toEqual(theirs.values?.map(words));
        const begins = own.warnings.map((warning) => shown(warning).slice(0, COMPARED));
        const isTold = theirs.warnings.some((warning) => begins.some((begin) => shown(warning).startsWith(begin)));
        expect(own.values !== undefined || isTold, `${begins} among ${theirs.warnings}`).toBe(true);
      }),
      { numRuns: Number(process.env.FROMGUARD_POSTCONF_RUNS ?? 300), endOnFailure: true },
    );
  });

  test("agree on every default", () => {
    writeFileSync(join(folder, "main.cf"), "");
    const printed = execFileSync("postconf", ["-c", folder, "-d", ...defaults.keys()], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const theirs = new Map(
      printed.split("\n").map((line) => [line.split(" =")[0], line.split(" =").slice(1).join(" =").trim()]),
    );
    const differing = [...defaults].filter(([of, value]) => theirs.has(of) && theirs.get(of) !== value);
    expect(
      differing.filter(([of]) => of !== "mail_version" && of !== "config_directory" && of !== "meta_directory"),
    ).toEqual([]);
  });
});

/** Characters of a fault: we cut long values. */
const COMPARED = 100;

/** postconf prints each octet that is not ASCII as a question mark. */
const shown = (warning: string): string => warning.replace(/(?:\?|[^ -~])+/g, "?");

/** The most faults to compare. */
const MAX_FATAL = 10;

/** postconf prints each run of blanks as one. */
const words = (value: string): string =>
  value
    .split(/[\t-\r ]+/)
    .join(" ")
    .trim();
