import type { FromguardError } from "@fromguard/core";
import type { z } from "zod";
import { invalid, validate } from "../yaml/validate.js";
import type { KeyPath, YamlDocument } from "../yaml/yaml-document.js";
import { partsSchema } from "./schema.js";
import { coversPart } from "./scope.js";
import { type Read, readScopePart, shown } from "./targets.js";

/** The path to a value from its end: most are never asked for. */
export interface Step {
  readonly up?: Step;
  readonly part: string | number;
}

/** A file whose statements are to be read. */
export class GrantsFile {
  readonly document: YamlDocument;
  readonly parts: z.output<typeof partsSchema>;
  /** What its statements may reach; default all. */
  readonly scope: readonly string[] | undefined;

  /** @throws FromguardError where the parts of the file are no lists and maps */
  constructor(document: YamlDocument, scope: readonly string[] | undefined) {
    validate(partsSchema, document.value, document);
    this.document = document;
    // As they stand in the file: a map that the schema has copied lacks the key __proto__.
    this.parts = document.value as z.output<typeof partsSchema>;
    this.scope = scope;
  }

  /** @throws FromguardError where the value does not fit, with its place. */
  valid<Output>(schema: z.ZodType<Output>, value: unknown, at: Step): Output {
    const result = schema.safeParse(value);
    return result.success ? result.data : validate(schema, value, this.document, pathTo(at));
  }

  /** @throws FromguardError where the text was no good, with its place. */
  ok<T>(read: Read<T>, at: Step): T {
    if (read.ok) return read.value;
    throw this.fault(read.fault, at);
  }

  fault(what: string, at: Step, cause?: unknown): FromguardError {
    return invalid(this.document, pathTo(at), what, cause);
  }

  /** Reads a scope, which must be inside that of the file; where there is none, that of the file. */
  scopeOf(
    options: { readonly scope?: string | readonly string[] | undefined },
    at: Step,
  ): readonly string[] | undefined {
    if (options.scope === undefined) return this.scope;
    return listed(options, "scope", at).map(([text, place]) => {
      const part = this.ok(readScopePart(text), place);
      if (!coversPart(this.scope, part)) throw this.fault(outside(this.scope ?? []), place);
      return part;
    });
  }
}

/** What is wrong with something that a scope does not cover. */
export function outside(scope: readonly string[]): string {
  return `reaches outside the scope, which is ${shown(scope.join(" "))}`;
}

/** A text of the file, and the path to it. */
export type Text = readonly [text: string, at: Step];

const NO_TEXTS: readonly Text[] = [];

/** The one text or several under a key of what stands at a path. */
export function listed<Key extends string>(
  options: { readonly [key in Key]?: string | readonly string[] | undefined },
  part: Key,
  up: Step,
): readonly Text[] {
  const value = options[part];
  if (value === undefined) return NO_TEXTS;
  const at = { up, part };
  return typeof value === "string" ? [[value, at]] : value.map((text, index) => [text, { up: at, part: index }]);
}

function pathTo({ up, part }: Step): KeyPath {
  return up === undefined ? [part] : [...pathTo(up), part];
}
