import { didYouMean, FromguardError, type Place } from "@fromguard/core";
import type { z } from "zod";
import type { KeyPath } from "./yaml-document.js";

/** A file that knows where its values stand. */
export interface Placed {
  place(path: KeyPath): Place;
}

type Issue = z.core.$ZodIssue;

/** What is wrong with the value at a path. */
export interface Fault {
  readonly path: KeyPath;
  /** One sentence without its place. */
  readonly what: string;
  /** Whether it is of the keys and types of values, as a JSON Schema tells them too; not what a value means. */
  readonly isShape: boolean;
}

/** What came of checking a value: what the schema makes of it, or each fault in the order of the file, what is missing last. */
export type Checked<Output> =
  | { readonly ok: true; readonly data: Output }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Checks the value at a path against a schema, and finds every fault. */
export function check<Output>(
  schema: z.ZodType<Output>,
  value: unknown,
  document: Placed,
  path: KeyPath = [],
): Checked<Output> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return { ok: true, data: result.data };
  const faults = result.error.issues.flatMap((issue) => describe(issue, schema, path));
  return { ok: false, faults: inOrder(faults, document) };
}

/**
 * Faults in the order of the file, of one line those of the shape first: what the rest means depends on it. What is missing comes
 * last: it is most often there under a misspelt key.
 */
export function inOrder(faults: readonly Fault[], document: Placed): readonly Fault[] {
  const orderOf = ({ what, path, isShape }: Fault) => {
    const { line = 0, column = 0 } = document.place(path);
    return what === REQUIRED ? [Number.MAX_SAFE_INTEGER] : [line, isShape ? 0 : 1, column];
  };
  const placed = faults.map((fault) => ({ fault, order: orderOf(fault) }));
  return placed.sort((a, b) => compare(a.order, b.order)).map(({ fault }) => fault);
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((each, index) => each !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

/**
 * Checks the value at a path against a schema.
 *
 * @throws FromguardError `FG_CONFIG_INVALID` for the first fault in the order of the file, as one sentence.
 */
export function validate<Output>(
  schema: z.ZodType<Output>,
  value: unknown,
  document: Placed,
  path: KeyPath = [],
): Output {
  const checked = check(schema, value, document, path);
  if (checked.ok) return checked.data;
  const [fault] = checked.faults;
  throw invalid(document, fault?.path ?? path, fault?.what ?? "not valid");
}

const REQUIRED = "required";

/** What the library says of a union that has no words of its own. */
const UNSAID = "Invalid input";

/** The error for a fault at a path: `FILE:LINE:COLUMN: key: what`. */
export function invalid(document: Placed, path: KeyPath, what: string, cause?: unknown): FromguardError {
  return new FromguardError("FG_CONFIG_INVALID", what, { place: document.place(path), cause });
}

function describe(issue: Issue, schema: z.ZodType, base: KeyPath): readonly Fault[] {
  const path = [...base, ...issue.path.map((part) => (typeof part === "number" ? part : String(part)))];
  switch (issue.code) {
    case "unrecognized_keys": {
      const unused = keysAt(schema, issue.path).filter((known) => !Object.hasOwn(issue.input ?? {}, known));
      return issue.keys.map((key) => shape([...path, key], `unknown key${didYouMean(key, unused)}`));
    }
    case "invalid_type": {
      const isMissing = issue.input === undefined;
      return [shape(path, isMissing ? REQUIRED : `must be ${noun(issue.expected)}, not ${given(issue)}`)];
    }
    case "invalid_value": {
      const values = issue.values.map(String);
      const meant = typeof issue.input === "string" ? didYouMean(issue.input, values) : "";
      return [shape(path, `must be ${alternatives(values)}${meant}`)];
    }
    case "too_small": {
      const isCounted = issue.origin === "array" || issue.origin === "string";
      return [shape(path, isCounted ? "must not be empty" : `must be at least ${String(issue.minimum)}`)];
    }
    case "too_big":
      return [shape(path, `must be at most ${String(issue.maximum)}`)];
    case "invalid_union": {
      // A member that looked inside had the right type: its complaint is the useful one.
      const [inner] = issue.errors.find(([first]) => first !== undefined && first.path.length > 0) ?? [];
      if (inner !== undefined) return describe(inner, schema, path);
      if (issue.message !== UNSAID) return [shape(path, issue.message)];
      return [shape(path, `must be ${unionOf(issue)}, not ${nounOf(issue.input)}`)];
    }
    case "custom":
      return [{ path, what: issue.message, isShape: false }];
    default:
      return [shape(path, issue.message)];
  }
}

function shape(path: KeyPath, what: string): Fault {
  return { path, what, isShape: true };
}

/** The keys that a strict object knows, for the suggestion. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let at: unknown = schema;
  for (const part of path) {
    const shape = shapeOf(at);
    at = typeof part === "number" ? unwrap(at)?.element : shape?.[String(part)];
  }
  return Object.keys(shapeOf(at) ?? {});
}

interface Unwrapped {
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly element?: unknown;
}

function shapeOf(schema: unknown): Readonly<Record<string, unknown>> | undefined {
  return unwrap(schema)?.shape;
}

/** Takes off `optional`, `default`, `transform` and the like. */
function unwrap(schema: unknown): Unwrapped | undefined {
  let at = schema as { def?: { innerType?: unknown; in?: unknown } } | undefined;
  for (;;) {
    const inner = at?.def?.innerType ?? at?.def?.in;
    if (inner === undefined) return at as Unwrapped | undefined;
    at = inner as typeof at;
  }
}

/** What stands there; where a whole number is due, a number as it is written. */
function given({ expected, input }: Extract<Issue, { code: "invalid_type" }>): string {
  return expected === "int" && typeof input === "number" ? String(input) : nounOf(input);
}

function unionOf(issue: Extract<Issue, { code: "invalid_union" }>): string {
  const expected = issue.errors.flatMap(([first]) => (first?.code === "invalid_type" ? [noun(first.expected)] : []));
  return alternatives([...new Set(expected)]);
}

const NOUNS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a map of keys",
  null: "nothing",
};

function noun(type: string): string {
  return NOUNS[type] ?? type;
}

function nounOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  return noun(Array.isArray(value) ? "array" : typeof value);
}

/** `a, b or c`. */
function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
