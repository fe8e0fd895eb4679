import { describe, expect, it } from "vitest";
import { addressFromInternal, facts, fail, mayUse, type Rule, rule, type Verdict } from "../../src/index.js";
import {
  type DeclareTest,
  failingTable,
  fakeResolver,
  formatVerdict,
  hangingOwnership,
  judge,
  memoryTable,
  type RuleCase,
  ruleCases,
  tableSuite,
} from "../../src/testing/index.js";

/** Runs what a suite declares and tells what failed. */
async function outcomes(declare: (test: DeclareTest) => void): Promise<string[]> {
  const bodies: (readonly [string, () => Promise<void>])[] = [];
  declare((name, body) => bodies.push([name, body]));
  return Promise.all(
    bodies.map(async ([name, body]) => {
      try {
        await body();
        return `${name}: ok`;
      } catch (error) {
        return `${name}: ${(error as Error).message}`;
      }
    }),
  );
}

const giving = (verdict: () => Verdict): Rule => rule("giving", ["login"], verdict);
const outcome = async (tested: Rule, one: RuleCase) => (await outcomes((test) => ruleCases(test, tested, [one])))[0];

describe("ruleCases", () => {
  it("passes a case that is as expected", async () => {
    expect(
      await outcome(
        giving(() => fail("envelope-not-owned", { login: "ann" })),
        ["case", {}, "fail:envelope-not-owned", { evidence: { login: "ann" } }],
      ),
    ).toBe("case: ok");
  });

  const reply = { code: 553, enhanced: "5.7.1", text: "no" };
  let turn = 0;
  it.each<[string, Rule, RuleCase, string]>([
    [
      "another verdict",
      giving(() => ({ kind: "pass", code: "ok" })),
      ["c", {}, "skip:x"],
      'verdict: expected "skip:x", got "pass"',
    ],
    [
      "other evidence",
      giving(() => fail("from-not-owned")),
      ["c", {}, "fail:from-not-owned", { evidence: { login: "ann" } }],
      "evidence.login",
    ],
    [
      "a rule that changes its mind",
      giving(() => fail("from-not-owned", { line: turn++ })),
      ["c", {}, "fail:from-not-owned"],
      "verdict of a second run",
    ],
    [
      "a rule that writes on the facts",
      rule("writing", ["recipients"], (given) => {
        (given.recipients as unknown[]).push("x");
        return fail("relay-denied");
      }),
      ["c", { recipients: [] }, "fail:relay-denied"],
      "facts after the rule",
    ],
    [
      "a verdict with a function",
      giving(() => ({ kind: "fail", code: "x", reply, evidence: { detail: (() => "x") as never } })),
      ["c", {}, "fail:x"],
      "holds a function",
    ],
    [
      "a reply of two lines",
      giving(() => ({ kind: "fail", code: "x", reply: { ...reply, text: "a\r\nb" }, evidence: {} })),
      ["c", {}, "fail:x"],
      "not one printable line",
    ],
    [
      "a reply that refuses nothing",
      giving(() => ({ kind: "fail", code: "x", reply: { ...reply, code: 250 }, evidence: {} })),
      ["c", {}, "fail:x"],
      'got "unknown:rule-failed',
    ],
    [
      "codes that do not go together",
      giving(() => ({ kind: "fail", code: "x", reply: { ...reply, code: 453 }, evidence: {} })),
      ["c", {}, "fail:x"],
      "does not go with",
    ],
    [
      "a fact that is not given",
      rule("r", ["headers"], () => fail("from-missing")),
      ["c", {}, "fail:from-missing"],
      "does not give headers",
    ],
  ])("tells of %s", async (_case, tested, one, message) => {
    expect(await outcome(tested, one)).toContain(message);
  });

  it.each<[string, RuleCase[]]>([
    ["no case", []],
    [
      "two cases of one name",
      [
        ["c", {}, "pass"],
        ["c", { login: "x" }, "pass"],
      ],
    ],
  ])("refuses %s", (_case, cases) => {
    expect(() =>
      ruleCases(
        it,
        giving(() => fail("from-missing")),
        cases,
      ),
    ).toThrow("a name of its own");
  });
});

describe("judge", () => {
  it("takes a throw for unknown, as a guard does", async () => {
    const throwing = rule("throwing", ["login"], () => {
      throw new Error("boom");
    });
    expect(formatVerdict(await judge(throwing, facts({})))).toBe("unknown:rule-failed");
  });
});

describe("tableSuite", () => {
  const present = { "a@x.test": "ann" };
  const absent = ["b@x.test"];

  describe("passes the tables of this package", () => {
    tableSuite(it, { make: () => memoryTable(present), present, absent });
  });
  describe("passes a table that answers late", () => {
    tableSuite(it, { make: () => memoryTable(present, { late: true }), present, absent });
  });

  it.each([
    ["a failing table", () => failingTable()],
    ["a throwing table", () => failingTable({ throws: true })],
    ["an empty table", () => memoryTable({})],
    [
      "a table that finds everything",
      () => ({ ...memoryTable({}), lookup: () => ({ kind: "found", value: "ann", evidence: () => ({}) }) as const }),
    ],
    ["a table without a type", () => memoryTable(present, { name: "My Table" })],
  ])("fails %s", async (_case, make) => {
    const told = await outcomes((test) => tableSuite(test, { make, present, absent }));
    expect(told.some((line) => !line.endsWith(": ok"))).toBe(true);
  });

  it("asks for a key that is present", () => {
    expect(() => tableSuite(it, { make: () => memoryTable({}), present: {}, absent })).toThrow("at least one key");
  });
});

describe("doubles", () => {
  it("the fake resolver remembers its questions", async () => {
    const resolver = fakeResolver({ "x.test": { mx: ["a.test", { preference: 1, exchange: "b.test" }] } });
    const { signal } = new AbortController();
    expect(await resolver.mx("x.test", { signal })).toEqual({
      kind: "records",
      records: [
        { preference: 10, exchange: "a.test" },
        { preference: 1, exchange: "b.test" },
      ],
    });
    expect(await resolver.a("constructor", { signal })).toEqual({ kind: "none" });
    expect(resolver.asked).toEqual(["MX x.test", "A constructor"]);
  });

  it("a hanging source ends when it is aborted", async () => {
    const signal = AbortSignal.abort();
    expect(await mayUse(hangingOwnership(), "ann", addressFromInternal("a@x.test"), { signal })).toMatchObject({
      kind: "unknown",
    });
  });
});
