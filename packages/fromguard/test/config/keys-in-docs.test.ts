import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { configJsonSchema, type JsonSchema } from "../../src/config/json-schema.js";

const docs = new URL("../../../../docs/", import.meta.url);
const written = readdirSync(docs)
  .filter((name) => name.endsWith(".md"))
  .map((name) => readFileSync(new URL(name, docs), "utf8"))
  .join("\n");

/** Every key that stands anywhere under `properties`. */
function keysOf(schema: unknown): readonly string[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema as JsonSchema).flatMap(([name, value]) => [
    ...(name === "properties" ? Object.keys(value as JsonSchema) : []),
    ...keysOf(value),
  ]);
}

it("every key of the configuration stands in docs", () => {
  const keys = [...new Set(keysOf(configJsonSchema()))];
  const named = (key: string) => new RegExp(`(?<![\\w-])${key}(?![\\w-])`).test(written);
  expect(keys.length).toBeGreaterThan(100);
  expect(keys.filter((key) => !named(key))).toEqual([]);
});
