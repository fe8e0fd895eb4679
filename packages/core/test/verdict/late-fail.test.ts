import { expect, test } from "vitest";
import { LateFail } from "../../src/verdict/late-fail.js";
import { publicReply } from "../../src/verdict/replies.js";
import { fail } from "../../src/verdict/verdict.js";

const ABOUT = { address: "boss@example.com" };
const WHOLE = { ...ABOUT, login: "alice", source: "map" };

test("a reply builds no evidence, and says what it would with it", () => {
  let built = 0;
  const late = new LateFail("envelope-not-owned", ABOUT, () => {
    built++;
    return WHOLE;
  });
  expect(publicReply(late, "alice", {})).toEqual(publicReply(fail("envelope-not-owned", WHOLE), "alice", {}));
  expect(built).toBe(0);
  expect([late.evidence, late.evidence]).toEqual([WHOLE, WHOLE]);
  expect(built).toBe(1);
});

test("a copy is a plain verdict", () => {
  const plain = fail("envelope-not-owned", WHOLE);
  const late = new LateFail("envelope-not-owned", ABOUT, () => WHOLE);
  expect({ ...late }).toStrictEqual(plain);
  expect(JSON.stringify(late)).toBe(JSON.stringify(plain));
});

test("evidence that cannot be built says why, and the failure stands", () => {
  const late = new LateFail("envelope-not-owned", ABOUT, () => {
    throw new Error("the map is gone");
  });
  expect(late.evidence).toEqual({ ...ABOUT, detail: "there is no evidence: the map is gone" });
});
