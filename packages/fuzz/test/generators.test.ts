import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { honestMessage } from "../src/honest.js";
import { hostileMessage } from "../src/hostile.js";
import { type Message, OWNED, octetsOf } from "../src/message.js";
import { mutatedMessage, seedMessages } from "../src/mutated.js";
import { fieldValues } from "../src/readers/lenient.js";
import { isStrictList } from "../src/strict.js";
import { refusal } from "../src/verdict.js";

const made = (header: string): Message => ({ raw: octetsOf(`${header}\r\n\r\n`), owned: OWNED, isHonest: false });

describe("honest messages", () => {
  test("every From and Sender is of the strict grammar", () => {
    fc.assert(
      fc.property(honestMessage, ({ raw }) => {
        const values = fieldValues(Buffer.from(raw).toString("utf8"), /\r\n/, ["from", "sender"]);
        expect(values.length).toBeGreaterThan(0);
        expect(values.filter((value) => !isStrictList(value))).toEqual([]);
      }),
    );
  });

  test("the rule refuses none", async () => {
    const isLetThrough = async (message: Message) => (await refusal(message)) === undefined;
    await fc.assert(fc.asyncProperty(honestMessage, isLetThrough));
  });
});

test("the rule refuses a foreign From, and lets an own one through", async () => {
  expect(await refusal(made("From: ceo@bank.example"))).toBe("from-not-owned");
  expect(await refusal(made("From: alice@example.com"))).toBeUndefined();
});

test.each([
  ["hostile", hostileMessage],
  ["mutated", mutatedMessage(seedMessages("no such folder"))],
])("the same seed makes the same %s messages, another seed others", (_, arbitrary) => {
  const make = (seed: number) =>
    fc.sample(arbitrary, { seed, numRuns: 20 }).map(({ raw }) => Buffer.from(raw).toString("base64"));
  expect(make(1)).toEqual(make(1));
  expect(make(1)).not.toEqual(make(2));
});

describe("the strict grammar", () => {
  test.each([
    "alice@example.com",
    " (c (d)) Alice B <alice@example.com> (\\)) , press@example.com",
    '"a, b" <"a b"@example.com>',
    "<alice@[192.0.2.1]>",
    "Alice\r\n <alice@example.com>",
  ])("holds %j", (value) => expect(isStrictList(value)).toBe(true));

  test.each([
    "",
    "alice",
    "alice@example.com,",
    ", alice@example.com",
    "<@a.example:alice@example.com>",
    "A. Liddell <alice@example.com>",
    "alice@example . com",
    "alice@example.com (",
    "G: alice@example.com;",
    "a@b@example.com",
    '"alice@example.com',
  ])("does not hold %j", (value) => expect(isStrictList(value)).toBe(false));
});
