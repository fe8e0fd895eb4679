import { type Grants, ownershipGraph, type Statement } from "@fromguard/core";
import { type ReadGrants, readGrants } from "@fromguard/node";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseExpiry } from "../../src/grants/expiry.js";
import { Folder } from "./folder.js";

let folder: Folder;
beforeAll(async () => {
  folder = await Folder.make();
});
afterAll(() => folder.remove());

const NOW = () => Date.UTC(2027, 0, 1);

async function read(text: string, files: Readonly<Record<string, string>> = {}): Promise<ReadGrants> {
  for (const [name, content] of Object.entries(files)) await folder.put(name, content);
  await folder.put("g.yaml", text);
  return readGrants("g.yaml", { folder: folder.path, now: NOW });
}

/** Every statement as one line: what it says, and where it stands. */
function lines({ grants, memberships, deliveries, domains }: Grants): readonly string[] {
  const at = ({ origin, scope, expires, reason }: Statement) => {
    const more = [scope && `scope ${scope}`, expires && new Date(expires).toISOString(), reason].filter(Boolean);
    const file = origin?.file?.slice(folder.path.length + 1);
    return `${more.map((each) => ` (${each})`).join("")} ${file}:${origin?.line}:${origin?.column}`;
  };
  const target = (each: NonNullable<Grants["grants"]>[number]["target"]) =>
    each.kind === "address" ? `${each.address.localPart}@${each.address.domain.ascii}` : `${each.kind} ${each.domain}`;
  const who = (each: NonNullable<Grants["grants"]>[number]["grantee"]) =>
    each.kind === "login" ? each.login : `group ${each.group}`;
  return [
    ...(domains ?? []).map((each) => {
      const { domain, aliasOf, subaddress, localPartCase, ignoreDots } = each;
      return `${domain} ${[aliasOf, subaddress, localPartCase, ignoreDots].filter((x) => x !== undefined).join(" ")}${at(each)}`;
    }),
    ...(memberships ?? []).map((each) => `${who(each.member)} in ${each.group}${at(each)}`),
    ...(deliveries ?? []).map((each) => {
      const to = each.to.kind === "login" ? each.to.login : target(each.to);
      return `${target(each.target)} to ${to}${each.maySend ? ", who sends" : ""}${at(each)}`;
    }),
    ...(grants ?? []).map((each) => `${who(each.grantee)} ${each.right} ${target(each.target)}${at(each)}`),
  ];
}

describe("a grants file", () => {
  test("becomes statements, each with its place", async () => {
    const { grants, warnings, files } = await read(
      `domains:
  Example.com: { alias-domains: [example.net], subaddress: "+", local-part: ascii, ignore-dots: false }
  bücher.example: {}
groups:
  interns: []
  sales: [alice, bob, "group:interns"]
  12: [{ login: carol, expires: 2027-03-01 }, { group: sales, scope: "*.example.com", reason: cover }]
grants:
  - { login: alice, mailbox: alice@example.com }
  - login: bob
    receives: [support@example.com, help@example.com]
  - { group: sales, send-as: sales@example.com }
  - { login: eve, on-behalf: director@example.com, reason: assistant, expires: 2027-06-30 }
  - { logins: [crm, shop], send-as: ["@shop.example.com", "@*.shop.example.com"] }
  - { groups: [sales, "12"], catch-all: example.org }
  - { login: owner, catch-all: "@example.org" }
  - { alias: info@example.com, of: ['"odd user"@Example.com', bob@bücher.example] }
include:
  - { file: grants.d/admin.yaml, scope: [example.com] }
`,
      {
        "grants.d/admin.yaml": "include: [{ file: more.yaml }]\ngrants: [{ login: x, send-as: [x@example.com] }]\n",
        "grants.d/more.yaml": '{"grants": [{"login": "y", "send-as": "@example.com"}]}',
      },
    );
    expect(lines(grants)).toEqual([
      "example.com + ascii false g.yaml:2:3",
      "example.net example.com g.yaml:2:3",
      "xn--bcher-kva.example  g.yaml:3:3",
      "carol in 12 (2027-03-02T00:00:00.000Z) g.yaml:7:8",
      "group sales in 12 (scope *.example.com) (cover) g.yaml:7:47",
      "alice in sales g.yaml:6:11",
      "bob in sales g.yaml:6:18",
      "group interns in sales g.yaml:6:23",
      "alice@example.com to alice, who sends g.yaml:9:5",
      "support@example.com to bob g.yaml:10:5",
      "help@example.com to bob g.yaml:10:5",
      "catch-all example.org to owner, who sends g.yaml:16:5",
      "info@example.com to odd user@example.com, who sends g.yaml:17:5",
      "info@example.com to bob@xn--bcher-kva.example, who sends g.yaml:17:5",
      "group sales send-as sales@example.com g.yaml:12:5",
      "eve send-on-behalf director@example.com (2027-07-01T00:00:00.000Z) (assistant) g.yaml:13:5",
      "crm send-as domain shop.example.com g.yaml:14:5",
      "shop send-as domain shop.example.com g.yaml:14:5",
      "crm send-as subdomains shop.example.com g.yaml:14:5",
      "shop send-as subdomains shop.example.com g.yaml:14:5",
      "group sales send-as catch-all example.org g.yaml:15:5",
      "group 12 send-as catch-all example.org g.yaml:15:5",
      "x send-as x@example.com (scope example.com) grants.d/admin.yaml:2:10",
      "y send-as domain example.com (scope example.com) grants.d/more.yaml:1:13",
    ]);
    expect(warnings).toEqual([]);
    expect(files.map((file) => file.slice(folder.path.length + 1))).toEqual([
      "g.yaml",
      "grants.d/admin.yaml",
      "grants.d/more.yaml",
    ]);
    expect(grants.grants?.[0]?.origin?.source).toBe(`grants:${folder.path}/g.yaml`);
    expect(() => ownershipGraph(grants, { name: "grants" })).not.toThrow();
  });

  test("may give nothing", async () => {
    expect(lines((await read("grants: []\n")).grants)).toEqual([]);
  });

  test("may repeat parts by anchors; what stands behind an alias has the place of the alias", async () => {
    const { grants } = await read(
      "groups:\n  a: &team [x]\n  b: *team\ngrants:\n  - &g { login: y, send-as: y@x.test }\n",
    );
    expect(lines(grants)).toEqual(["x in a g.yaml:2:13", "x in b g.yaml:3:3", "y send-as y@x.test g.yaml:5:8"]);
  });

  test("takes names of Object's own for names", async () => {
    const { grants } = await read("groups: { __proto__: [constructor], toString: [] }\ngrants: []\n");
    expect(lines(grants)).toEqual(["constructor in __proto__ g.yaml:1:23"]);
  });

  test("may name an absolute path in an include without a scope, and one level below several", async () => {
    const other = await folder.put("other/o.yaml", "grants: [{ login: a, send-as: a@x.test }]\n");
    const { grants } = await read(`include: [{ file: ${other}, scope: ["*.test"] }]\n`);
    expect(lines(grants)).toEqual(["a send-as a@x.test (scope *.test) other/o.yaml:1:10"]);
  });

  test.each([
    ["one domain inside a tree", "scope: '*.x.test'", "scope: a.x.test", "a@a.x.test"],
    ["a tree inside a tree", "scope: '*.x.test'", "scope: '*.a.x.test'", "'@*.a.x.test'"],
    ["a tree and what stands at its top", "scope: '*.x.test'", "scope: '*.x.test'", "a@x.test"],
  ])("may narrow its scope: %s", async (_what, outer, inner, target) => {
    const text = `include: [{ file: a.yaml, ${outer} }]\n`;
    const { grants } = await read(text, { "a.yaml": `grants: [{ login: a, send-as: ${target}, ${inner} }]\n` });
    expect(grants.grants?.[0]?.scope).toHaveLength(1);
  });

  test("is read in any language of one script, and in Latin beside Han, kana or Hangul", async () => {
    const names = ["bücher", "пример", "παράδειγμα", "例え", "toyotaトヨタ車", "한국abc", "مثال", "ı-lk"];
    const text = names.map((name) => `  - { login: a, send-as: "@${name}.test" }\n`).join("");
    const { warnings } = await read(`grants:\n${text}`);
    expect(warnings).toEqual([]);
  });
});

describe("a warning", () => {
  test.each([
    [
      "what has expired",
      "grants:\n  - { login: a, send-as: a@x.test, expires: 2026-12-31 }\n  - { login: b, send-as: a@x.test, expires: 2027-01-01 }\n",
      ["g.yaml:2:5: it has expired and gives nothing any more"],
    ],
    [
      "a domain that looks like one in ASCII",
      "grants:\n  - { login: a, send-as: a@\u0430\u0440\u0440\u04cf\u0435.test }\n",
      ['g.yaml:2:5: the label "\\u{430}\\u{440}\\u{440}\\u{4cf}\\u{435}" of xn--80ak6aa92e.test looks like apple'],
    ],
    [
      "a domain in a script that is not recommended",
      "grants:\n  - { login: a, send-as: a@\u16a0\u16a1.test }\n",
      ['g.yaml:2:5: the label "\\u{16a0}\\u{16a1}" of xn--3vec.test is in a script that is not recommended for names'],
    ],
  ])("tells of %s", async (_what, text, expected) => {
    const { warnings } = await read(text);
    expect(warnings.map((warning) => warning.text.replaceAll(`${folder.path}/`, ""))).toEqual(expected);
    expect(warnings[0]?.place).toMatchObject({ file: `${folder.path}/g.yaml`, line: expect.any(Number) });
  });

  test("of a thousand and more: the others are only counted", async () => {
    const expired = (n: number) => `  - { login: a, send-as: a${n}@x.test, expires: 2026-12-31 }\n`;
    const { warnings } = await read(`grants:\n${Array.from({ length: 1002 }, (_, n) => expired(n)).join("")}`);
    expect(warnings).toHaveLength(1001);
    expect(warnings.at(-1)?.text).toBe(`${folder.path}/g.yaml: 2 more warnings are not listed`);
  });
});

describe("an expiry", () => {
  test.each([
    ["2027-06-30", "2027-07-01T00:00:00.000Z"],
    ["2028-02-29", "2028-03-01T00:00:00.000Z"],
    ["2027-06-30T12:00Z", "2027-06-30T12:00:00.000Z"],
    ["2027-06-30T12:00:30+02:00", "2027-06-30T10:00:30.000Z"],
  ])("of %s is %s", (text, moment) => {
    expect(parseExpiry(text)).toBe(Date.parse(moment));
  });

  test.each(["2027-02-29", "2027-13-01", "2027-06-30T12:00", "2027-06-30T25:00Z", "30.6.2027", "never", ""])(
    "is not %j",
    (text) => {
      expect(parseExpiry(text)).toBeUndefined();
    },
  );
});

test("no text makes the reader throw anything but an error with its place", async () => {
  const piece = fc.constantFrom(
    ..."grants domains groups include login send-as file scope a@x.test @x.test alice group:g { } [ ] : , - & * ! | > ' \" # \n".split(
      " ",
    ),
    "\n  ",
    " ",
    "\t",
    "&a ",
    "*a",
    "grants:\n",
    "\u0430",
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 40 }), async (pieces) => {
      await read(pieces.join("")).catch((error: unknown) => {
        expect(error).toMatchObject({
          code: "FG_CONFIG_INVALID",
          place: { file: expect.any(String), line: expect.any(Number) },
        });
      });
    }),
    { numRuns: 100 },
  );
}, 20_000);
