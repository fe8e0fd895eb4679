import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressFromInternal, mayUse, type Ownership, ownedAddresses, unionOwnership } from "../../src/index.js";
import { failingOwnership, hangingOwnership, lateOwnership } from "../../src/testing/index.js";
import { answers, type Name, names, saying } from "./saying.js";

const address = addressFromInternal("a@example.com");
const told = async (...sources: readonly Ownership[]) => mayUse(unionOwnership(...sources), "ann", address);

describe("unionOwnership", () => {
  it.each<[string, Name[], Name]>([
    ["one yes is a yes", ["others", "unknown", "yes"], "yes"],
    ["a yes without a condition wins", ["on behalf", "yes"], "yes"],
    ["a yes with a condition wins over what could not be asked", ["unknown", "on behalf"], "on behalf"],
    ["what could not be asked might be a yes", ["others", "unknown", "nobody"], "unknown"],
    ["others over nobody", ["nobody", "others"], "others"],
    ["nobody", ["nobody", "nobody"], "nobody"],
    ["no source owns nothing", [], "nobody"],
  ])("%s", async (_case, given, expected) => {
    expect(await told(...given.map(saying))).toMatchObject({ kind: answers[expected].kind });
  });

  it("does not depend on the order of its sources, nor on which answers first", async () => {
    const sources = fc.array(fc.tuple(fc.constantFrom(...names), fc.boolean()), { maxLength: 5 });
    const shuffled = sources.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    const make = ([name, late]: readonly [Name, boolean]) => (late ? lateOwnership(saying(name)) : saying(name));
    await fc.assert(
      fc.asyncProperty(shuffled, async ([a, b]) => {
        expect(await told(...a.map(make))).toMatchObject({ kind: (await told(...b.map(make))).kind });
      }),
    );
  });

  it("answers at once where every source does", () => {
    const union = unionOwnership(saying("nobody"), ownedAddresses({ ann: ["a@example.com"] }));
    expect(union.ask("ann", [{ address, role: "sender" }])).toMatchObject([{ kind: "yes" }]);
    expect(union.name).toBe("nobody | owned addresses");
  });

  it.each([
    ["throws", failingOwnership({ throws: true })],
    ["rejects", failingOwnership({ throws: true, late: true })],
    ["leaves a question open", { name: "lazy", ask: () => [] }],
  ])("takes a source that %s for one that could not be asked", async (_case, source) => {
    expect(await told(source, saying("others"))).toMatchObject({ kind: "unknown", code: "source-failed" });
    expect(await told(source, saying("yes"))).toMatchObject({ kind: "yes" });
  });

  it("hands the signal on", async () => {
    const controller = new AbortController();
    const answer = mayUse(unionOwnership(hangingOwnership(), saying("nobody")), "ann", address, {
      signal: controller.signal,
    });
    controller.abort();
    expect(await answer).toMatchObject({ kind: "unknown", code: "aborted" });
  });
});
