import { describe, expect, it } from "vitest";
import { type Answer, addressFromInternal, type LoginMapKeyOptions, loginMap, type Table } from "../../src/index.js";
import { failingTable, memoryTable } from "../../src/testing/index.js";

const ask = async (tables: readonly Table[], login: string, address: string, options: LoginMapKeyOptions = {}) => {
  const question = { address: addressFromInternal(address), role: "envelope" } as const;
  const [answer] = await loginMap({ tables, ...options }).ask(login, [question]);
  return answer as Answer;
};

const plus = { recipientDelimiter: "+" };
const table = (entries: Record<string, string>, name = "texthash:a") => memoryTable(entries, { name });
const pattern = (entries: Record<string, string>, name = "pcre:p") => memoryTable(entries, { name, keys: "full" });

describe("loginMap", () => {
  it.each<[string, Table[], string, string, LoginMapKeyOptions, string]>([
    ["a listed login owns", [table({ "a@x.test": "ann, bob" })], "bob", "a@x.test", {}, "yes"],
    ["owners are split at any blank", [table({ "a@x.test": "\tann\r\n,, bob " })], "bob", "a@x.test", {}, "yes"],
    ["owners are compared whole", [table({ "a@x.test": "bobby" })], "bob", "a@x.test", {}, "no-others-own-it"],
    ["owners are no addresses", [table({ "a@x.test": "bob" })], "bob@x.test", "a@x.test", {}, "no-others-own-it"],
    ["case of the login does not matter", [table({ "a@x.test": "Straße" })], "STRASSE", "a@x.test", {}, "yes"],
    [
      "a login with a blank never owns",
      [table({ "a@x.test": "ann bob" })],
      "ann bob",
      "a@x.test",
      {},
      "no-others-own-it",
    ],
    ["the empty login owns nothing", [table({ "a@x.test": "ann,,bob" })], "", "a@x.test", {}, "no-others-own-it"],
    ["separators only are nobody's", [table({ "a@x.test": " , " })], "bob", "a@x.test", {}, "no-others-own-it"],
    ["what no table lists is nobody's", [table({})], "bob", "a@x.test", {}, "no-nobody-owns-it"],
    ["no tables own nothing", [], "bob", "a@x.test", {}, "no-nobody-owns-it"],
    ["case of the address does not matter", [table({ "a@x.test": "bob" })], "bob", "A@X.test", {}, "yes"],
    ["a domain entry owns the rest", [table({ "@x.test": "bob" })], "bob", "a@x.test", {}, "yes"],
    [
      "an address hides its domain's entry",
      [table({ "@x.test": "bob", "a@x.test": "ann" })],
      "bob",
      "a@x.test",
      {},
      "no-others-own-it",
    ],
    ["a subaddress is its base's", [table({ "a@x.test": "bob" })], "bob", "a+y@x.test", plus, "yes"],
    [
      "a listed subaddress hides its base",
      [table({ "a@x.test": "bob", "a+y@x.test": "ann" })],
      "bob",
      "a+y@x.test",
      plus,
      "no-others-own-it",
    ],
    [
      "a local user is found without domain",
      [table({ a: "bob" })],
      "bob",
      "a@x.test",
      { localDomains: ["x.test"] },
      "yes",
    ],
    [
      "a foreign user is not",
      [table({ a: "bob" })],
      "bob",
      "a@y.test",
      { localDomains: ["x.test"] },
      "no-nobody-owns-it",
    ],
    ["patterns see no shorter keys", [pattern({ "@x.test": "bob" })], "bob", "a@x.test", {}, "no-nobody-owns-it"],
    [
      "a later table's address comes before an earlier table's domain",
      [table({ "@x.test": "ann" }), table({ "a@x.test": "bob" }, "texthash:b")],
      "bob",
      "a@x.test",
      {},
      "yes",
    ],
    [
      "the first table of a step wins",
      [table({ "a@x.test": "ann" }), table({ "a@x.test": "bob" }, "texthash:b")],
      "bob",
      "a@x.test",
      {},
      "no-others-own-it",
    ],
    ["an error is no answer", [failingTable()], "bob", "a@x.test", {}, "unknown:table-unavailable"],
    [
      "a table that throws is no answer",
      [failingTable({ throws: true })],
      "bob",
      "a@x.test",
      {},
      "unknown:table-unavailable",
    ],
    [
      "a table that rejects is no answer",
      [failingTable({ late: true, throws: true })],
      "bob",
      "a@x.test",
      {},
      "unknown:table-unavailable",
    ],
    [
      "an error ends the search",
      [failingTable(), table({ "a@x.test": "bob" })],
      "bob",
      "a@x.test",
      {},
      "unknown:table-unavailable",
    ],
    ["an answer before an error counts", [table({ "a@x.test": "bob" }), failingTable()], "bob", "a@x.test", {}, "yes"],
    [
      "an empty result is a fault of the table",
      [table({ "a@x.test": "" })],
      "bob",
      "a@x.test",
      {},
      "unknown:table-invalid",
    ],
    ["quoted keys are found", [table({ '"a b"@x.test': "bob" })], "bob", "a b@x.test", {}, "yes"],
    ["unquoted keys are found", [table({ "a b@x.test": "bob" })], "bob", "a b@x.test", {}, "yes"],
    ["an address without a domain is nobody's", [table({ a: "bob" })], "bob", "a", {}, "no-nobody-owns-it"],
    [
      "a sharp s is looked up folded, and needs its own name too",
      [table({ "a@strasse.test": "bob" })],
      "bob",
      "a@straße.test",
      {},
      "no-nobody-owns-it",
    ],
    [
      "both names of a sharp s",
      [table({ "a@strasse.test": "bob", "a@xn--strae-oqa.test": "bob" })],
      "bob",
      "a@straße.test",
      {},
      "yes",
    ],
    [
      "one name of a sharp s is another's",
      [table({ "a@strasse.test": "bob", "a@xn--strae-oqa.test": "ann" })],
      "bob",
      "a@straße.test",
      {},
      "no-others-own-it",
    ],
    [
      "a width variant is not the address that it looks like",
      [table({ "a@x.test": "bob", "@ｘ.test": "eve" })],
      "eve",
      "a@ｘ.test",
      {},
      "no-others-own-it",
    ],
  ])("%s", async (_case, tables, login, address, options, expected) => {
    const answer = await ask(tables, login, address, options);
    expect(answer.kind === "unknown" ? `unknown:${answer.code}` : answer.kind).toBe(expected);
    // The same by tables that answer late.
    const late = tables.map(({ name, keys, lookup }): Table => ({ name, keys, lookup: async (key) => lookup(key) }));
    expect(await ask(late, login, address, options)).toMatchObject({ kind: answer.kind });
  });

  it("asks each key of every table before the next key", async () => {
    const asked: string[] = [];
    const noting = (name: string, keys: "full" | "parts"): Table => ({
      name,
      keys,
      lookup: (key) => {
        asked.push(`${name} ${key}`);
        return { kind: "not-found" };
      },
    });
    await ask([noting("p", "full"), noting("t", "parts")], "bob", "a+y@x.test", plus);
    expect(asked).toEqual(["p a+y@x.test", "t a+y@x.test", "t a@x.test", "t @x.test"]);
  });

  it("answers at once where the tables do, in the order of the questions", () => {
    const ownership = loginMap({ tables: [table({ "a@x.test": "bob" })] });
    const questions = ["b@x.test", "a@x.test"].map((text) => ({
      address: addressFromInternal(text),
      role: "author" as const,
    }));
    const answers = ownership.ask("bob", questions);
    expect(answers).toMatchObject([{ kind: "no-nobody-owns-it" }, { kind: "yes" }]);
  });

  it("hands the signal to the tables", async () => {
    const { signal } = new AbortController();
    let seen: AbortSignal | undefined;
    const spying: Table = {
      name: "spying",
      keys: "parts",
      lookup: (_key, options) => {
        seen = options?.signal;
        return { kind: "not-found" };
      },
    };
    await loginMap({ tables: [spying] }).ask("bob", [{ address: addressFromInternal("a@x.test"), role: "envelope" }], {
      signal,
    });
    expect(seen).toBe(signal);
  });

  it.each<[string, string, Record<string, unknown>]>([
    ["of a yes", "ann", { source: "texthash:a", key: "a@x.test", result: "ann, carl" }],
    [
      "of another's address",
      "bob",
      { login: "bob", address: "A@x.test", result: "ann, carl", remedy: "a@x.test ann, carl, bob" },
    ],
  ])("shows the evidence %s", async (_case, login, expected) => {
    const answer = await ask([table({ "a@x.test": "ann, carl" })], login, "A@x.test");
    expect(answer.evidence()).toMatchObject(expected);
  });

  it("shows the line that would grant nobody's address", async () => {
    const answer = await ask([table({}), pattern({})], "bob", "a@x.test");
    expect(answer.evidence()).toEqual({
      login: "bob",
      address: "a@x.test",
      source: "texthash:a pcre:p",
      key: "a@x.test",
      remedy: "a@x.test bob",
      lets: "its subaddresses that have no line of their own, where the map is asked for them",
    });
  });

  it("tells that a line for a domain lets in every address there", async () => {
    const answer = await ask([table({ "@x.test": "ann" })], "bob", "a@x.test");
    expect(answer.evidence()).toMatchObject({
      remedy: "@x.test ann, bob",
      lets: "every other address at x.test that has no line of its own",
    });
  });

  it("shows a grant in a pattern table as a pattern", async () => {
    const nobody = await ask([pattern({})], "b$b", "a.b/c@x.test");
    expect(nobody.evidence()).toMatchObject({ remedy: "/^a\\.b\\/c@x\\.test$/ b$$b" });
    const others = await ask([pattern({ "a@x.test": "ann" })], "bob", "a@x.test");
    expect(others.evidence()).toMatchObject({ remedy: "/^a@x\\.test$/ ann, bob" });
  });
});
