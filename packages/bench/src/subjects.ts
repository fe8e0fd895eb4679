import { pcreTable, regexpTable, type Table } from "@fromguard/core";
import { compilePattern } from "@fromguard/pattern";

/** One thing to measure: asks for each of its keys once, or decides on each of its mails. */
export interface Subject {
  readonly name: string;
  /** How many lookups or decisions one call makes. */
  readonly lookups: number;
  run(): void | Promise<void>;
}

/** The login map line that everything began with: an address, or an address with an extension, is owned by its local part. */
export const SEED_PATTERN = "^([^@+]+)(\\+[^@]*)?@example\\.com$";
/** The same language, in a form that the JavaScript engine is not given. */
const SEED_ON_MACHINE = "^([^@+]++)(\\+[^@]*+)?@example\\.com$";

const KEYS = 1000;

/** The types of tables that are measured. */
export const MAKERS = { pcre: pcreTable, regexp: regexpTable };

/** A table of one domain a line, the same as pcre and as regexp, and keys that it has, in no order. */
export function domainTable(lines: number): { readonly text: string; readonly keys: readonly string[] } {
  const text = Array.from({ length: lines }, (_, i) => `/@domain${i}\\.example$/ owner${i}\n`).join("");
  const keys = Array.from({ length: Math.max(lines, KEYS) }, (_, i) =>
    asRead(`user${i}@domain${(i * 7919) % lines}.example`),
  );
  return { text, keys };
}

/** A key as it is read from a socket: in one piece, which a text that was put together is not. */
function asRead(key: string): string {
  return Buffer.from(key).toString("latin1");
}

/** What is measured. The first is the baseline. */
export function subjects(): readonly Subject[] {
  const keys = Array.from({ length: KEYS }, (_, i) => asRead(`user${i}${i % 2 === 0 ? "" : "+lists"}@example.com`));
  const expression = new RegExp(SEED_PATTERN, "is");
  return [
    { name: "plain RegExp, seed pattern", lookups: KEYS, run: () => each(keys, (key) => expression.exec(key)?.[1]) },
    patternSubject("seed pattern, on the JavaScript engine", SEED_PATTERN, "javascript", keys),
    patternSubject("seed pattern, on the own machine", SEED_ON_MACHINE, "machine", keys),
    ...Object.entries(MAKERS).map(([type, make]) =>
      tableSubject(`${type} table of the seed pattern`, make(`/${SEED_PATTERN}/ $1\n`, { file: "bench" }).table, keys),
    ),
    ...[1000, 10_000].flatMap((lines) => {
      const { text, keys } = domainTable(lines);
      return Object.entries(MAKERS).map(([type, make]) =>
        tableSubject(`${type} table of ${lines} domains`, make(text, { file: "bench" }).table, keys),
      );
    }),
  ];
}

function patternSubject(
  name: string,
  source: string,
  engine: "javascript" | "machine",
  keys: readonly string[],
): Subject {
  const compiled = compilePattern(source, { caseless: true, dotAll: true });
  if (!compiled.ok) throw new Error(`${source}: ${compiled.message}`);
  const { matcher } = compiled;
  if (matcher.engine !== engine) throw new Error(`${source} runs elsewhere`);
  return {
    name,
    lookups: keys.length,
    run: () =>
      each(keys, (key) => {
        const found = matcher.match(key);
        return found === "match-limit" ? undefined : found?.[1];
      }),
  };
}

function tableSubject(name: string, table: Table, keys: readonly string[]): Subject {
  return { name, lookups: keys.length, run: () => each(keys, (key) => answerTo(table, key)) };
}

function answerTo(table: Table, key: string): string | undefined {
  const answer = table.lookup(key);
  return "kind" in answer && answer.kind === "found" ? answer.value : undefined;
}

/** A key without an answer would measure something else. */
function each(keys: readonly string[], ask: (key: string) => string | undefined): void {
  for (const key of keys) if (ask(key) === undefined) throw new Error(`no answer for ${key}`);
}
