import { didYouMean } from "@fromguard/core";
import type { KeyPath } from "@fromguard/node";
import type { z } from "zod";
import { list } from "../report/words.js";
import type { Reading } from "./reading.js";

type Schemas = Readonly<Record<string, z.ZodType>>;

/** An entry of a list in which each names its kind by one key: `- policy: 127.0.0.1:10040`. */
export type Entry<Given extends Schemas> = {
  [Kind in keyof Given & string]: {
    readonly kind: Kind;
    readonly options: z.output<Given[Kind]>;
    /** Leads to the key that names the kind. */
    readonly path: KeyPath;
  };
}[keyof Given & string];

/**
 * Reads entries whose other keys, their options, stand beside the key that names the kind. An entry with no such key, with two, or with
 * options that do not fit is a fault.
 */
export function readEntries<const Given extends Schemas>(
  values: unknown,
  schemas: Given,
  reading: Reading,
  path: KeyPath,
): readonly Entry<Given>[] {
  return entriesOf(values, (value, at) => {
    const kind = kindOf(value, schemas, reading, at);
    if (kind === undefined) return undefined;
    const options: unknown = reading.check(schemas[kind] as z.ZodType, value, at);
    return options === undefined ? undefined : ({ kind, options, path: [...at, kind] } as unknown as Entry<Given>);
  })(path);
}

/**
 * Reads entries that are a name alone, or a name with a map of options: `- sender-fqdn` or
 * `- sender-fqdn: { allow-literals: true }`. A name that is unknown and options that do not fit are faults.
 */
export function readNamedEntries<const Given extends Schemas>(
  values: unknown,
  schemas: Given,
  reading: Reading,
  path: KeyPath,
): readonly Entry<Given>[] {
  return entriesOf(values, (value, at) => readNamedEntry(value, schemas, reading, at))(path);
}

/** Reads one such entry; undefined where it has a fault. */
export function readNamedEntry<const Given extends Schemas>(
  value: unknown,
  schemas: Given,
  reading: Reading,
  at: KeyPath,
): Entry<Given> | undefined {
  const entry = typeof value === "string" ? { [value]: {} } : value;
  const kind = kindOf(entry, schemas, reading, at);
  if (kind === undefined) return undefined;
  const strays = Object.keys(entry as object).filter((key) => key !== kind);
  for (const stray of strays) {
    reading.fault([...at, stray], `unknown key beside ${kind}: options stand below it`);
  }
  const path = [...at, kind];
  const options: unknown = reading.check(
    schemas[kind] as z.ZodType,
    (entry as Record<string, unknown>)[kind] ?? {},
    path,
  );
  if (options === undefined || strays.length > 0) return undefined;
  return { kind, options, path } as unknown as Entry<Given>;
}

function entriesOf<Read>(values: unknown, read: (value: unknown, at: KeyPath) => Read | undefined) {
  // What is no list is a fault of the list.
  const given: readonly unknown[] = Array.isArray(values) ? values : [];
  return (path: KeyPath): readonly Read[] =>
    given.map((value, index) => read(value, [...path, index])).filter((entry) => entry !== undefined);
}

function kindOf(value: unknown, schemas: object, reading: Reading, path: KeyPath): keyof typeof schemas | undefined {
  const known = Object.keys(schemas);
  const fault = (at: KeyPath, what: string): undefined => {
    reading.fault(at, what);
    return undefined;
  };
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return fault(path, `must be a map with one key of ${list(known, "or")}`);
  }
  const keys = Object.keys(value);
  const [kind, other] = keys.filter((key) => known.includes(key));
  if (kind === undefined) {
    const [key] = keys;
    if (key === undefined) return fault(path, `must have one key of ${list(known, "or")}`);
    const meant = didYouMean(key, known);
    return fault([...path, key], `unknown name${meant || `: must be ${list(known, "or")}`}`);
  }
  if (other !== undefined) {
    return fault([...path, other], `stands beside ${kind}: each needs an entry of its own`);
  }
  return kind as keyof typeof schemas;
}
