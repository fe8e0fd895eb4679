import { didYouMean } from "@fromguard/core";
import type { KeyPath, YamlDocument } from "@fromguard/node";
import type { z } from "zod";
import { list } from "../report/words.js";
import { invalid, validate } from "./validate.js";

/** An entry of a list in which each names its kind by one key: `- policy: 127.0.0.1:10040`. */
export type Entry<Schemas extends Readonly<Record<string, z.ZodType>>> = {
  [Kind in keyof Schemas & string]: {
    readonly kind: Kind;
    readonly options: z.output<Schemas[Kind]>;
    /** Leads to the key that names the kind. */
    readonly path: KeyPath;
  };
}[keyof Schemas & string];

/**
 * Reads entries whose other keys, their options, stand beside the key that names the kind.
 *
 * @throws FromguardError `FG_CONFIG_INVALID` for an entry with no such key, with two, or with options that do not fit.
 */
export function readEntries<const Schemas extends Readonly<Record<string, z.ZodType>>>(
  values: readonly unknown[],
  schemas: Schemas,
  document: YamlDocument,
  path: KeyPath,
): readonly Entry<Schemas>[] {
  return values.map((value, index) => {
    const at = [...path, index];
    const kind = kindOf(value, schemas, document, at);
    const options = validate(schemas[kind] as z.ZodType, value, document, at);
    return { kind, options, path: [...at, kind] } as Entry<Schemas>;
  });
}

/**
 * Reads entries that are a name alone, or a name with a map of options: `- sender-fqdn` or
 * `- sender-fqdn: { allow-literals: true }`.
 *
 * @throws FromguardError `FG_CONFIG_INVALID` for a name that is unknown and for options that do not fit.
 */
export function readNamedEntries<const Schemas extends Readonly<Record<string, z.ZodType>>>(
  values: readonly unknown[],
  schemas: Schemas,
  document: YamlDocument,
  path: KeyPath,
): readonly Entry<Schemas>[] {
  return values.map((value, index) => {
    const at = [...path, index];
    const entry = typeof value === "string" ? { [value]: {} } : value;
    const kind = kindOf(entry, schemas, document, at);
    const [stray] = Object.keys(entry as object).filter((key) => key !== kind);
    if (stray !== undefined)
      throw invalid(document, [...at, stray], `unknown key beside ${kind}: options stand below it`);
    const options = validate(schemas[kind] as z.ZodType, (entry as Record<string, unknown>)[kind] ?? {}, document, [
      ...at,
      kind,
    ]);
    return { kind, options, path: [...at, kind] } as Entry<Schemas>;
  });
}

function kindOf(value: unknown, schemas: object, document: YamlDocument, path: KeyPath): keyof typeof schemas {
  const known = Object.keys(schemas);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid(document, path, `must be a map with one key of ${list(known, "or")}`);
  }
  const keys = Object.keys(value);
  const [kind, other] = keys.filter((key) => known.includes(key));
  if (kind === undefined) {
    const [key] = keys;
    if (key === undefined) throw invalid(document, path, `must have one key of ${list(known, "or")}`);
    const meant = didYouMean(key, known);
    throw invalid(document, [...path, key], `unknown name${meant || `: must be ${list(known, "or")}`}`);
  }
  if (other !== undefined) {
    throw invalid(document, [...path, other], `stands beside ${kind}: each needs an entry of its own`);
  }
  return kind as keyof typeof schemas;
}
