import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addressFromInternal,
  type Listing,
  type LoginMapKeyOptions,
  loginMap,
  pcreTable,
  pipeTable,
  regexpTable,
  staticTable,
  type Table,
  tableOf,
  textHashTable,
  unionTable,
} from "../../src/index.js";
import { failingTable, memoryTable } from "../../src/testing/index.js";

const hash = (text: string) => textHashTable(text, { file: "/etc/senders" }).table;
const pcre = (text: string) => pcreTable(text, { file: "/etc/patterns" }).table;
const lines = ({ holdings, gaps }: Listing) => [
  ...holdings.map(({ address, evidence }) => {
    const { line } = evidence();
    return line === undefined ? address : `${address} :${line}`;
  }),
  ...gaps.map(({ source, code }) => `${source}: ${code}`),
];
const may = async (tables: readonly Table[], login: string, options: LoginMapKeyOptions = {}) =>
  lines(await loginMap({ tables, ...options }).addresses(login));
const who = async (tables: readonly Table[], text: string, options: LoginMapKeyOptions = {}) => {
  const { holdings, gaps } = await loginMap({ tables, ...options }).owners(addressFromInternal(text));
  return [...holdings.map(({ login }) => login), ...gaps.map(({ code }) => code)];
};

describe("addresses of a login map", () => {
  const local = { localDomains: ["x.test"] };
  it.each<[string, Table[], string, LoginMapKeyOptions, string[]]>([
    [
      "addresses and domains",
      [hash("a@x.test ann\n@y.test bob, ann\nb@x.test bob\n")],
      "ann",
      {},
      ["a@x.test :1", "@y.test :2"],
    ],
    ["the case of the login", [hash("a@x.test ANN\n")], "ann", {}, ["a@x.test :1"]],
    ["quoted keys", [hash('"a b"@x.test ann\n')], "ann", {}, ["a b@x.test :1"]],
    ["users at local domains", [hash("a ann\n")], "ann", local, ["a@x.test :1"]],
    ["users at none", [hash("a ann\n")], "ann", {}, []],
    ["no address twice", [hash("a ann\na@x.test ann\n")], "ann", local, ["a@x.test :2"]],
    ["what a longer key hides", [hash("a ann\na@x.test bob\n")], "ann", local, []],
    [
      "what an earlier table hides",
      [hash("a@x.test bob\n@y.test bob\n"), hash("a@x.test ann\n@y.test ann\n")],
      "ann",
      {},
      [],
    ],
    ["what a pattern hides", [pcre("/^a@/ bob\n"), hash("a@x.test ann\nb@x.test ann\n")], "ann", {}, ["b@x.test :2"]],
    [
      "a domain of which one form is another's",
      [hash("a@strasse.test ann\na@xn--strae-oqa.test bob\n")],
      "ann",
      {},
      ["a@strasse.test :1"],
    ],
    ["keys that no address has", [hash("x.test ann\n@ ann\na@ ann\n")], "ann", {}, []],
    ["a static table", [staticTable("ann")], "ann", {}, ["every address"]],
    ["a static table of others", [staticTable("bob")], "ann", {}, []],
    [
      "the members of a union",
      [unionTable("unionmap:{}", [hash("a@x.test bob\n"), tableOf({ "a@x.test": "ann" })])],
      "ann",
      {},
      ["a@x.test"],
    ],
    [
      "the keys of a pipe",
      [pipeTable("pipemap:{}", [hash("a@x.test k\nb@x.test l\n"), tableOf({ k: "ann" })])],
      "ann",
      {},
      ["a@x.test"],
    ],
    [
      "a pipe of patterns",
      [pipeTable("pipemap:{}", [pcre("/a/ k\n"), tableOf({ k: "ann" })])],
      "ann",
      {},
      ["pipemap:{}: not-listable"],
    ],
    ["a table that cannot be listed", [memoryTable({ "a@x.test": "ann" })], "ann", {}, ["memory: not-listable"]],
    [
      "a table that fails",
      [hash("a@x.test ann\n"), failingTable()],
      "ann",
      {},
      ["a@x.test :1", "failing: not-listable"],
    ],
    [
      "a table that fails before",
      [failingTable(), hash("a@x.test ann\n")],
      "ann",
      {},
      ["failing: not-listable", "failing: table-unavailable"],
    ],
  ])("%s", async (_case, tables, login, options, expected) => {
    expect((await may(tables, login, options)).sort()).toEqual([...expected].sort());
  });

  it.each<[string, string, boolean]>([
    ["/^a@/ ann", "ann", true],
    ["/^a@/ bob, Ann", "ann", true],
    ["/^a@/ bob", "ann", false],
    ["/^(.*)@/ $1@x.test", "ann", false],
    ["/^(.*)@/ $1@x.test", "ann@x.test", true],
    ["/^(.*)@(.*)$/ u-$1-$2-z", "u-1-2-z", true],
    ["/^(.*)@(.*)$/ u-$1-$2-z", "u-z", false],
    ["/^(.)(.)(.)/ a$(1)b$(2)c$(3)", "axbyc", true],
    ["/^(.)/ aa$(1)aa", "aaa", false],
  ])("of a pattern: %s for %s is %s", async (text, login, expected) => {
    expect(await may([pcre(`${text}\n`)], login)).toEqual(expected ? [`${text.split(" ")[0]} :1`] : []);
  });

  it("puts the login in place of the group that is all of a result", async () => {
    expect(await may([pcre("/^(.*)@x\\.test$/ $1\n")], "ann")).toEqual(["/^ann@x\\.test$/ :1"]);
    expect(await may([pcre("/^(.)+@x\\.test$/ $1\n")], "a")).toEqual(["/^(.)+@x\\.test$/ :1"]);
  });

  it("tells the conditions around a pattern", async () => {
    const text = "if /x/\nif !/y/\n/^a/ ann\nendif\n/^b/i ann\nendif\n!/^c/ ann\n";
    expect(await may([pcre(text)], "ann")).toEqual(["if /x/ if !/y/ /^a/ :3", "if /x/ /^b/i :5", "!/^c/ :7"]);
    const two = regexpTable("/^a/!/b/ ann\n", { file: "r" }).table;
    expect(await may([two], "ann")).toEqual(["/^a/!/b/ :1"]);
  });

  it("tells what a pattern gives", () => {
    const { holdings } = loginMap({ tables: [pcre("/^(.*)@/ $1, bob\n")] }).addresses("ann") as Listing;
    expect(holdings[0]?.evidence()).toEqual({
      login: "ann",
      address: "/^(.*)@/",
      source: "pcre:/etc/patterns",
      file: "/etc/patterns",
      line: 1,
      pattern: "/^(.*)@/",
      result: "$(1), bob",
    });
  });
});

describe("owners of a login map", () => {
  it.each<[string, Table[], string, LoginMapKeyOptions, string[]]>([
    ["all that the key lists", [hash("a@x.test ann, bob\n")], "A@x.test", {}, ["ann", "bob"]],
    ["those of the domain", [hash("@x.test ann\n")], "a@x.test", {}, ["ann"]],
    [
      "those of the address without its extension",
      [hash("a@x.test ann\n")],
      "a+b@x.test",
      { recipientDelimiter: "+" },
      ["ann"],
    ],
    ["those of a pattern", [pcre("/^(.*)@x/ $1\n")], "ann@x.test", {}, ["ann"]],
    ["those of a table elsewhere", [memoryTable({ "a@x.test": "ann" }, { late: true })], "a@x.test", {}, ["ann"]],
    ["nobody", [hash("a@x.test ,\n")], "a@x.test", {}, []],
    ["nobody without a domain", [hash("a ann\n")], "a", {}, []],
    [
      "those of both forms of a domain",
      [tableOf({ "a@strasse.test": "bob, ann", "a@xn--strae-oqa.test": "ANN" })],
      "a@straße.test",
      {},
      ["ann"],
    ],
    ["a table that fails", [failingTable({ late: true })], "a@x.test", {}, ["table-unavailable"]],
    ["an empty result", [tableOf({ "a@x.test": "" })], "a@x.test", {}, ["table-invalid"]],
  ])("%s", async (_case, tables, text, options, expected) => {
    expect(await who(tables, text, options)).toEqual(expected);
  });
});

it("what is listed of a login map is what it answers, whatever the tables", () => {
  const users = ["a", "a+x", "b", "c d"];
  const texts = ["x.test", "y.test"].flatMap((domain) => users.map((user) => `${user}@${domain}`));
  const key = fc.constantFrom(...texts, ...users, "@x.test", "@y.test", '"c d"@x.test');
  const table = fc
    .dictionary(key, fc.constantFrom("ann", "bob", "ann, bob", ","), { maxKeys: 8 })
    .map((entries) => tableOf(entries));
  fc.assert(
    fc.property(fc.array(table, { maxLength: 3 }), fc.constantFrom("", "+"), (tables, recipientDelimiter) => {
      const map = loginMap({ tables, recipientDelimiter, localDomains: ["x.test"] });
      const isCovered = (held: readonly string[], text: string): boolean => {
        const base = recipientDelimiter === "" ? text : text.replace("+x", "");
        return [text, base, text.slice(text.indexOf("@"))].some((each) => held.includes(each));
      };
      for (const login of ["ann", "bob"]) {
        const held = (map.addresses(login) as Listing).holdings.map(({ address }) => address);
        for (const text of texts) {
          const address = addressFromInternal(text);
          const [answer] = map.ask(login, [{ address, role: "author" }]) as readonly { readonly kind: string }[];
          const owners = (map.owners(address) as Listing).holdings.map((each) => each.login);
          expect(owners.includes(login)).toBe(answer?.kind === "yes");
          if (answer?.kind === "yes") expect(isCovered(held, text)).toBe(true);
          if (held.includes(text)) expect(answer?.kind).toBe("yes");
        }
      }
    }),
  );
});
