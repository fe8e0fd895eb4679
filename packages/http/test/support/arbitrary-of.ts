import fc from "fast-check";

/** A JSON Schema, as far as the document of the API goes. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema | false;
  readonly prefixItems?: readonly Schema[];
  readonly pattern?: string;
  readonly format?: string;
  readonly contentEncoding?: string;
  readonly minLength?: number;
  readonly minimum?: number;
}

/** Values that a schema of the document lets through. */
export function arbitraryOf(schema: Schema, resolve: (ref: string) => Schema): fc.Arbitrary<unknown> {
  const inner = (each: Schema) => arbitraryOf(each, resolve);
  if (schema.$ref !== undefined) return inner(resolve(schema.$ref));
  if (schema.anyOf !== undefined)
    return fc.oneof(...schema.anyOf.map((each) => inner({ ...each, type: each.type ?? schema.type ?? "" })));
  const { type } = schema;
  if (typeof type === "object") return fc.oneof(...type.map((each) => inner({ ...schema, type: each })));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch (type) {
    case "null":
      return fc.constant(null);
    case "string":
      return stringOf(schema);
    case "integer":
      return fc.integer({ min: schema.minimum ?? 0, max: 4096 });
    case "array":
      return schema.prefixItems === undefined
        ? fc.array(inner(schema.items || {}), { maxLength: 5 })
        : fc.tuple(...schema.prefixItems.map(inner));
    case "object": {
      const properties = Object.entries(schema.properties ?? {}).map(([key, each]) => [key, inner(each)] as const);
      return fc.record(Object.fromEntries(properties), {
        requiredKeys: [...(schema.required ?? [])],
        noNullPrototype: true,
      });
    }
    default:
      throw new Error(`the document has a schema that this does not know: ${JSON.stringify(schema)}`);
  }
}

function stringOf({ format, contentEncoding, minLength = 0 }: Schema): fc.Arbitrary<string> {
  if (format === "ipv4") return fc.ipV4();
  if (format === "ipv6") return fc.ipV6();
  if (contentEncoding === "base64")
    return fc.uint8Array({ maxLength: 200 }).map((octets) => Buffer.from(octets).toString("base64"));
  return fc.oneof(
    fc.string({ minLength, unit: "grapheme" }),
    fc.constantFrom("ann@example.com", "<>", '"a b"@c.test', "From", "x".repeat(2000)),
  );
}
