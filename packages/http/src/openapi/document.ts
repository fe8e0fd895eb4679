import { z } from "zod";
import type { Route } from "../route.js";
import type { Content, Operation } from "./operation.js";

type Plain = Readonly<Record<string, unknown>>;

/** An OpenAPI document, as plain data. */
export interface OpenApiDocument {
  readonly openapi: "3.1.1";
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Plain>>; readonly securitySchemes: Plain };
}

/** One operation of the document. */
export interface DescribedOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly security?: readonly Plain[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly description: string }[];
  readonly requestBody?: { readonly required: true; readonly content: Readonly<Record<string, Plain>> };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Readonly<Record<string, Plain>> }>
  >;
}

const DESCRIPTION =
  "May this login send as this address? A refusal of the mail is an answer with the status 200. Whoever asks takes every other status for a deferral.";

/** Describes the routes that have an operation, by the schemas that validate them. */
export function openApiDocument(routes: readonly Route[], { version }: { readonly version: string }): OpenApiDocument {
  const schemas: Record<string, Plain> = {};
  const paths: Record<string, Record<string, DescribedOperation>> = {};
  for (const route of routes) {
    if (route.operation === undefined) continue;
    const methods = paths[route.path] ?? {};
    paths[route.path] = methods;
    methods[route.method.toLowerCase()] = describe(route, route.operation, schemas);
  }
  return {
    openapi: "3.1.1",
    info: { title: "fromguard", version, description: DESCRIPTION },
    paths,
    components: { schemas, securitySchemes: { token: { type: "http", scheme: "bearer" } } },
  };
}

function describe(
  { needs }: Route,
  { id, summary, description, parameters, request, answers }: Operation,
  schemas: Record<string, Plain>,
): DescribedOperation {
  return {
    operationId: id,
    summary,
    ...(description === undefined ? {} : { description }),
    // A handler without tokens answers what names no owners.
    ...(needs === undefined ? {} : { security: needs === "list" ? [{ token: [] }] : [{ token: [] }, {}] }),
    ...(parameters === undefined
      ? {}
      : { parameters: parameters.map((parameter) => ({ ...parameter, schema: { type: "string" } })) }),
    ...(request === undefined
      ? {}
      : { requestBody: { required: true, content: contentOf(request, "input", schemas) } }),
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, answer]) => [
        status,
        { description: answer.description, content: contentOf(answer.content, "output", schemas) },
      ]),
    ),
  };
}

function contentOf(content: Content, io: "input" | "output", schemas: Record<string, Plain>) {
  return Object.fromEntries(
    Object.entries(content).map(([type, schema]) => [
      type,
      schema === undefined ? {} : { schema: jsonSchemaOf(schema, io, schemas) },
    ]),
  );
}

/** The schema, with what has a name of its own put among the schemas of the document. */
function jsonSchemaOf(schema: z.ZodType, io: "input" | "output", schemas: Record<string, Plain>): Plain {
  const { $schema, $defs = {}, ...rest } = z.toJSONSchema(schema, { io, target: "draft-2020-12" }) as Plain;
  for (const [name, definition] of Object.entries($defs as Plain)) schemas[name] ??= relocated(definition) as Plain;
  return relocated(rest) as Plain;
}

function relocated(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relocated);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      // The name of a schema is its place in the document.
      .filter(([key]) => key !== "id")
      .map(([key, inner]) => [
        key,
        key === "$ref" && typeof inner === "string"
          ? inner.replace("#/$defs/", "#/components/schemas/")
          : relocated(inner),
      ]),
  );
}
