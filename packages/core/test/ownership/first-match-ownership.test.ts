import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Answer,
  addressFromInternal,
  type Directory,
  firstMatchOwnership,
  type Listing,
  loginMap,
  type Ownership,
  tableOf,
  unionOwnership,
} from "../../src/index.js";
import { failingOwnership, lateOwnership } from "../../src/testing/index.js";
import { answers, type Name, names, saying } from "./saying.js";

const ignored = (source: Ownership) => ({ source, onFailure: "ignore" }) as const;
const at = (user: string) => addressFromInternal(`${user}@x.test`);
const told = async (directory: Directory, login = "ann", user = "a") =>
  (await directory.ask(login, [{ address: at(user), role: "author" }]))[0] as Answer;
const nameOf = (answer: Answer): Name => {
  if (answer.kind === "yes") return answer.requires === undefined ? "yes" : "on behalf";
  return answer.kind === "unknown" ? "unknown" : answer.kind === "no-others-own-it" ? "others" : "nobody";
};
const map = (entries: Record<string, string>, name: string) => loginMap({ tables: [tableOf(entries, { name })] });
const lines = ({ holdings, gaps }: Listing) => [
  ...holdings.map(({ login, address, evidence: of }) => `${login} ${address} ${of().source}`),
  ...gaps.map(({ source, code }) => `${source}: ${code}`),
];

describe("firstMatchOwnership", () => {
  it.each<[string, Name[], Name]>([
    ["a yes before a no", ["yes", "others"], "yes"],
    ["a no before a yes", ["others", "yes"], "others"],
    ["a yes with a condition", ["on behalf", "yes"], "on behalf"],
    ["what could not be asked before a yes", ["unknown", "yes"], "unknown"],
    ["who knows nobody gives way", ["nobody", "nobody", "yes"], "yes"],
    ["nobody", ["nobody", "nobody"], "nobody"],
    ["no source owns nothing", [], "nobody"],
  ])("takes %s", async (_case, given, expected) => {
    expect(nameOf(await told(firstMatchOwnership(...given.map(saying))))).toBe(expected);
  });

  it("is the first that is not nobody, late or not, whoever is ignored", async () => {
    const member = fc.tuple(fc.constantFrom(...names), fc.boolean(), fc.boolean());
    await fc.assert(
      fc.asyncProperty(fc.array(member, { maxLength: 5 }), async (given) => {
        const members = given.map(([name, isLate, isIgnored]) => {
          const source = isLate ? lateOwnership(saying(name)) : saying(name);
          return isIgnored ? ignored(source) : source;
        });
        const counted = given.filter(([name, , isIgnored]) => name !== "nobody" && !(isIgnored && name === "unknown"));
        expect(nameOf(await told(firstMatchOwnership(...members)))).toBe(counted[0]?.[0] ?? "nobody");
      }),
    );
  });

  it("asks a source only what those before it left open", async () => {
    const asked: string[][] = [];
    const second: Ownership = {
      name: "second",
      ask: (_login, questions) => {
        asked.push(questions.map(({ address }) => address.localPart));
        return questions.map(() => answers.yes);
      },
    };
    const both = firstMatchOwnership(map({ "a@x.test": "ann" }, "first"), second);
    const questions = ["b", "a", "c"].map((user) => ({ address: at(user), role: "author" }) as const);
    expect(both.ask("bob", questions)).toMatchObject([{ kind: "yes" }, { kind: "no-others-own-it" }, { kind: "yes" }]);
    expect(both.ask("ann", [{ address: at("a"), role: "author" }])).toMatchObject([{ kind: "yes" }]);
    expect(asked).toEqual([["b", "c"]]);
    expect(both.name).toBe("first, then second");
  });

  it("tells what was ignored", async () => {
    const members = [ignored(failingOwnership()), ignored(failingOwnership({ throws: true })), saying("others")];
    for (const directory of [firstMatchOwnership(...members), unionOwnership(...members)]) {
      const answer = await told(directory);
      expect(answer.kind).toBe("no-others-own-it");
      expect(answer.evidence().detail).toBe(
        "failing was ignored: source-down: the source is down; failing was ignored: source-failed: the source is down",
      );
    }
  });

  it("lists owners of the source that has the word, and addresses that no earlier source hides", async () => {
    const first = map({ "a@x.test": "ann", "reserved@x.test": "," }, "first");
    const second = map({ "a@x.test": "bob", "b@x.test": "bob", "reserved@x.test": "bob", "@x.test": "bob" }, "second");
    const both = firstMatchOwnership(first, second);
    const owners = async (user: string) => lines(await both.owners(at(user)));
    expect(await owners("a")).toEqual(["ann a@x.test first"]);
    expect(await owners("b")).toEqual(["bob b@x.test second"]);
    expect(await owners("reserved")).toEqual([]);
    expect(lines(await both.addresses("bob"))).toEqual(["bob b@x.test second", "bob @x.test second"]);
    expect(lines(await both.addresses("ann"))).toEqual(["ann a@x.test first"]);
  });

  it("lists nothing behind a source that could not be asked, unless it is ignored", async () => {
    const map2 = map({ "a@x.test": "ann" }, "second");
    const closed = firstMatchOwnership(failingOwnership(), map2);
    expect(lines(await closed.owners(at("a")))).toEqual(["failing: source-down"]);
    expect(lines(await closed.addresses("ann"))).toEqual(["failing: not-listable", "failing: source-down"]);
    const open = firstMatchOwnership(ignored(failingOwnership()), map2);
    expect(lines(await open.owners(at("a")))).toEqual(["ann a@x.test second", "failing: source-down"]);
    expect(lines(await open.addresses("ann"))).toEqual(["ann a@x.test second", "failing: not-listable"]);
  });

  it("agrees with its listings, whatever the maps", async () => {
    const key = fc.constantFrom("a@x.test", "b@x.test", "a@y.test");
    const maps = fc.array(fc.dictionary(key, fc.constantFrom("ann", "bob", "ann, bob", ",")), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(maps, fc.boolean(), async (given, isUnion) => {
        const sources = given.map((entries, index) => map(entries, `map${index}`));
        const both = isUnion ? unionOwnership(...sources) : firstMatchOwnership(...sources);
        for (const text of ["a@x.test", "b@x.test", "a@y.test"]) {
          const address = addressFromInternal(text);
          const owners = new Set((await both.owners(address)).holdings.map(({ login }) => login));
          for (const login of ["ann", "bob"]) {
            const held = (await both.addresses(login)).holdings.some((each) => each.address === text);
            const [answer] = await both.ask(login, [{ address, role: "author" }]);
            expect([owners.has(login), held]).toEqual([answer?.kind === "yes", answer?.kind === "yes"]);
          }
        }
      }),
    );
  });
});

describe("unionOwnership, of members", () => {
  it("does not depend on their order, whoever is ignored", async () => {
    const member = fc.tuple(fc.constantFrom(...names), fc.boolean());
    const shuffled = fc
      .array(member, { maxLength: 5 })
      .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
    const make = ([name, isIgnored]: readonly [Name, boolean]) => (isIgnored ? ignored(saying(name)) : saying(name));
    await fc.assert(
      fc.asyncProperty(shuffled, async ([a, b]) => {
        const one = await told(unionOwnership(...a.map(make)));
        const other = await told(unionOwnership(...b.map(make)));
        expect(nameOf(one)).toBe(nameOf(other));
      }),
    );
  });

  it("lists what every source has, and tells which cannot be listed", async () => {
    const first = map({ "a@x.test": "ann" }, "first");
    const second = map({ "a@x.test": "ann, bob" }, "second");
    const union = unionOwnership(first, ignored(failingOwnership()), second);
    expect(lines(await union.owners(at("a")))).toEqual([
      "ann a@x.test first",
      "ann a@x.test second",
      "bob a@x.test second",
      "failing: not-listable",
    ]);
    expect(lines(await union.addresses("bob"))).toEqual(["bob a@x.test second", "failing: not-listable"]);
  });

  it("takes a directory that throws for a gap", async () => {
    const throws = (): never => {
      throw new Error("no");
    };
    const broken: Directory = {
      ...failingOwnership(),
      owners: throws,
      addresses: () => Promise.reject(new Error("no")),
    };
    const union = unionOwnership(broken);
    expect(lines(await union.owners(at("a")))).toEqual(["failing: source-failed"]);
    expect(lines(await union.addresses("ann"))).toEqual(["failing: source-failed"]);
  });
});
