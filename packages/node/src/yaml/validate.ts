import { didYouMean, FromguardError, type Place } from "@fromguard/core";
import type { z } from "zod";
import type { KeyPath } from "./yaml-document.js";

/** A file that knows where its values stand. */
export interface Placed {
  place(path: KeyPath): Place;
}

type Issue = z.core.$ZodIssue;

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
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => describe(issue, schema, path));
  // What is missing comes last: it is most often there under a misspelt key.
  const order = faults.map((fault) => (fault.what === REQUIRED ? Infinity : (document.place(fault.path).line ?? 0)));
  const fault = faults[order.indexOf(Math.min(...order))] ?? { path, what: "not valid" };
  throw invalid(document, fault.path, fault.what);
}

const REQUIRED = "required";

/** The error for a fault at a path: `FILE:LINE:COLUMN: key: what`. */
export function invalid(document: Placed, path: KeyPath, what: string, cause?: unknown): FromguardError {
  return new FromguardError("FG_CONFIG_INVALID", what, { place: document.place(path), cause });
}

interface Fault {
  readonly path: KeyPath;
  readonly what: string;
}

function describe(issue: Issue, schema: z.ZodType, base: KeyPath): Fault {
  const path = [...base, ...issue.path.map((part) => (typeof part === "number" ? part : String(part)))];
  switch (issue.code) {
    case "unrecognized_keys": {
      const [key = ""] = issue.keys;
      const unused = keysAt(schema, issue.path).filter((known) => !Object.hasOwn(issue.input ?? {}, known));
      return { path: [...path, key], what: `unknown key${didYouMean(key, unused)}` };
    }
    case "invalid_type":
      return {
        path,
        what: issue.input === undefined ? REQUIRED : `must be ${noun(issue.expected)}, not ${nounOf(issue.input)}`,
      };
    case "invalid_value": {
      const values = issue.values.map(String);
      const meant = typeof issue.input === "string" ? didYouMean(issue.input, values) : "";
      return { path, what: `must be ${alternatives(values)}${meant}` };
    }
    case "too_small":
      return {
        path,
        what:
          issue.origin === "array" || issue.origin === "string"
            ? "must not be empty"
            : `must be at least ${String(issue.minimum)}`,
      };
    case "too_big":
      return { path, what: `must be at most ${String(issue.maximum)}` };
    case "invalid_union": {
      // A member that looked inside had the right type: its complaint is the useful one.
      const [inner] = issue.errors.find(([first]) => first !== undefined && first.path.length > 0) ?? [];
      if (inner !== undefined) return describe(inner, schema, path);
      return { path, what: `must be ${unionOf(issue)}, not ${nounOf(issue.input)}` };
    }
    default:
      return { path, what: issue.message };
  }
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
