import { describe, expect, it } from "vitest";
import {
  actOn,
  createGuard,
  type FailAction,
  facts,
  fail,
  failWith,
  pass,
  rule,
  unknown,
  type Verdict,
} from "../../src/index.js";

const NOT_OWNED = fail("envelope-not-owned");
const LATER = failWith("mine", { code: 450, enhanced: "4.1.8", text: "Later" });

/** What a guard makes of one verdict with one action. */
async function decided(verdict: Verdict, action: FailAction | undefined) {
  const one = rule("one", ["envelopeFrom"], () => verdict);
  const guard = createGuard({ rules: [actOn(one, () => action)] });
  const { action: taken, code, reply, edits, observed } = await guard.check(facts({ envelopeFrom: "a@example.com" }));
  return {
    taken,
    code,
    reply,
    edits,
    observed: observed.map(({ rule: name, verdict: { code } }) => `${name}:${code}`),
  };
}

describe("a failure with the action", () => {
  it.each<[FailAction | undefined, Verdict, object]>([
    [undefined, NOT_OWNED, { taken: "reject", reply: NOT_OWNED.reply }],
    ["reject", NOT_OWNED, { taken: "reject", reply: NOT_OWNED.reply }],
    ["reject", LATER, { taken: "reject", reply: { code: 554, enhanced: "5.1.8", text: "Later" } }],
    ["defer", NOT_OWNED, { taken: "defer", reply: { ...NOT_OWNED.reply, code: 451, enhanced: "4.7.1" } }],
    ["defer", LATER, { taken: "defer", reply: LATER.reply }],
  ])("%s is refused, and is still that failure", async (action, verdict, expected) => {
    const { edits, observed, ...decision } = await decided(verdict, action);
    expect(decision).toEqual({ code: verdict.code, ...expected });
    expect([edits, observed]).toEqual([[], []]);
  });

  it.each<[FailAction, object[]]>([
    ["quarantine", [{ kind: "quarantine", reason: `${NOT_OWNED.reply.text} (envelope-not-owned)` }]],
    ["tag", [{ kind: "add-header", name: "X-Fromguard-Failed", value: "envelope-not-owned; rule=one" }]],
    ["observe", []],
  ])("%s is accepted, changed as it says, and observed", async (action, edits) => {
    const decision = await decided(NOT_OWNED, action);
    expect(decision).toMatchObject({ taken: "accept", edits, observed: ["one:envelope-not-owned"] });
    expect(decision.reply).toBeUndefined();
  });
});

describe("what is no failure is not touched", () => {
  it.each<[Verdict, string]>([
    [pass(), "accept"],
    [unknown("table-unavailable", "down"), "defer"],
  ])("%j", async (verdict, taken) => {
    for (const action of ["reject", "defer", "quarantine", "tag", "observe"] as const) {
      expect(await decided(verdict, action)).toMatchObject({ taken, edits: [], observed: [] });
    }
  });
});

it("a refusal stands over what another rule would let through", async () => {
  const held = actOn(
    rule("held", ["envelopeFrom"], () => NOT_OWNED),
    () => "quarantine",
  );
  const refuses = rule("refuses", ["envelopeFrom"], () => fail("sender-not-fqdn"));
  const decision = await createGuard({ rules: [held, refuses] }).check(facts({ envelopeFrom: "a@b" }));
  expect([decision.action, decision.code, decision.edits]).toEqual(["reject", "sender-not-fqdn", []]);
});

it("says it by code, and of each part of a conjunction", async () => {
  const one = rule("one", ["envelopeFrom"], () => NOT_OWNED);
  const two = rule("two", ["envelopeFrom"], () => fail("sender-not-fqdn"));
  const both = { ...one, name: "all", conjuncts: [one, two] };
  const acted = actOn(both, (code) => (code === "envelope-not-owned" ? "observe" : undefined));
  const decision = await createGuard({ rules: [acted] }).check(facts({ envelopeFrom: "a@b" }));
  expect([decision.action, decision.code]).toEqual(["reject", "sender-not-fqdn"]);
  expect(decision.observed.map(({ rule: name }) => name)).toEqual(["one"]);
});
