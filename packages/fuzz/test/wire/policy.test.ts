import { createGuard, failWith, type Guard, pass, rule } from "@fromguard/core";
import { describe, expect, test } from "vitest";
import { POLICIES } from "../../src/wire/policy/answers.js";
import { read } from "../../src/wire/policy/model.js";
import { fuzzPolicy } from "../../src/wire/policy/run.js";

const seed = Number(process.env.SEED ?? 7);

describe("the wire fuzz of the policy protocol", () => {
  test("finds nothing, and gets everywhere", async () => {
    const { frames, counts, failures } = await fuzzPolicy({ frames: 20_000, seed });
    expect(failures).toEqual([]);
    expect(frames).toBeGreaterThanOrEqual(20_000);
    const reached = [...counts.keys()];
    for (const word of ["553", "DEFER_IF_PERMIT", "DUNNO", "PREPEND"]) expect(reached).toContain(`answered: ${word}`);
    for (const event of ["decided", "unknown-context", "edits-unmade"]) expect(reached).toContain(`told: ${event}`);
    for (const reason of [
      "line-malformed",
      "nul-octet",
      "request-empty",
      "request-too-large",
      "request-truncated",
      "too-many-attributes",
      "wrong-request",
    ]) {
      expect(reached).toContain(`closed: ${reason}`);
    }
  });

  test("makes the same connections of the same seed", async () => {
    const [one, again] = [await fuzzPolicy({ frames: 1_000, seed }), await fuzzPolicy({ frames: 1_000, seed })];
    expect(again).toEqual(one);
  });

  const asks = (decide: Guard["decide"]): Guard => {
    const guard: Guard = { ...POLICIES.guard, decide, within: () => guard };
    return guard;
  };
  let before: ReturnType<Guard["decide"]> | undefined;

  test.each<[string, Guard]>([
    [
      "gives the answer of the request before",
      asks((...args) => {
        const mine = POLICIES.guard.decide(...args);
        const given = before ?? mine;
        before = mine;
        return given;
      }),
    ],
    ["accepts everything", createGuard({ rules: [rule("all", ["envelopeFrom"], () => pass())] })],
    [
      "says nothing of the transaction",
      createGuard({
        rules: [rule("all", ["envelopeFrom"], () => failWith("no", { code: 553, enhanced: "5.7.1", text: "no" }))],
      }),
    ],
    [
      "throws",
      asks(() => {
        throw new Error("engine");
      }),
    ],
  ])("finds a server that %s", async (_, guard) => {
    const { failures } = await fuzzPolicy({ frames: 2_000, seed }, { ...POLICIES, guard });
    expect(failures.length).toBeGreaterThan(0);
  });
});

describe("the model of a policy connection", () => {
  test.each([
    ["", 0, undefined],
    ["a=b\n\n", 1, undefined],
    ["a=b\n\na=c", 1, "request-truncated"],
    ["a=b\n\n\n", 1, "request-empty"],
    ["=\0\n\n", 0, "line-malformed"],
    ["\0=\n\n", 0, "nul-octet"],
    ["a\n", 0, "line-malformed"],
    ["request=junk\n\na=b\n\n", 0, "wrong-request"],
    [`a=${"x".repeat(1_996)}\n\n`, 1, undefined],
    [`a=${"x".repeat(1_997)}\n\n`, 0, "request-too-large"],
    [`${"a=\n".repeat(40)}\n`, 1, undefined],
    [`${"a=\n".repeat(41)}\n`, 0, "too-many-attributes"],
  ])("%j is %i requests, then %s", (text, count, reason) => {
    const { requests, ...rest } = read(Buffer.from(text));
    expect([requests.length, rest.reason]).toEqual([count, reason]);
  });
});
