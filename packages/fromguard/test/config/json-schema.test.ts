import { readdirSync, readFileSync } from "node:fs";
import { parseYamlDocument } from "@fromguard/node";
import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkConfig } from "../../src/config/config.js";
import { configJsonSchema, type JsonSchema } from "../../src/config/json-schema.js";

const SCHEMA = configJsonSchema();
const isValid = new Ajv({ strict: false }).compile(SCHEMA);
const root = new URL("../../../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");

/** What the reader finds: faults of the shape, and any. */
function faultsOf(text: string) {
  const { faults } = checkConfig(text, "f.yaml");
  return { shape: faults.filter(({ isShape }) => isShape), all: faults };
}

describe("what is shown is valid by the schema, and by the reader", () => {
  const pages = [
    "README.md",
    "packages/fromguard/README.md",
    ...readdirSync(new URL("docs", root)).map((name) => `docs/${name}`),
  ];
  const shown = pages
    // A list is one of another program; docs/who-may-send-as-whom.md has grants too.
    .filter((path) => path.endsWith(".md") && path !== "docs/who-may-send-as-whom.md")
    .flatMap((path) =>
      [...read(path).matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = ""]) => [path, text] as const),
    )
    .filter(([, text]) => !text.startsWith("- "));
  const examples = readdirSync(new URL("examples/configuration", root)).map((name) => `examples/configuration/${name}`);

  it.each([...shown, ...examples.map((path) => [path, read(path)] as const)])("%s: %s", (_, text) => {
    isValid(parseYamlDocument(text, "f.yaml").value);
    expect(isValid.errors).toBeNull();
    expect(faultsOf(text).all).toEqual([]);
  });

  it("of docs and examples", () => {
    expect(shown.length).toBeGreaterThan(15);
    expect(examples).toHaveLength(3);
    for (const path of examples)
      expect(read(path)).toMatch(/^# yaml-language-server: \$schema=\S+config\.schema\.json\n/);
  });
});

/** Values that fit a schema, or nearly do. */
function valuesOf(schema: JsonSchema, depth = 0): fc.Arbitrary<unknown> {
  const at = schema as {
    readonly $ref?: string;
    readonly anyOf?: readonly JsonSchema[];
    readonly enum?: readonly unknown[];
    readonly const?: unknown;
    readonly type?: string;
    readonly items?: JsonSchema;
    readonly minItems?: number;
    readonly properties?: Readonly<Record<string, JsonSchema>>;
    readonly required?: readonly string[];
    readonly additionalProperties?: JsonSchema | false;
    readonly minimum?: number;
    readonly maximum?: number;
  };
  if (at.$ref !== undefined)
    return valuesOf((SCHEMA.definitions as Record<string, JsonSchema>).rule as JsonSchema, depth);
  if (at.anyOf !== undefined) return fc.oneof(...at.anyOf.map((each) => valuesOf(each, depth)));
  if ("const" in at) return fc.constant(at.const);
  if (at.enum !== undefined) return fc.constantFrom(...at.enum);
  switch (at.type) {
    case "object": {
      const { properties, required = [], additionalProperties } = at;
      if (properties === undefined) {
        return fc.dictionary(
          WORD,
          valuesOf(additionalProperties === false ? {} : (additionalProperties ?? {}), depth + 1),
          { maxKeys: 2 },
        );
      }
      const optional = Object.keys(properties).filter((key) => !required.includes(key));
      const keys = fc.subarray(optional, { maxLength: Math.min(optional.length, 4) });
      return keys.chain((some) =>
        fc.record(
          Object.fromEntries(
            [...required, ...some].map((key) => [key, valuesOf(properties[key] as JsonSchema, depth + 1)]),
          ),
        ),
      );
    }
    case "array":
      return fc.array(valuesOf(at.items ?? {}, depth + 1), { minLength: at.minItems ?? 0, maxLength: 3 });
    case "integer": {
      const lowest = Math.max(at.minimum ?? -9, -9);
      return fc.integer({ min: lowest, max: Math.min(at.maximum ?? Infinity, lowest + 999) });
    }
    case "number":
      return fc.integer({ min: 1, max: 99 });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      return WORD;
  }
}

const WORD = fc.constantFrom("127.0.0.1:1", "unix:/a", "0660", "auto", "union", "a.example", "sender-fqdn", "envelope");

/** What a hand may write wrongly. */
const WRONG: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>("", "x", "0660", 0, -1, 1.5, 10 ** 7, true, false, null),
  fc.constantFrom<unknown>([], [""], ["x"], [1], {}, { x: 1 }, { shadow: true }, { "sender-fqdn": {}, shadow: true }),
);

/** The value with one part of it replaced, a key added, or a key left out. */
function spoilt(value: unknown): fc.Arbitrary<unknown> {
  const parts = typeof value === "object" && value !== null ? Object.keys(value) : [];
  if (parts.length === 0) return WRONG;
  const tree = value as Record<string, unknown>;
  const within = fc.constantFrom(...parts).chain((key) => spoilt(tree[key]).map((part) => withPart(value, key, part)));
  if (Array.isArray(value)) return fc.oneof({ weight: 1, arbitrary: WRONG }, { weight: 8, arbitrary: within });
  const added = fc
    .tuple(fc.constantFrom("x", "shadow", "policy", "default", "mode"), WRONG)
    .map(([key, part]) => ({ ...tree, [key]: part }));
  const left = fc
    .constantFrom(...parts)
    .map((key) => Object.fromEntries(Object.entries(tree).filter(([each]) => each !== key)));
  return fc.oneof(
    { weight: 1, arbitrary: WRONG },
    { weight: 2, arbitrary: added },
    { weight: 1, arbitrary: left },
    { weight: 8, arbitrary: within },
  );
}

function withPart(value: unknown, key: string, part: unknown): unknown {
  return Array.isArray(value) ? value.with(Number(key), part) : { ...(value as object), [key]: part };
}

const fitting = valuesOf(SCHEMA) as fc.Arbitrary<object>;
const any = fc.oneof(fitting, fitting.chain(spoilt), fitting.chain(spoilt).chain(spoilt));

/** How often both took a value, both refused it, and only the reader did, for what it means. */
interface Seen {
  taken: number;
  refused: number;
  meant: number;
}

describe("the schema and the reader are one", () => {
  it("what the one refuses for its shape the other refuses too", () => {
    const seen: Seen = { taken: 0, refused: 0, meant: 0 };
    fc.assert(
      fc.property(any, (value) => {
        const { shape, all } = faultsOf(JSON.stringify(value));
        const byType = isValid(value ?? {});
        if (shape.length > 0) expect([byType, shape]).toEqual([false, shape]);
        if (!byType) expect([all.length > 0, isValid.errors]).toEqual([true, isValid.errors]);
        seen[all.length === 0 ? "taken" : byType ? "meant" : "refused"]++;
      }),
      { numRuns: 2000 },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(50);
  });

  it("describes every key", () => {
    const undescribed: string[] = [];
    const walk = (schema: JsonSchema, path: string) => {
      for (const [key, child] of Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>)) {
        const inner = (child.anyOf as readonly JsonSchema[] | undefined)?.[0] ?? {};
        if (child.description === undefined && inner.description === undefined) undescribed.push(`${path}.${key}`);
        walk(child, `${path}.${key}`);
      }
      for (const each of (schema.anyOf ?? []) as readonly JsonSchema[]) walk(each, path);
      if (typeof schema.items === "object") walk(schema.items as JsonSchema, `${path}[]`);
    };
    walk(SCHEMA, "");
    walk((SCHEMA.definitions as Record<string, JsonSchema>).rule as JsonSchema, "rule");
    expect(undescribed.filter((path) => !path.includes(".stances."))).toEqual([]);
  });
});
