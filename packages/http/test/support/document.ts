import { fail, pass, rule } from "@fromguard/core";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import fc from "fast-check";
import { expect } from "vitest";
import { arbitraryOf, type Schema } from "./arbitrary-of.js";
import { bearer, get, handlerOf, JSON_TYPE, post, token } from "./handlers.js";

export const RUNS = Number(process.env.REQUESTS ?? 200);
const SEED = Number(process.env.SEED ?? 20261130);
export const RUN = { numRuns: RUNS, seed: SEED } as const;

// Every second login is refused, so that answers of both kinds are held to their schema.
const judge = rule("judge", [], () => pass());
const refuse = rule("refuse", ["login"], ({ login }) =>
  (login?.length ?? 0) % 2 === 1 ? fail("envelope-not-owned", { login: login ?? "" }) : pass(),
);
const tokens = () => [token("all", "check", "evidence", "list", "metrics")];

/** A handler that refuses every second login, for whoever has the token `all`. */
export const handler = handlerOf({ tokens }, [judge, refuse]);

export const document = await (await handler(get("/openapi.json"))).json();
const ajv = new Ajv2020({ strict: false, allErrors: false });
formats.default(ajv);
ajv.addSchema(document, "api");

const PREFIX = "#/components/schemas/";

/** Whether the schema of this name lets a value through. */
export function isValid(name: string, value: unknown): boolean {
  return ajv.getSchema(`api${PREFIX}${name}`)?.(value) as boolean;
}

/** Values that the schema of this name lets through, or nearly so. */
export function documented(name: string): fc.Arbitrary<unknown> {
  return arbitraryOf(
    { $ref: `${PREFIX}${name}` },
    (ref): Schema => document.components.schemas[ref.replace(PREFIX, "")],
  );
}

/** Asks, and holds the answer to what the document says of this operation. */
export async function ask(path: string, body: BodyInit, headers: Readonly<Record<string, string>> = JSON_TYPE) {
  const response = await handler(post(path, body, { ...headers, ...bearer("all") }));
  const answer = await response.json();
  const described = document.paths[path].post.responses[response.status];
  expect(described, `status ${response.status} of ${path}`).toBeDefined();
  const [[, { schema }]] = Object.entries<{ schema: Schema }>(described.content) as [[string, { schema: Schema }]];
  expect(isValid(String(schema.$ref).replace(PREFIX, ""), answer), JSON.stringify(answer)).toBe(true);
  return { status: response.status, answer };
}

export function counter() {
  const counts: Record<string, number> = {};
  return {
    counts,
    count: (outcome: string | number) => {
      counts[outcome] = (counts[outcome] ?? 0) + 1;
    },
  };
}

export const all = (counts: Readonly<Record<string, number>>) =>
  Object.values(counts).reduce((sum, each) => sum + each, 0);

/** Holds every value to `check`, and counts what that says of it. */
export async function outcomes<Value>(
  values: fc.Arbitrary<Value>,
  check: (value: Value) => Promise<string>,
): Promise<Readonly<Record<string, number>>> {
  const { counts, count } = counter();
  await fc.assert(
    fc.asyncProperty(values, async (value) => count(await check(value))),
    RUN,
  );
  expect(all(counts)).toBe(RUNS);
  return counts;
}
