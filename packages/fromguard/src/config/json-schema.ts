import { z } from "zod";
import { listenerSchemas } from "./listeners.js";
import { ownershipSchemas } from "./ownership-schemas.js";
import { presetSchemas } from "./presets.js";
import { ruleSchemas } from "./rule-schemas.js";
import { fileSchema } from "./schema.js";
import { descriptionOf } from "./walk.js";

/** A JSON Schema of draft 7, which editors know. */
export type JsonSchema = { readonly [key: string]: unknown };

type Schemas = Readonly<Record<string, z.ZodType>>;

const RULE = { $ref: "#/definitions/rule" };

/**
 * The JSON Schema of the configuration file, out of what reads it. It refuses what has a wrong shape: unknown keys, wrong types, words and
 * numbers that are out of range. What a value means, such as an address to listen on, is for the reader alone.
 */
export function configJsonSchema(): JsonSchema {
  const file = plain(fileSchema);
  const properties = file.properties as Record<string, JsonSchema>;
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "fromguard.yaml",
    ...file,
    properties: {
      ...properties,
      preset: { ...properties.preset, ...named(presetSchemas) },
      listeners: { ...properties.listeners, items: oneOf(listenerSchemas) },
      ownership: { ...properties.ownership, items: oneOf(ownershipSchemas) },
      rules: { ...properties.rules, items: RULE },
      "account-suspect": {
        description: properties["account-suspect"]?.description,
        anyOf: [{ const: false }, properties["account-suspect"]],
      },
      metrics: {
        description: properties.metrics?.description,
        anyOf: [{ type: "string", minLength: 1 }, properties.metrics],
      },
    },
    definitions: { rule: named(ruleSchemas) },
  };
}

/** Entries whose options stand beside the key that names the kind. */
function oneOf(schemas: Schemas): JsonSchema {
  return { anyOf: Object.values(schemas).map((schema) => withRules(plain(schema))) };
}

/** The rules of a `policy_context` are read one by one. */
function withRules(schema: JsonSchema): JsonSchema {
  const properties = schema.properties as Readonly<Record<string, JsonSchema>>;
  const { contexts } = properties;
  if (contexts === undefined) return schema;
  const rules = { ...(contexts.additionalProperties as JsonSchema), items: RULE };
  return { ...schema, properties: { ...properties, contexts: { ...contexts, additionalProperties: rules } } };
}

/** Entries that are a name alone, where nothing is required below it, or one name with its options. */
function named(schemas: Schemas): JsonSchema {
  const entries = Object.entries(schemas).map(([name, schema]) => ({ name, schema, options: plain(schema) }));
  const needsNothing = ({ options }: { readonly options: JsonSchema }) => options.required === undefined;
  const alone = entries
    .filter(needsNothing)
    .map(({ name, schema }) => ({ const: name, description: descriptionOf(schema) }));
  const withOptions = entries.map((entry) => ({
    type: "object",
    description: descriptionOf(entry.schema),
    properties: { [entry.name]: needsNothing(entry) ? { anyOf: [entry.options, { type: "null" }] } : entry.options },
    required: [entry.name],
    additionalProperties: false,
  }));
  return { anyOf: [...alone, ...withOptions] };
}

function plain(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: "input",
    target: "draft-7",
    unrepresentable: "any",
    reused: "inline",
    override: ({ zodSchema, jsonSchema }) => {
      // A value that is prepared before it is read has the shape of what it is prepared for.
      const { type, in: input, out } = zodSchema._zod.def as { type: string; in?: z.ZodType; out?: z.ZodType };
      if (type === "pipe" && input?.def.type === "transform" && out !== undefined)
        Object.assign(jsonSchema, plain(out));
    },
  });
  return rest;
}
