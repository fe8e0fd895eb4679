import type { KeyPath } from "@fromguard/node";
import type { z } from "zod";
import type { Config } from "./config.js";
import type { Origin } from "./layers.js";
import { listenerSchemas } from "./listeners.js";
import { ownershipSchemas } from "./ownership-schemas.js";
import { presetSchemas } from "./presets.js";
import { ruleSchemas } from "./rule-schemas.js";
import { fileSchema } from "./schema.js";
import { elementOf, fallbackOf, shapeOf } from "./walk.js";

type Scalar = string | number | boolean | null;

/** What is in force at a key: a value, a map, or a list of either. */
export type Effective =
  | {
      readonly kind: "value";
      readonly path: KeyPath;
      readonly value: Scalar | readonly Scalar[];
      readonly origin: Origin;
    }
  /** Nothing is written, and what holds is found when the daemon runs. */
  | { readonly kind: "unset"; readonly path: KeyPath; readonly meaning: string }
  | { readonly kind: "map"; readonly entries: readonly (readonly [key: string, value: Effective])[] }
  | { readonly kind: "list"; readonly items: readonly Effective[] };

type Schemas = Readonly<Record<string, z.ZodType>>;

/** What holds where these keys are not written. */
const UNSET: Readonly<Record<string, string>> = {
  user: "fromguard, or nobody where there is none, where it is started as root",
  group: "that of the user",
  "dns.servers": "those of resolv.conf",
};

/** What stands for a secret: who may read what is shown need not know it. */
const HIDDEN = "[hidden]";

/** The configuration that is in force, defaults included, in the form of the file and in the order of the documentation. */
export function effectiveConfig(config: Config): Effective {
  const { document: layers } = config;
  const leaf = (path: KeyPath, value: unknown): Effective => {
    if (path.at(-1) === "secret") return { kind: "value", path, value: HIDDEN, origin: layers.origin(path) };
    const scalars = Array.isArray(value) ? (value as readonly Scalar[]) : (value as Scalar);
    return { kind: "value", path, value: scalars, origin: layers.origin(path) };
  };

  const entriesOf = (schema: z.ZodType, value: unknown, path: KeyPath): readonly (readonly [string, Effective])[] => {
    const given = (value ?? {}) as Readonly<Record<string, unknown>>;
    return Object.entries(shapeOf(schema) ?? {}).flatMap(([key, child]) => {
      const shown = effectiveAt(child, given[key] ?? fallbackOf(child), [...path, key]);
      return shown === undefined ? [] : [[key, shown] as const];
    });
  };

  const effectiveAt = (schema: z.ZodType, value: unknown, path: KeyPath): Effective | undefined => {
    if (value === undefined) {
      const meaning = UNSET[path.join(".")];
      return meaning === undefined ? undefined : { kind: "unset", path, meaning };
    }
    const special = path.length === 1 ? LISTS[String(path[0])] : undefined;
    if (special !== undefined) return listOf(special, value, path);
    if (path[0] === "preset") return namedEntry(presetSchemas, value, path);
    if (path.at(-1) === "contexts") return contextsOf(value, path);
    const element = Array.isArray(value) && value.some(isMap) ? elementOf(schema) : undefined;
    if (element !== undefined) {
      const items = (value as readonly unknown[]).map((item, index) => effectiveAt(element, item, [...path, index]));
      return { kind: "list", items: items.filter((item) => item !== undefined) };
    }
    if (shapeOf(schema) === undefined || typeof value !== "object" || value === null) return leaf(path, value);
    const entries = entriesOf(schema, value, path);
    return entries.length === 0 ? undefined : { kind: "map", entries };
  };

  const listOf = ({ schemas, isNamed }: ListKind, value: unknown, path: KeyPath): Effective => ({
    kind: "list",
    items: (value as readonly unknown[]).map((item, index) => {
      const at = [...path, index];
      if (isNamed) return namedEntry(schemas, item, at);
      const kind = Object.keys(item as object).find((key) => Object.hasOwn(schemas, key)) ?? "";
      return { kind: "map", entries: entriesOf(schemas[kind] as z.ZodType, item, at) };
    }),
  });

  const namedEntry = (schemas: Schemas, item: unknown, path: KeyPath): Effective => {
    const [name = ""] = typeof item === "string" ? [item] : Object.keys(item as object);
    const options = typeof item === "string" ? {} : (item as Readonly<Record<string, unknown>>)[name];
    const entries = entriesOf(schemas[name] as z.ZodType, options, [...path, name]);
    if (entries.length === 0) return leaf(path, name);
    return { kind: "map", entries: [[name, { kind: "map", entries }]] };
  };

  const contextsOf = (value: unknown, path: KeyPath): Effective => ({
    kind: "map",
    entries: Object.entries(value as object).map(([name, rules]) => [name, listOf(RULES, rules, [...path, name])]),
  });

  const shown = entriesOf(fileSchema, { preset: config.preset, ...(layers.value as object) }, []);
  return { kind: "map", entries: shown };
}

function isMap(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

interface ListKind {
  readonly schemas: Schemas;
  /** Whether options stand below the name of the kind, not beside it. */
  readonly isNamed: boolean;
}

const RULES: ListKind = { schemas: ruleSchemas, isNamed: true };
const LISTS: Readonly<Record<string, ListKind>> = {
  listeners: { schemas: listenerSchemas, isNamed: false },
  ownership: { schemas: ownershipSchemas, isNamed: false },
  rules: RULES,
};

/** Every value of it, in order; what is not written is none. */
export function valuesOf(shown: Effective): readonly Extract<Effective, { readonly kind: "value" }>[] {
  switch (shown.kind) {
    case "value":
      return [shown];
    case "unset":
      return [];
    case "map":
      return shown.entries.flatMap(([, value]) => valuesOf(value));
    case "list":
      return shown.items.flatMap(valuesOf);
  }
}
