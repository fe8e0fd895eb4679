import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { readGrants } from "@fromguard/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Folder } from "./folder.js";

let folder: Folder;
beforeAll(async () => {
  folder = await Folder.make();
});
afterAll(() => folder.remove());

const NOW = () => Date.UTC(2027, 0, 1);

/** The message with the folder left out. */
async function faultOf(content: string | Uint8Array, files: Readonly<Record<string, string>> = {}): Promise<string> {
  for (const [name, text] of Object.entries(files)) await folder.put(name, text);
  const file = await folder.put("g.yaml", content);
  const error = await readGrants(file, { now: NOW }).then(
    () => new Error("nothing is wrong"),
    (thrown: unknown) => thrown as Error,
  );
  return `${(error as { code?: string }).code} ${error.message}`.replaceAll(`${folder.path}/`, "");
}

/** A thousand members of a group. */
const MEMBERS = Array.from({ length: 1000 }, (_, n) => `    - u${n}\n`).join("");

const grants = (...lines: readonly string[]) => `grants:\n${lines.map((line) => `  - ${line}\n`).join("")}`;

describe("a grants file with", () => {
  test.each([
    ["an unknown key on top", "grant: []\n", "1:1: grant: unknown key (did you mean grants?)"],
    [
      "an unknown key of a statement",
      grants("{ login: a, send-at: a@x.test }"),
      "2:17: grants[0].send-at: unknown key (did you mean send-as?)",
    ],
    [
      "an unknown key of a domain",
      "domains:\n  x.test: { sub-address: + }\n",
      "2:13: domains.x.test.sub-address: unknown key (did you mean subaddress?)",
    ],
    [
      "an unknown key of an include",
      "include:\n  - { file: a, scopes: x.test }\n",
      "2:16: include[0].scopes: unknown key (did you mean scope?)",
    ],
    ["a key of Object's own", "grants: []\n__proto__: []\n", "2:1: __proto__: unknown key"],
    [
      "a key of Object's own in a statement",
      grants("{ login: a, send-as: a@x.test, __proto__: a }"),
      "2:36: grants[0].__proto__: unknown key",
    ],
    [
      "an unknown value",
      "domains: { x.test: { local-part: Ascii } }\n",
      "1:22: domains.x.test.local-part: must be exact, ascii or fold (did you mean ascii?)",
    ],
    ["a list for a map", "- login: a\n", "1:1: must be a map of keys, not a list"],
    [
      "a login that is a number",
      grants("{ login: 7, send-as: a@x.test }"),
      "2:7: grants[0].login: must be text, not a number",
    ],
    ["an empty login", grants('{ login: "", send-as: a@x.test }'), "2:7: grants[0].login: must not be empty"],
    ["nobody", grants("{ send-as: a@x.test }"), "2:5: grants[0]: names nobody: add login, logins, group or groups"],
    [
      "nothing given",
      grants("{ login: a }"),
      "2:5: grants[0]: gives nothing: add mailbox, send-as, on-behalf, catch-all or receives",
    ],
    [
      "two grantees",
      grants("{ login: a, group: b, send-as: a@x.test }"),
      "2:17: grants[0].group: stands beside login: each needs an entry of its own",
    ],
    [
      "a mailbox of a group",
      "groups: { g: [] }\ngrants: [{ group: g, mailbox: a@x.test }]\n",
      "2:22: grants[0].mailbox: is for logins: a group receives nothing; write send-as",
    ],
    [
      "an alias to nothing",
      grants("{ alias: a@x.test }"),
      "2:5: grants[0]: needs both: alias, and of with the address it leads to",
    ],
    [
      "an alias for a login",
      grants("{ alias: a@x.test, of: b@x.test, login: c }"),
      "2:38: grants[0].login: stands beside alias and of: each needs an entry of its own",
    ],
    ["no address", grants("{ login: a, mailbox: a@@x }"), '2:17: grants[0].mailbox: "a@@x" is no address'],
    [
      "a domain for an address",
      grants("{ login: a, send-as: x.test }"),
      '2:17: grants[0].send-as: "x.test" has no domain: write "@x.test" for all at it',
    ],
    [
      "a pattern for a mailbox",
      grants('{ login: a, mailbox: "@x.test" }'),
      "2:17: grants[0].mailbox: must be an address: a pattern has no mailbox",
    ],
    [
      "a star in the middle",
      grants('{ login: a, send-as: [b@x.test, "@a.*.test"] }'),
      '2:37: grants[0].send-as[1]: "a.*.test" is no domain: a star stands only in front, as in "@*.example.com"',
    ],
    [
      "a bare pattern, which YAML forbids",
      grants("{ login: a, send-as: @x.test }"),
      "2:26: not valid YAML: a value that begins with @ needs quotes",
    ],
    [
      "a trailing dot",
      grants("{ login: a, catch-all: x.test. }"),
      '2:17: grants[0].catch-all: "x.test." must be written x.test',
    ],
    ["a key that stands twice", "grants: []\ngroups: {}\ngrants: []\n", "3:1: not valid YAML: a key stands twice"],
    [
      "a key of a statement that stands twice",
      grants("{ login: a, login: b }"),
      "2:17: not valid YAML: a key stands twice",
    ],
    ["a tab", "groups:\n\ta: []\n", "2:1: not valid YAML: tab characters must not be used in indentation"],
    ["an unknown tag", "grants: !x []\n", "1:9: not valid YAML: unknown sequence tag !<!x>"],
    ["a second document", "grants: []\n---\ngrants: []\n", "2:1: not valid YAML: there is more than one document"],
    ["an alias without an anchor", "grants: *a\n", "1:10: not valid YAML: no anchor has the name of this alias, a"],
    ["too many collections in one another", "[".repeat(101), "1:100: not valid YAML: nesting exceeded maxDepth (100)"],
    [
      "aliases that grow without end",
      `a: &a [x]\n${Array.from({ length: 11 }, (_, n) => `b${n}: &b${n} [${"*a, ".repeat(10)}]\n`).join("")}`,
      "12:13: not valid YAML: more than 100 aliases",
    ],
    ["an alias inside itself", "grants: &a [*a]\n", "1:13: grants[0]: must be a map of keys, not a list"],
    ["a NUL", "grants: []\0\n", "1:11: not valid YAML: null byte is not allowed in input"],
    ["nothing", "", "1:1: the file says nothing: write grants: [] for no grants"],
    ["a comment alone", "# grants: []\n", "1:1: the file says nothing: write grants: [] for no grants"],
    [
      "a group that is nowhere defined",
      `groups: { sales: [] }\n${grants("{ login: a, send-as: a@x.test }", "{ group: sale, send-as: a@x.test }")}`,
      "4:5: the group sale is nowhere defined (did you mean sales?): add it under groups:",
    ],
    [
      "a member group that is nowhere defined",
      'groups: { a: ["group:b"] }\n',
      "1:15: the group b is nowhere defined (did you mean a?): add it under groups:",
    ],
    [
      "a group in itself",
      'groups: { a: [x, "group:a"] }\n',
      "1:18: groups stand in a circle, which adds nobody: a > a",
    ],
    [
      "groups in a circle",
      'groups:\n  z: ["group:a"]\n  a: ["group:b"]\n  b: [x, "group:c"]\n  c: ["group:a"]\n',
      "5:7: groups stand in a circle, which adds nobody: a > b > c > a",
    ],
    [
      "a domain whose label mixes scripts",
      grants('{ login: a, send-as: "@p\u0430ypal.test" }'),
      '2:5: the label "p\\u{430}ypal" of xn--pypal-4ve.test mixes letters of several scripts: it may be another name',
    ],
    [
      "such a label in A-labels",
      grants('{ login: a, send-as: "@xn--pypal-4ve.test" }'),
      '2:5: the label "p\\u{430}ypal" of xn--pypal-4ve.test mixes letters of several scripts: it may be another name',
    ],
    [
      "a domain that looks like another one",
      grants("{ login: a, mailbox: a@\u0430\u0440\u0440\u04cf\u0435.test }", "{ login: a, mailbox: a@apple.test }"),
      "2:5: xn--80ak6aa92e.test looks like apple.test of g.yaml:3:5",
    ],
    [
      "a domain that looks like another one, in Latin letters alone",
      grants("{ login: a, mailbox: a@\u1d0fffice.test }", "{ login: a, mailbox: a@office.test }"),
      "2:5: xn--ffice-l29a.test looks like office.test of g.yaml:3:5",
    ],
    [
      "a domain that looks like the parent of another one",
      grants(
        "{ login: a, mailbox: a@mail.apple.test }",
        "{ login: a, mailbox: a@\u0430\u0440\u0440\u04cf\u0435.test }",
      ),
      "3:5: xn--80ak6aa92e.test looks like apple.test of g.yaml:2:5",
    ],
    [
      "a day that no month has",
      grants("{ login: a, send-as: a@x.test, expires: 2027-02-30 }"),
      "2:36: grants[0].expires: is no date: write 2027-06-30 (its last day, in UTC) or 2027-06-30T12:00:00Z",
    ],
    [
      "a year for a date",
      grants("{ login: a, send-as: a@x.test, expires: 2027 }"),
      "2:36: grants[0].expires: must be text, not a number",
    ],
    [
      "two rules for one domain",
      "domains:\n  x.test: {}\n  y.test: { alias-domains: [x.test] }\n",
      "3:3: the domain x.test has its rules at g.yaml:2:3 already",
    ],
    [
      "a domain that is its own alias",
      "domains: { x.test: { alias-domains: X.test } }\n",
      "1:22: domains.x.test.alias-domains: x.test is an alias of itself",
    ],
    [
      "a member that is both",
      "groups: { a: [{ login: b, group: c }] }\n",
      "1:15: groups.a[0]: needs login or group, and not both",
    ],
    [
      "a statement that stands twice",
      grants("{ login: a, send-as: [a@x.test, b@x.test] }", "{ login: a, send-as: a@X.test }"),
      "3:5: it says what g.yaml:2:5 says already",
    ],
    [
      "a statement that stands twice, of several on one address",
      grants(
        "{ login: a, send-as: c@x.test }",
        "{ logins: [b, c], on-behalf: c@x.test }",
        "{ login: c, on-behalf: c@x.test }",
      ),
      "4:5: it says what g.yaml:3:5 says already",
    ],
    ["a member that stands twice", "groups:\n  g: [a, b, a]\n", "2:13: it says what g.yaml:2:7 says already"],
    ["a group of nothing", "groups: { a: }\n", "1:11: groups.a: must be a list, not nothing"],
  ])("%s is refused at its place", async (_what, text, message) => {
    expect(await faultOf(text)).toBe(`FG_CONFIG_INVALID g.yaml:${message}`);
  });

  test("octets that are not UTF-8 are refused at their place", async () => {
    const octets = Buffer.concat([
      Buffer.from("grants: []\n# caf\u00e9 and "),
      Buffer.from([0xe9]),
      Buffer.from(" x\n"),
    ]);
    expect(await faultOf(octets)).toBe("FG_CONFIG_INVALID g.yaml:2:12: it is not UTF-8 here");
    expect(await faultOf(Buffer.from("\ufeffgrants: []", "utf16le"))).toBe(
      "FG_CONFIG_INVALID g.yaml:1:1: it is not UTF-8 here",
    );
  });

  test("a byte order mark and CRLF are read like any other", async () => {
    expect(await faultOf("\ufeffgrants:\r\n  - { login: a }\r\n")).toContain("g.yaml:2:5: grants[0]: gives nothing");
  });
});

describe("an included file", () => {
  const include = (entry: string) => `include:\n  - ${entry}\n`;

  test.each([
    [
      "that is missing",
      include("{ file: none.yaml }"),
      {},
      "g.yaml:2:7: include[0].file: none.yaml: it cannot be read: there is no such file",
    ],
    [
      "that is the file itself",
      include("{ file: g.yaml }"),
      {},
      "g.yaml:2:7: include[0].file: files include one another in a circle",
    ],
    [
      "that includes its includer",
      include("{ file: d/a.yaml }"),
      { "d/a.yaml": include("{ file: ../g.yaml }") },
      "d/a.yaml:2:7: include[0].file: leads out of the folder of this file: write an absolute path",
    ],
    [
      "that is included twice",
      include("{ file: a.yaml, scope: x.test }\n  - { file: a.yaml, scope: y.test }"),
      { "a.yaml": "grants: []\n" },
      "g.yaml:3:7: include[1].file: is included at g.yaml:2:7 already",
    ],
    [
      "with an address outside its scope",
      include("{ file: a.yaml, scope: x.test }"),
      { "a.yaml": grants("{ login: a, send-as: [a@x.test, a@y.test] }") },
      'a.yaml:2:37: grants[0].send-as[1]: reaches outside the scope, which is "x.test"',
    ],
    [
      "with a subdomain outside its scope",
      include("{ file: a.yaml, scope: x.test }"),
      { "a.yaml": grants("{ login: a, mailbox: a@sub.x.test }") },
      'a.yaml:2:17: grants[0].mailbox: reaches outside the scope, which is "x.test"',
    ],
    [
      "with a wildcard wider than its scope",
      include("{ file: a.yaml, scope: x.test }"),
      { "a.yaml": grants('{ login: a, send-as: "@*.x.test" }') },
      'a.yaml:2:17: grants[0].send-as: reaches outside the scope, which is "x.test"',
    ],
    [
      "with rules for a domain outside its scope",
      include("{ file: a.yaml, scope: x.test }"),
      { "a.yaml": "domains: { y.test: {} }\n" },
      'a.yaml:1:12: domains.y.test: reaches outside the scope, which is "x.test"',
    ],
    [
      "with an alias domain outside its scope",
      include("{ file: a.yaml, scope: x.test }"),
      { "a.yaml": "domains: { x.test: { alias-domains: [y.test] } }\n" },
      'a.yaml:1:38: domains.x.test.alias-domains[0]: reaches outside the scope, which is "x.test"',
    ],
    [
      "with a statement of a wider scope",
      include("{ file: a.yaml, scope: x.test }"),
      { "a.yaml": grants('{ login: a, send-as: a@x.test, scope: [x.test, "*.x.test"] }') },
      'a.yaml:2:52: grants[0].scope[1]: reaches outside the scope, which is "x.test"',
    ],
    [
      "with an include of a wider scope",
      include("{ file: a.yaml, scope: x.test }"),
      { "a.yaml": include("{ file: b.yaml, scope: y.test }"), "b.yaml": "grants: []\n" },
      'a.yaml:2:21: include[0].scope: reaches outside the scope, which is "x.test"',
    ],
    [
      "that has a scope and names an absolute path",
      include("{ file: a.yaml, scope: x.test }"),
      { "a.yaml": include("{ file: /etc/passwd }") },
      "a.yaml:2:7: include[0].file: must be below the folder of this file, which has a scope",
    ],
    [
      "with a group that is nowhere defined",
      include("{ file: a.yaml, scope: x.test }"),
      { "a.yaml": grants("{ group: g, send-as: a@x.test }") },
      "a.yaml:2:5: the group g is nowhere defined: add it under groups:",
    ],
    [
      "with rules that the first has already",
      `domains: { x.test: {} }\n${include("{ file: a.yaml, scope: x.test }")}`,
      { "a.yaml": "domains: { x.test: { subaddress: + } }\n" },
      "a.yaml:1:12: the domain x.test has its rules at g.yaml:1:12 already",
    ],
    [
      "that says nothing",
      include("{ file: a.yaml }"),
      { "a.yaml": "\n" },
      "a.yaml:1:1: the file says nothing: write grants: [] for no grants",
    ],
  ] as const)("%s is refused at its place", async (_what, text, files, message) => {
    expect(await faultOf(text, files)).toBe(`FG_CONFIG_INVALID ${message}`);
  });
});

describe("what is no file", () => {
  test.each([
    ["missing", "none.yaml", "there is no such file"],
    ["a folder", "folder", "it is a folder"],
  ])("%s is unreadable", async (_what, name, why) => {
    await mkdir(join(folder.path, "folder"), { recursive: true });
    const file = join(folder.path, name);
    await expect(readGrants(file)).rejects.toMatchObject({
      code: "FG_FILE_UNREADABLE",
      message: `${file}: it cannot be read: ${why}`,
    });
  });
});

describe("a limit", () => {
  test("of octets counts all files, and is looked at before they are read", async () => {
    const file = await folder.put("g.yaml", "include:\n  - file: a.yaml\n");
    const included = await folder.put("a.yaml", `# ${"x".repeat(100)}\ngrants: []\n`);
    await expect(readGrants(file, { maxGrantsOctets: 100 })).rejects.toMatchObject({
      code: "FG_CONFIG_INVALID",
      message: `${included}:1:1: the grants files are larger than 100 octets together (maxGrantsOctets)`,
    });
  });

  test("of octets refuses a million lines at once by default", async () => {
    const lines = "  - { login: alice, mailbox: alice@example.com }\n".repeat(1_000_000);
    const file = await folder.put("million.yaml", `grants:\n${lines}`);
    await expect(readGrants(file)).rejects.toThrow(
      `${file}:342394:1: the grants files are larger than 16777216 octets together (maxGrantsOctets)`,
    );
  });

  test("of statements refuses a million short lines at the first that is too many", async () => {
    const groups = Array.from({ length: 1000 }, (_, i) => `  g${i}:\n${MEMBERS}`).join("");
    const file = await folder.put("short.yaml", `groups:\n${groups}`);
    await expect(readGrants(file, { maxStatements: 20_000 })).rejects.toThrow(
      `${file}:20023:7: more than 20000 statements (maxStatements)`,
    );
  });

  test("of one entry refuses a group of a million members before it is read", async () => {
    const file = await folder.put("group.yaml", `groups:\n  all:\n${"    - u\n".repeat(1_000_000)}`);
    await expect(readGrants(file)).rejects.toThrow(`${file}:2:1: more than 4194304 characters in one entry`);
  });

  test.each([
    ["maxStatements", { maxStatements: 3 }, "g.yaml:3:5: more than 3 statements (maxStatements)"],
    [
      "maxIncludeDepth",
      { maxIncludeDepth: 1 },
      "a.yaml:1:13: include[0].file: files include one another deeper than 1 (maxIncludeDepth)",
    ],
    ["maxFiles", { maxFiles: 2 }, "a.yaml:1:13: include[0].file: more than 2 files (maxFiles)"],
  ])("%s is named", async (_name, limits, message) => {
    const both = "{ logins: [a, b], send-as: [a@x.test, b@x.test] }";
    const file = await folder.put("g.yaml", `include: [{ file: a.yaml }]\n${grants(both)}`);
    await folder.put("a.yaml", "include: [{ file: b.yaml }]\n");
    await folder.put("b.yaml", "grants: []\n");
    await expect(readGrants(file, limits)).rejects.toThrow(join(folder.path, message));
  });
});
