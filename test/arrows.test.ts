import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../packages/", import.meta.url));

/** Which packages of this workspace each may import: every arrow of the design, and no other. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  pattern: [],
  core: ["pattern"],
  postfix: ["core", "pattern"],
  node: ["core", "pattern"],
  policy: ["core", "node"],
  milter: ["core", "node"],
  http: ["core"],
  "smtp-server": ["core"],
  haraka: ["core", "smtp-server", "fromguard"],
  "zone-mta": ["core", "smtp-server", "fromguard"],
  fromguard: ["pattern", "core", "postfix", "node", "policy", "milter", "http", "smtp-server"],
  conformance: ["pattern", "core", "postfix", "node", "policy", "milter", "http", "smtp-server", "fromguard"],
  bench: ["pattern", "core", "postfix", "node", "policy", "milter", "http", "smtp-server", "fromguard"],
  fuzz: ["core", "milter", "policy"],
};

/** Packages that run anywhere: nothing of Node, nothing from elsewhere. */
const ANYWHERE = ["pattern", "core"];

const LEAVES = ["address", "domain", "verdict"];
const STANDING = [...LEAVES, "headers", "table", "dns"];

/** Which rooms of core each may import. */
const CORE_ROOMS: Readonly<Record<string, readonly string[]>> = {
  steps: [],
  verdict: [],
  domain: ["verdict"],
  address: ["domain", "verdict"],
  headers: LEAVES,
  table: [...LEAVES, "steps"],
  dns: LEAVES,
  rule: [...LEAVES, "headers"],
  ownership: [...LEAVES, "table", "steps"],
  rules: [...STANDING, "rule", "ownership"],
  edits: [...STANDING, "rule", "ownership", "rules"],
  guard: [...STANDING, "rule", "ownership", "rules"],
  json: [...STANDING, "rule", "ownership", "guard"],
  testing: [...STANDING, "rule", "ownership", "rules", "guard"],
};

interface Import {
  /** The importing file, below `packages`. */
  readonly file: string;
  /** As written. */
  readonly from: string;
}

function importsOf(file: string): readonly Import[] {
  return specifiersIn(readFileSync(join(ROOT, file), "utf8")).map((from) => ({ file, from }));
}

function specifiersIn(text: string): readonly string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

function sourcesOf(name: string): readonly string[] {
  const folder = join(ROOT, name, "src");
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join("/"));
}

const names = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);
const imports = new Map(names.map((name) => [name, sourcesOf(name).flatMap(importsOf)]));
const tell = (found: readonly Import[]) => found.map(({ file, from }) => `${file} imports ${from}`);
const isRelative = ({ from }: Import) => from.startsWith(".");

/** `packages/a/src/x/../y.js` as `a/src/y.ts`. */
function targetOf({ file, from }: Import): string {
  return join(dirname(file), from).split(sep).join("/").replace(/\.js$/, ".ts");
}

describe.each(names)("packages/%s", (name) => {
  const all = imports.get(name) ?? [];

  it("has its place in the design", () => {
    expect(Object.keys(PACKAGES)).toContain(name);
  });

  it("imports only the packages that the design lets it", () => {
    const allowed = PACKAGES[name] ?? [];
    const wrong = all.filter(({ from }) => {
      const [, other] = /^@fromguard\/([^/]+)/.exec(from) ?? (from === "fromguard" ? ["", "fromguard"] : []);
      return other !== undefined && !allowed.includes(other);
    });
    expect(tell(wrong)).toEqual([]);
  });

  it("reaches into no other package by a path", () => {
    expect(tell(all.filter(isRelative).filter((one) => !targetOf(one).startsWith(`${name}/`)))).toEqual([]);
  });

  it("declares what it imports", () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, name, "package.json"), "utf8")) as Record<string, object>;
    const declared = ["dependencies", "peerDependencies"].flatMap((kind) => Object.keys(manifest[kind] ?? {}));
    const wrong = all.filter((one) => {
      if (isRelative(one) || one.from.startsWith("node:")) return false;
      const [owner, second] = one.from.split("/");
      return !declared.includes(owner?.startsWith("@") ? `${owner}/${second}` : (owner ?? ""));
    });
    expect(tell(wrong)).toEqual([]);
  });

  it("has no cycle of files", () => {
    expect(cyclesOf(all.filter(isRelative))).toEqual([]);
  });
});

describe.each(ANYWHERE)("packages/%s, which runs anywhere,", (name) => {
  it("imports nothing of Node and nothing from elsewhere", () => {
    const wrong = (imports.get(name) ?? []).filter(
      (one) => !isRelative(one) && !/^@fromguard\/pattern(\/|$)/.test(one.from),
    );
    expect(tell(wrong)).toEqual([]);
  });
});

describe("the rooms of core", () => {
  const roomOf = (file: string) => /^core\/src\/([^/]+)\//.exec(file)?.[1];

  it("import only the rooms that they stand on", () => {
    const wrong = (imports.get("core") ?? []).filter((one) => {
      const room = roomOf(one.file);
      if (room === undefined || !isRelative(one)) return false;
      const other = roomOf(targetOf(one));
      return other !== room && (other === undefined || !CORE_ROOMS[room]?.includes(other));
    });
    expect(tell(wrong)).toEqual([]);
  });

  it("have no cycle", () => {
    const arrows = Object.entries(CORE_ROOMS).flatMap(([room, others]) =>
      others.map((other) => [room, other] as const),
    );
    expect(cycleIn(arrows)).toEqual([]);
  });
});

describe("the arrows between packages", () => {
  it("have no cycle", () => {
    expect(
      cycleIn(Object.entries(PACKAGES).flatMap(([name, others]) => others.map((other) => [name, other] as const))),
    ).toEqual([]);
  });
});

describe("the reader of imports", () => {
  it("sees every way to import", () => {
    const text = [
      'import "a";',
      'import b from "b";',
      'import { type C,\n  c,\n} from "c";',
      'export * from "d";',
      'export { e } from "e";',
      'import type { F } from "f";',
      'const g = await import("g");',
    ].join("\n");
    expect(specifiersIn(text)).toEqual([..."abcdefg"]);
  });

  it("sees a cycle", () => {
    expect(
      cycleIn([
        ["a", "b"],
        ["b", "c"],
        ["c", "b"],
      ]),
    ).toEqual(["b", "c"]);
  });
});

function cyclesOf(found: readonly Import[]): readonly string[] {
  return cycleIn(found.map((one) => [one.file, targetOf(one)] as const));
}

/** What is left when everything that points at nothing, or is pointed at by nothing, is taken away again and again. */
function cycleIn(arrows: readonly (readonly [from: string, to: string])[]): readonly string[] {
  let left = arrows;
  for (;;) {
    const [froms, tos] = [new Set(left.map(([from]) => from)), new Set(left.map(([, to]) => to))];
    const rest = left.filter(([from, to]) => tos.has(from) && froms.has(to));
    if (rest.length === left.length) return [...froms].sort();
    left = rest;
  }
}
