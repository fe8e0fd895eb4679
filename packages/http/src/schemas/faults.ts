import { nearest, nearestTransactionKey, printable, TRANSACTION_KEYS } from "@fromguard/core";
import type { z } from "zod";
import type { Problem, ProblemDetail } from "../problem-details.js";

/** Faults of one request that are told; there may be one for each recipient. */
const MAX_FAULTS = 20;

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Where a fault stands, in a form for the client. */
export type PlaceOf = (path: Path) => Pick<ProblemDetail, "pointer" | "header">;

/** What is wrong with a transaction, from what the schema found; the sentence of the whole is that of the first fault. */
export function problemOf({ issues }: z.core.$ZodError, placeOf: PlaceOf = pointerTo): Problem {
  const faults = issues.slice(0, MAX_FAULTS).flatMap((issue) => faultsOf(issue, []));
  return unprocessable(faults.slice(0, MAX_FAULTS), placeOf);
}

/** What is wrong with one key, in a sentence that begins with it, as `parseTransaction` says it: `message: not base64`. */
export function problemOfSentence(sentence: string): Problem {
  const colon = sentence.indexOf(": ");
  return unprocessable([{ path: [sentence.slice(0, colon)], detail: sentence.slice(colon + 2) }], pointerTo);
}

interface Fault {
  readonly path: Path;
  readonly detail: string;
  readonly nearest?: string;
}

function unprocessable(faults: readonly Fault[], placeOf: PlaceOf): Problem {
  const [first] = faults;
  return {
    status: 422,
    detail: first === undefined ? "it is not valid" : `${keyOf(first.path)}${first.detail}`,
    errors: faults.map(({ path, ...fault }) => ({ ...fault, ...placeOf(path) })),
  };
}

function faultsOf(issue: Issue, base: Path): readonly Fault[] {
  const path = [...base, ...issue.path];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(path, key));
    case "invalid_type":
      return [{ path, detail: mistyped(NOUNS[issue.expected] ?? issue.expected, issue.input) }];
    case "too_big":
      return [{ path, detail: `over the limit of ${issue.maximum}` }];
    case "too_small":
      return [
        { path, detail: issue.origin === "string" ? issue.message : `must be a pair, not ${kindOf(issue.input)}` },
      ];
    case "invalid_union": {
      // A member that looked inside had the right type: its complaint is the useful one.
      const inside = issue.errors.find((errors) => errors.some(isInside));
      if (inside !== undefined) return inside.flatMap((inner) => faultsOf(inner, path));
      const custom = issue.errors.flat().find(({ code }) => code === "custom");
      return custom === undefined
        ? [{ path, detail: mistyped("an IP address, {address, name} or null", issue.input) }]
        : [{ path, detail: custom.message }];
    }
    default:
      return [{ path, detail: issue.message }];
  }
}

function isInside({ code, path }: Issue): boolean {
  return code === "unrecognized_keys" || path.length > 0;
}

const CLIENT_KEYS = ["address", "name"];

function unknownKey(path: Path, key: string): Fault {
  const at = [...path, key];
  const isOuter = path.length === 0;
  const meant = isOuter ? nearestTransactionKey(key) : nearest(key, CLIENT_KEYS);
  return meant === undefined
    ? { path: at, detail: `unknown key; the keys are ${(isOuter ? TRANSACTION_KEYS : CLIENT_KEYS).join(", ")}` }
    : { path: at, detail: `unknown key; did you mean ${meant}?`, nearest: meant };
}

const NOUNS: Readonly<Record<string, string>> = {
  object: "an object",
  array: "an array",
  tuple: "a [name, value] pair",
  string: "a string",
};

function mistyped(expected: string, input: unknown): string {
  return input === undefined ? "is missing" : `must be ${expected}, not ${kindOf(input)}`;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** `recipients[3]: `; of the whole body nothing but who must be what. */
function keyOf(path: Path): string {
  if (path.length === 0) return "a transaction ";
  const [first, ...rest] = path;
  const inner = rest.map((part) => (typeof part === "number" ? `[${part}]` : `.${shown(part)}`));
  return `${shown(first)}${inner.join("")}: `;
}

const MAX_KEY = 60;

function shown(part: PropertyKey | undefined): string {
  return printable(String(part), MAX_KEY);
}

/** @see RFC 6901 sections 3 and 6 */
function pointerTo(path: Path): { readonly pointer: string } {
  const parts = path.map((part) => {
    const text = String(part)
      .slice(0, MAX_KEY)
      .replace(/\p{Surrogate}/gu, "\ufffd");
    return `/${encodeURIComponent(text.replaceAll("~", "~0").replaceAll("/", "~1"))}`;
  });
  return { pointer: `#${parts.join("")}` };
}
