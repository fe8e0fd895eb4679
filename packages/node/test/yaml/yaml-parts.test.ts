import { isFromguardError } from "@fromguard/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseYamlDocument, type YamlDocument } from "../../src/yaml/yaml-document.js";
import { parseYamlParts } from "../../src/yaml/yaml-parts.js";

const TINY = { small: 0, most: 1_000_000, lines: 1 };

type Root = Readonly<Record<string, unknown>>;

/** Values by key of the root, and the place of each entry below. */
function readAll(documents: Iterable<YamlDocument>) {
  const values = new Map<string, unknown>();
  const places: unknown[] = [];
  let parts = 0;
  for (const { value, root, place } of documents) {
    parts++;
    for (const [key, child] of root?.children() ?? []) {
      const here = (value as Root)[key];
      const before = values.get(String(key));
      if (Array.isArray(here)) values.set(String(key), [...((before as unknown[]) ?? []), ...here]);
      else if (typeof here === "object" && here !== null) values.set(String(key), { ...(before as Root), ...here });
      else values.set(String(key), here);
      for (const [part, { position }] of child.children()) places.push([place([key, part]), position]);
    }
  }
  return { values: [...values], places, parts };
}

function outcome(read: () => Iterable<YamlDocument>) {
  try {
    const { values, places } = readAll(read());
    return { values, places };
  } catch (error) {
    if (isFromguardError(error)) return "a fault";
    throw error;
  }
}

const ENTRIES = [
  "- { login: a, send-as: [x@y.test,\n    z@y.test] }",
  "- login: b\n  send-as:\n  - x@y.test\n  - z@y.test",
  "- plain",
  "- { login: a, send-as: x@y.test }",
  "- { login: b.c+d_e-f/g, on-behalf: No }\n- { of: Y }",
  "- { login: true, of: b }",
  "- { null: a }",
  "- { a: b, a: c }",
  "- { a: b,of: c }",
  "- { a: b c }",
  "- { a: b } # why",
  "-\n  login: c",
  "- |\n  - no entry\n  text",
  '- "quoted\n  - and on"',
  '- "quoted\n- without indentation"',
  "- [a,\n- b]",
  "# a comment",
  "",
  "- &anchor x",
  "- *anchor",
  "- - nested\n  - list",
  "- reason: >\n    - folded\n    grants:\n  login: d",
];
const MAPS = [
  "one: [a]",
  "two:\n- b\n- c",
  "three:\n  - d",
  "one: [again]",
  "? odd\n: [e]",
  '"quoted": [f]',
  "# note",
  "",
];

const indented = (text: string, by: number) => text.replace(/^(?=.)/gm, " ".repeat(by));
const section = fc.oneof(
  fc
    .record({
      key: fc.constantFrom("grants", "include"),
      by: fc.constantFrom(0, 2),
      entries: fc.array(fc.constantFrom(...ENTRIES), { minLength: 1, maxLength: 6 }),
    })
    .map(({ key, by, entries }) => `${key}:\n${indented(entries.join("\n"), by)}`),
  fc
    .array(fc.constantFrom(...MAPS), { minLength: 1, maxLength: 5 })
    .map((entries) => `groups: # who\n${indented(entries.join("\n"), 2)}`),
  fc.constantFrom(
    "domains: {}",
    "grants: []",
    "groups:",
    "# alone",
    "--- # second",
    "domains: {\n}",
    "grants: [a,\n b]",
  ),
);
const texts = fc
  .record({ sections: fc.array(section, { minLength: 1, maxLength: 4 }), end: fc.constantFrom("\n", "\r\n", "") })
  .map(({ sections, end }) => sections.join("\n").replaceAll("\n", end || "\n") + end);

describe("a document in parts", () => {
  it("has the values and places of the whole, and a fault where the whole has one", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const whole = outcome(() => [parseYamlDocument(text, "f.yaml")]);
        expect(outcome(() => parseYamlParts(text, "f.yaml", TINY))).toEqual(whole);
      }),
      { numRuns: 300 },
    );
  });

  it("is cut between entries, and counts them through", () => {
    const text = `grants:\n${Array.from({ length: 900 }, (_, i) => `  - { login: user${i}, send-as: a@b.test }\n`).join("")}`;
    const { parts, places } = readAll(parseYamlParts(text, "f.yaml", { ...TINY, lines: 200 }));
    expect(parts).toBe(5);
    expect(places).toHaveLength(900);
    expect(places[899]).toEqual([
      { file: "f.yaml", line: 901, column: 5, key: "grants[899]" },
      { line: 901, column: 5 },
    ]);
  });

  it("is whole where it is small", () => {
    expect([...parseYamlParts("grants:\n- a\n- b\n", "f.yaml")]).toHaveLength(1);
  });

  it.each([
    ["a key of the root", "grants:\n- a\ngroups: {}\ngrants:\n- b\n", { line: 4, column: 1 }],
    ["a key below", "groups:\n  a: [x]\n  b: [x]\n  a: [y]\n", { line: 4, column: 3 }],
  ])("has no %s twice", (_what, text, place) => {
    expect(() => [...parseYamlParts(text, "f.yaml", TINY)]).toThrow(
      expect.objectContaining({ place: { file: "f.yaml", ...place } }),
    );
  });

  it("tells the fault of a part alone where the rest is too long to be read at once", () => {
    const text = `grants:\n- a\n- "open\n${"- b\n".repeat(100)}`;
    expect(() => [...parseYamlParts(text, "f.yaml", { ...TINY, most: 10 })]).toThrow(
      /^f\.yaml:[34]:\d+: not valid YAML/,
    );
  });
});

describe("entries of words", () => {
  const text = "# mine\ngrants:\n  - { login: a, send-as: x@y.test }\n  - { login: b, of: y }\nother: []\n";

  it("are read without the parser, and have the places that it gives", () => {
    const [first] = parseYamlParts(text, "f", { ...TINY, lines: 100 });
    expect(first?.value).toEqual({
      grants: [
        { login: "a", "send-as": "x@y.test" },
        { login: "b", of: "y" },
      ],
    });
    expect(first?.place(["grants", 1, "of"])).toEqual({ file: "f", line: 4, column: 17, key: "grants[1].of" });
    const [[, list] = []] = first?.root?.children() ?? [];
    const entries = [...(list?.children() ?? [])];
    expect(entries.map(([, { position }]) => position)).toEqual([
      { line: 3, column: 5 },
      { line: 4, column: 5 },
    ]);
    expect([...(entries[1]?.[1].children() ?? [])].map(([key, { position }]) => [key, position])).toEqual([
      ["login", { line: 4, column: 7 }],
      ["of", { line: 4, column: 17 }],
    ]);
  });
});
