import { describe, expect, it } from "vitest";
import {
  type AliasMapOptions,
  addressFromInternal,
  aliasMapDeliveries,
  type Delivery,
  formatAddress,
  ownershipGraph,
  pcreTable,
  type Table,
  tableOf,
  textHashTable,
} from "../../src/index.js";
import { failingTable, memoryTable } from "../../src/testing/index.js";

const shown = ({ target, to, maySend }: Delivery) => {
  const from = target.kind === "address" ? formatAddress(target.address) : `@${target.domain}`;
  return `${from} ${maySend ? "=>" : "->"} ${to.kind === "login" ? to.login : formatAddress(to.address)}`;
};

/** What is delivered, but for each address to itself. */
const read = async (tables: readonly Table[], options: AliasMapOptions = {}) => {
  const { deliveries, gaps } = await aliasMapDeliveries(tables, { maySend: true, ...options });
  return {
    told: deliveries.map(shown).filter((each) => !/^(\S+) -> \1$/.test(each)),
    gaps: gaps.map(({ code }) => code),
  };
};

const atLocal = { localDomains: ["x.test"], unqualifiedDomain: "x.test" };
const plus = { recipientDelimiter: "+" };
const login = { loginOf: ({ localPart }: { readonly localPart: string }) => localPart };

describe("aliasMapDeliveries", () => {
  it.each<[string, Record<string, string>[], AliasMapOptions, string[]]>([
    ["an alias", [{ "info@x.test": "ann@x.test" }], {}, ["info@x.test => ann@x.test"]],
    ["nobody may send unless it is said", [{ "i@x.test": "a@x.test" }], { maySend: false }, ["i@x.test -> a@x.test"]],
    [
      "a list",
      [{ "i@x.test": "a@x.test,\tb@x.test , <c@x.test>" }],
      {},
      ["i@x.test => a@x.test", "i@x.test => b@x.test", "i@x.test => c@x.test"],
    ],
    ["a quoted receiver", [{ "i@x.test": '"a, b"@x.test' }], {}, ["i@x.test => a, b@x.test"]],
    [
      "a chain",
      [{ "a@x.test": "b@x.test", "b@x.test": "c@x.test" }],
      {},
      ["a@x.test => c@x.test", "b@x.test => c@x.test"],
    ],
    [
      "a chain over several maps",
      [{ "a@x.test": "b@x.test" }, { "b@x.test": "c@x.test" }],
      {},
      ["a@x.test => c@x.test", "b@x.test => c@x.test"],
    ],
    [
      "the first map hides the second",
      [{ "a@x.test": "b@x.test" }, { "a@x.test": "c@x.test" }],
      {},
      ["a@x.test => b@x.test"],
    ],
    [
      "an address kept beside others",
      [{ "a@x.test": "a@x.test, b@x.test" }],
      login,
      ["a@x.test => a", "a@x.test => b"],
    ],
    ["a circle", [{ "a@x.test": "b@x.test", "b@x.test": "a@x.test" }], {}, []],
    ["a catch-all", [{ "@x.test": "boss@y.test" }], {}, ["@x.test => boss@y.test"]],
    ["a catch-all of its own domain", [{ "@x.test": "boss@x.test" }], {}, ["@x.test => boss@x.test"]],
    ["a user at a local domain", [{ info: "ann" }], atLocal, ["info@x.test => ann@x.test"]],
    ["a user nowhere", [{ info: "ann@x.test" }], {}, []],
    ["another domain, by name", [{ "a@x.test": "@y.test" }], {}, ["a@x.test => a@y.test"]],
    ["another domain on the way", [{ "a@z.test": "a@x.test", "@x.test": "@y.test" }], {}, ["a@z.test => a@y.test"]],
    [
      "commands, files and lists",
      [{ "a@x.test": '|cmd, "|cmd arg", /file, :include:/list, b@x.test' }],
      {},
      ["a@x.test => b@x.test"],
    ],
    [
      "an extension goes on",
      [{ "a@x.test": "b+z@x.test", "b@x.test": "c@x.test" }],
      plus,
      ["a@x.test => c+z@x.test", "b@x.test => c@x.test"],
    ],
    [
      "a key with the extension ends it",
      [{ "a@x.test": "b+z@x.test", "b+z@x.test": "c@x.test" }],
      plus,
      ["a@x.test => c@x.test", "b+z@x.test => c@x.test"],
    ],
    ["the login of the mailbox", [{ "info@x.test": "ann@x.test" }], login, ["info@x.test => ann"]],
  ])("%s", async (_case, maps, options, expected) => {
    const { told } = await read(
      maps.map((map) => tableOf(map)),
      options,
    );
    expect(told.sort()).toEqual(expected.sort());
  });

  it.each<[string, Table[], AliasMapOptions, string[], string[]]>([
    ["a domain to a domain", [tableOf({ "@x.test": "@y.test" })], {}, [], ["domain-to-domain"]],
    [
      "a receiver that is no address",
      [tableOf({ "a@x.test": "a@@b, c@x.test" })],
      {},
      ["a@x.test => c@x.test"],
      ["receiver-malformed"],
    ],
    ["a receiver without a domain", [tableOf({ "a@x.test": "ann" })], {}, [], ["receiver-malformed"]],
    ["a table that fails", [failingTable()], {}, [], ["not-listable"]],
    [
      "a table that fails behind one that answers",
      [tableOf({ "a@x.test": "b@x.test" }), failingTable({ throws: true })],
      {},
      [],
      ["not-listable", "table-unavailable"],
    ],
    [
      "too long a chain",
      [tableOf(Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`${n}@x.test`, `${n + 1}@x.test`])))],
      { maxDepth: 8 },
      Array.from({ length: 8 }, (_, n) => `${n + 1}@x.test => 9@x.test`),
      ["alias-limit"],
    ],
    [
      "too many receivers",
      [tableOf({ "a@x.test": "b@x.test,c@x.test,d@x.test" })],
      { maxReceivers: 2 },
      [],
      ["alias-limit"],
    ],
    [
      "too many lookups",
      [tableOf({ "a@x.test": "b@x.test", "b@x.test": "c@x.test", "c@x.test": "d@x.test" })],
      { maxLookups: 2 },
      ["a@x.test => d@x.test"],
      ["alias-limit"],
    ],
    ["a caller who aborts", [tableOf({ "a@x.test": "b@x.test" })], { signal: AbortSignal.abort() }, [], ["aborted"]],
  ])("tells %s as a gap", async (_case, tables, options, expected, gaps) => {
    expect(await read(tables, options)).toEqual({ told: expected, gaps });
  });

  it("follows patterns, lists them as a gap, and then lets no catch-all send", async () => {
    const { table } = pcreTable("/^(.*)@old\\.test$/ $1@x.test\n", { file: "p" });
    const { told, gaps } = await read([table, tableOf({ "a@x.test": "b@old.test", "@x.test": "boss@y.test" })]);
    expect(told).toEqual(["a@x.test => boss@y.test", "@x.test -> boss@y.test"]);
    expect(gaps).toEqual(["not-listable"]);
  });

  it("waits for tables that are elsewhere", async () => {
    const late = memoryTable({ "b@x.test": "c@x.test" }, { late: true });
    expect((await read([tableOf({ "a@x.test": "b@x.test" }), late])).told).toEqual(["a@x.test => c@x.test"]);
  });

  it("names the line", async () => {
    const { table } = textHashTable("# who\ninfo@x.test ann@x.test\n", { file: "/etc/postfix/virtual" });
    const { deliveries } = await aliasMapDeliveries([table], { source: "virtual_alias_maps" });
    expect(deliveries[0]?.origin).toEqual({ source: "virtual_alias_maps", file: "/etc/postfix/virtual", line: 2 });
  });

  it("makes a graph in which the receivers, and they alone, may send", async () => {
    const { deliveries } = await aliasMapDeliveries(
      [
        tableOf({
          "info@x.test": "ann@y.test, bob@y.test",
          "cron@x.test": "|run",
          "eve@x.test": "eve@x.test",
          "@x.test": "boss@y.test",
        }),
      ],
      { maySend: true, ...login },
    );
    const graph = ownershipGraph({ deliveries }, { name: "aliases" });
    const may = (who: string, text: string) =>
      graph.ask(who, [{ address: addressFromInternal(text), role: "author" }])[0]?.kind === "yes";
    const cases = ["info", "cron", "eve", "other"].map((user) => [
      user,
      ...["ann", "bob", "eve", "boss"].filter((who) => may(who, `${user}@x.test`)),
    ]);
    expect(cases).toEqual([["info", "ann", "bob"], ["cron"], ["eve", "eve"], ["other", "boss"]]);
  });
});
