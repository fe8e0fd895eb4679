import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { grantsJsonSchema } from "../../src/grants/schema.js";

const FILE = new URL("../../grants.schema.json", import.meta.url);

test("the JSON Schema for editors is the schema that validates: vitest -u writes it", async () => {
  await expect(`${JSON.stringify(grantsJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(FILE.pathname);
});

test("the JSON Schema tells editors which keys exclude one another", () => {
  const schema = JSON.parse(readFileSync(FILE, "utf8"));
  expect(Object.keys(schema.properties)).toEqual(["domains", "groups", "grants", "include"]);
  expect(schema.properties.grants.items).toMatchObject({ additionalProperties: false, anyOf: expect.any(Array) });
});
