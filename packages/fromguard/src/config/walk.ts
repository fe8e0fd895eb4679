import type { z } from "zod";

/** A key of a schema. */
export interface Setting {
  readonly path: readonly string[];
  readonly schema: z.ZodType;
  /** One sentence. */
  readonly description: string;
  /** What holds where the key is absent; undefined for nothing. */
  readonly fallback: unknown;
}

interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly in?: z.ZodType;
  readonly out?: z.ZodType;
  readonly defaultValue?: unknown;
}

const definitionOf = (schema: z.ZodType): Definition => schema.def as Definition;

/** The schema within `optional`, `default`, a transformation or a preparation; undefined where there is none within. */
function innerOf(schema: z.ZodType): z.ZodType | undefined {
  const { innerType, in: input, out } = definitionOf(schema);
  return innerType ?? (input !== undefined && definitionOf(input).type === "transform" ? out : input);
}

/** The keys of a map, from whatever it is wrapped in; undefined for what is no map. */
export function shapeOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> | undefined {
  for (let at: z.ZodType | undefined = schema; at !== undefined; at = innerOf(at)) {
    if (definitionOf(at).type === "object") return (at as z.ZodObject).shape as Readonly<Record<string, z.ZodType>>;
  }
  return undefined;
}

/** What a list holds, from whatever it is wrapped in; undefined for what is no list. */
export function elementOf(schema: z.ZodType): z.ZodType | undefined {
  for (let at: z.ZodType | undefined = schema; at !== undefined; at = innerOf(at)) {
    const { type, element } = definitionOf(at);
    if (type === "array") return element;
  }
  return undefined;
}

/** The sentence that describes a schema, from the outside in; empty where there is none. */
export function descriptionOf(schema: z.ZodType): string {
  for (let at: z.ZodType | undefined = schema; at !== undefined; at = innerOf(at)) {
    if (at.description !== undefined) return at.description;
  }
  return "";
}

/** What holds where the value is absent; undefined for nothing. */
export function fallbackOf(schema: z.ZodType): unknown {
  for (let at: z.ZodType | undefined = schema; at !== undefined; at = innerOf(at)) {
    const { type, defaultValue } = definitionOf(at);
    if (type === "default" || type === "prefault") return defaultValue;
  }
  return undefined;
}

/** Every key of a map and of the maps below it, each before those below it. */
export function settingsOf(schema: z.ZodType, path: readonly string[] = []): readonly Setting[] {
  return Object.entries(shapeOf(schema) ?? {}).flatMap(([key, child]) => {
    const at = [...path, key];
    const own = { path: at, schema: child, description: descriptionOf(child), fallback: fallbackOf(child) };
    return [own, ...settingsOf(child, at)];
  });
}
