import { type Decision, TRY_LATER } from "@fromguard/core";
import { expect, it } from "vitest";
import { decisionLines } from "../../src/check/decision-line.js";

const decision: Decision = Object.freeze({
  action: "reject",
  code: "envelope-not-owned",
  reply: TRY_LATER,
  edits: [],
  findings: [
    {
      rule: "owned",
      verdict: { kind: "fail", code: "envelope-not-owned", reply: TRY_LATER, evidence: { result: "ann" } },
    },
  ],
  observed: [],
} as const);

it("tells evidence to whom it may be told alone, also of a decision that is written once", () => {
  const lineOf = decisionLines();
  const tell = (evidence: boolean) => lineOf(decision, { headers: undefined, evidence });
  const [told, untold] = [tell(true), tell(false)];
  expect([told.includes("ann"), untold.includes("ann")]).toEqual([true, false]);
  expect([tell(true), tell(false)]).toEqual([told, untold]);
});
