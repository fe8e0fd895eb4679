import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Captures, compilePattern, type PatternOptions } from "../src/index.js";

// PCRE2's own test data stands beside the checkout, not in it.
const FILE = new URL("../../../../shared/corpus/pcre2/testoutput1", import.meta.url);

const MODIFIERS: Readonly<Record<string, keyof PatternOptions>> = {
  i: "caseless",
  m: "multiline",
  s: "dotAll",
  x: "extended",
  anchored: "anchored",
  dollar_endonly: "dollarEndOnly",
  ungreedy: "ungreedy",
};

interface Case {
  readonly pattern: string;
  readonly options: PatternOptions;
  readonly rejected: boolean;
  readonly subjects: { readonly subject: string; readonly output: string[] }[];
}

/** Patterns that 10.42 matches otherwise: it does not go back into a call of the whole pattern, and keeps groups of calls. */
const CHANGED = new Set(["\\w(?R)*\\w", "(?1)(a(b)|(c))", "(?<all>(?:(?:a(?&all))|(b))(c?))"]);

/** Patterns whose grammar is newer than 10.42: `{,n}` and blanks in braces are quantifiers there. */
const NEWER_GRAMMAR = /\{ *(?:,|[0-9]+ |[0-9]+, )|\{ [0-9]/;

function* cases(text: string): Generator<Case> {
  const lines = text.split("\n");
  for (let i = 0; i < lines.length; i += 1) {
    let line = lines[i] ?? "";
    if (!line.startsWith("/")) continue;
    // The delimiter may stand lines below; what is behind it are modifiers.
    while (!/[^\\]\/[a-z_,=0-9]* *$/.test(line) && i + 1 < lines.length) {
      i += 1;
      line += `\n${lines[i]}`;
    }
    const end = line.lastIndexOf("/");
    const options = parseModifiers(line.slice(end + 1).trim());
    const subjects: Case["subjects"] = [];
    const rejected = (lines[i + 1] ?? "").startsWith("Failed");
    for (i += 1; i < lines.length && lines[i] !== ""; i += 1) {
      const subject = lines[i] ?? "";
      if (subject.startsWith("    ") && subject.trim() !== "") subjects.push({ subject: subject.trim(), output: [] });
      else if (/^ ?[0-9]+:|^No match/.test(subject)) subjects.at(-1)?.output.push(subject.replace(/, mark = .*/, ""));
      else if (subject.startsWith("/")) break;
    }
    i -= 1;
    if (options !== undefined) yield { pattern: line.slice(1, end), options, rejected, subjects };
  }
}

function parseModifiers(text: string): PatternOptions | undefined {
  let options: PatternOptions = {};
  const names = text.split(",").flatMap((name) => (/^(?!.*xx)[imsx]+$/.test(name) ? name.split("") : [name]));
  for (const name of names.filter((each) => each !== "" && each !== "no_auto_possess")) {
    const option = Object.hasOwn(MODIFIERS, name) ? MODIFIERS[name] : undefined;
    if (option === undefined) return undefined;
    options = { ...options, [option]: true };
  }
  return options;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  f: "\f",
  e: "\x1b",
  a: "\x07",
  b: "\b",
  v: "\v",
};

/** A subject as the test tool reads it; undefined where it has modifiers of its own. */
function octetsOfSubject(text: string): string | undefined {
  if (text.includes("\\=")) return undefined;
  return text.replace(
    /\\(x\{([0-9a-fA-F]+)\}|x([0-9a-fA-F]{0,2})|([0-7]{1,3})|.|$)/gs,
    (_all, char: string, long, short, octal) => {
      if (long !== undefined) return String.fromCharCode(Number.parseInt(long, 16));
      if (short !== undefined) return String.fromCharCode(Number.parseInt(`0${short}`, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return ESCAPES[char] ?? char;
    },
  );
}

function printed(captures: Captures | null | "match-limit"): readonly string[] {
  if (captures === "match-limit") return [captures];
  if (captures === null) return ["No match"];
  const last = captures.findLastIndex((capture) => capture !== undefined);
  return captures.slice(0, last + 1).map((capture, i) => `${String(i).padStart(2)}: ${shown(capture)}`);
}

function shown(capture: string | undefined): string {
  if (capture === undefined) return "<unset>";
  return capture.replace(/[^ -~]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

test.skipIf(!existsSync(FILE))("PCRE2's own tests (not run where ../shared/corpus/pcre2 is absent)", () => {
  const counts = { accepted: 0, refused: 0, subjects: 0, rejected: 0, rejectedToo: 0, errorsBefore: 0 };
  const wrong: unknown[] = [];
  for (const { pattern, options, rejected, subjects } of cases(readFileSync(FILE, "latin1"))) {
    const compiled = compilePattern(pattern, options);
    if (rejected) {
      counts.rejected += 1;
      counts.rejectedToo += Number(!compiled.ok && compiled.code === "syntax");
    }
    if (!compiled.ok) {
      counts.refused += 1;
      if (compiled.code === "syntax" && !rejected) counts.errorsBefore += 1;
      continue;
    }
    counts.accepted += 1;
    for (const { subject, output } of NEWER_GRAMMAR.test(pattern) || CHANGED.has(pattern) ? [] : subjects) {
      const octets = octetsOfSubject(subject);
      if (octets === undefined) continue;
      counts.subjects += 1;
      const got = printed(compiled.matcher.match(octets));
      if (got.join("\n") !== output.join("\n")) wrong.push({ pattern, options, subject, got, output });
    }
  }
  expect(wrong).toEqual([]);
  expect(counts.rejectedToo).toBe(counts.rejected);
  // The data is of a version after 10.42, for which 71 of its patterns are errors.
  expect(counts.errorsBefore).toBeLessThanOrEqual(71);
  const valid = counts.accepted + counts.refused - counts.rejected - counts.errorsBefore;
  expect(counts.accepted / valid).toBeGreaterThan(0.95);
  expect(counts.accepted).toBeGreaterThanOrEqual(1150);
  expect(counts.subjects).toBeGreaterThan(2000);
});
