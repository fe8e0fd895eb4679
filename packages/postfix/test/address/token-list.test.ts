import fc from "fast-check";
import { expect, it } from "vitest";
import { TokenList } from "../../src/address/token-list.js";
import { scanTokens, type Token } from "../../src/address/tokens.js";

const KINDS = ["@", "!", "%", ".", "atom"] as const;
const tokens = fc
  .string({ unit: fc.constantFrom(..."a@!%."), maxLength: 8 })
  .map(scanTokens)
  .chain((all) =>
    fc
      .array(fc.boolean(), { minLength: all.length, maxLength: all.length })
      .map((joined) => all.map((token, at) => ({ ...token, joined: joined[at] === true }))),
  );
const steps = fc.array(
  fc.oneof(
    tokens.map((more) => ({ push: more })),
    fc.nat(4).map((count) => ({ takeFirst: count })),
    fc.nat(4).map((count) => ({ takeLast: count })),
    fc.boolean().map((joined) => ({ join: joined })),
    fc.constant({ replace: true }),
  ),
);

it("is an array of tokens, whatever is done to it", () => {
  fc.assert(
    fc.property(tokens, steps, (start, todo) => {
      const list = new TokenList(start);
      let array: Token[] = [...start];
      for (const step of todo) {
        if ("push" in step) {
          list.push(step.push);
          array.push(...step.push);
        } else if ("takeFirst" in step) {
          const count = Math.min(step.takeFirst, array.length);
          expect(list.takeFirst(count)).toEqual(array.splice(0, count));
        } else if ("takeLast" in step) {
          const from = Math.max(0, array.length - step.takeLast);
          expect(list.takeFrom(from)).toEqual(array.splice(from));
        } else if ("join" in step) {
          list.join(step.join);
          array = array.map((token) => ({ ...token, joined: step.join }));
        } else if (list.has("!")) {
          const at = array.findLastIndex(({ kind }) => kind === "!");
          const change = (token: Token): Token => ({ ...token, kind: "@" });
          list.replaceLast("!", change);
          array[at] = change(array[at] as Token);
        }
        expect(list.all()).toEqual(array);
        expect([list.length, list.at(0), list.at(-1), list.at(99), list.at(-99)]).toEqual([
          array.length,
          array[0],
          array.at(-1),
          undefined,
          undefined,
        ]);
        for (const kind of KINDS) {
          expect(list.indexOf(kind)).toBe(array.findIndex((token) => token.kind === kind));
          expect(list.lastIndexOf(kind)).toBe(array.findLastIndex((token) => token.kind === kind));
        }
      }
    }),
    { numRuns: 300 },
  );
});
