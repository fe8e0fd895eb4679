import { encodeAnswer } from "@fromguard/policy";
import fc from "fast-check";
import { expect, test } from "vitest";
import { anyCharacter } from "../../../../test/support/any-character.js";

test("an answer is one line and an empty one", () => {
  expect(encodeAnswer("DUNNO")).toBe("action=DUNNO\n\n");
  expect(encodeAnswer("553 5.7.1 no\n\naction=OK")).toBe("action=553 5.7.1 no??action=OK\n\n");
});

test("whatever the action holds, the answer is printable, bounded, and ends once", () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter, minLength: 600, maxLength: 1200, size: "max" }), (action) => {
      const answer = encodeAnswer(action);
      expect(answer).toMatch(/^action=[\x20-\x7e]*\n\n$/);
      expect(answer.length).toBeLessThan(1040);
    }),
    { numRuns: 100 },
  );
});
