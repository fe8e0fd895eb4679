import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { entrySchema, grantsJsonSchema, isPlainEntry } from "../../src/grants/schema.js";

const FILE = new URL("../../grants.schema.json", import.meta.url);

test("the JSON Schema for editors is the schema that validates: vitest -u writes it", async () => {
  await expect(`${JSON.stringify(grantsJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(FILE.pathname);
});

test("the JSON Schema tells editors which keys exclude one another", () => {
  const schema = JSON.parse(readFileSync(FILE, "utf8"));
  expect(Object.keys(schema.properties)).toEqual(["domains", "groups", "grants", "include"]);
  expect(schema.properties.grants.items).toMatchObject({ additionalProperties: false, anyOf: expect.any(Array) });
});

const KEYS = [...Object.keys(entrySchema.shape), "__proto__", "constructor", "logn"];
const key = fc.oneof(fc.constant("login"), fc.constantFrom(...KEYS));
const value = fc.oneof(fc.constant("alice"), fc.constantFrom("", 7, null, undefined, ["bob"], []));
const entries = fc.array(fc.tuple(key, value), { minLength: 1, maxLength: 3 });

test("an entry that is taken unseen is one that the schema takes as it is", () => {
  let plain = 0;
  fc.assert(
    fc.property(entries, (pairs) => {
      const entry = Object.fromEntries(pairs);
      if (!isPlainEntry(entry)) return;
      plain++;
      expect(entrySchema.safeParse(entry)).toStrictEqual({ success: true, data: entry });
    }),
    { numRuns: 3000, seed: 1 },
  );
  expect(plain).toBeGreaterThan(20);
});

test.each([["mailbox"], ["receives"], ["send-as"], ["on-behalf"], ["catch-all"]])(
  "one login and one text under %s is taken unseen, in either order",
  (what) => {
    expect(isPlainEntry({ login: "alice", [what]: "a" })).toBe(true);
    expect(isPlainEntry({ [what]: "a", login: "alice" })).toBe(true);
  },
);

test.each([
  [null],
  ["login"],
  [["alice", "a"]],
  [{ login: "alice" }],
  [{ login: "", mailbox: "a" }],
  [{ login: "alice", mailbox: "" }],
  [{ login: "alice", mailbox: ["a"] }],
  [{ login: "alice", mailbox: "a", reason: "r" }],
  [{ logins: "alice", mailbox: "a" }],
])("%j is left to the schema", (entry) => {
  expect(isPlainEntry(entry)).toBe(false);
});
