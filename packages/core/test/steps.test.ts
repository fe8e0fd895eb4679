import {
  addressFromInternal,
  type Grants,
  ownershipGraphSteps,
  type Steps,
  textHashSteps,
  textHashTable,
} from "@fromguard/core";
import { describe, expect, test } from "vitest";

/** The steps that work takes, and what comes of it. */
function counted<T>(steps: Steps<T>): { readonly steps: number; readonly made: T } {
  for (let count = 1; ; count++) {
    const { done, value } = steps.next();
    if (done) return { steps: count, made: value };
  }
}

const addressOf = (index: number) => addressFromInternal(`user${index}@example.com`);

function grantsFor(count: number): Grants {
  return {
    deliveries: Array.from({ length: count }, (_, index) => ({
      target: { kind: "address", address: addressOf(index) },
      to: { kind: "login", login: `user${index}` },
      maySend: true,
    })),
  };
}

describe("a graph in steps", () => {
  test("takes one for each 256 statements", () => {
    expect(counted(ownershipGraphSteps(grantsFor(255), { name: "g" })).steps).toBe(1);
    expect(counted(ownershipGraphSteps(grantsFor(256), { name: "g" })).steps).toBe(2);
    const { steps, made } = counted(ownershipGraphSteps(grantsFor(1000), { name: "g" }));
    expect(steps).toBe(4);
    expect(made.ask("user999", [{ address: addressOf(999), role: "envelope" }])[0]?.kind).toBe("yes");
  });

  test("throws at the step of the fault", () => {
    const { deliveries = [] } = grantsFor(300);
    const [bad] = grantsFor(1).deliveries ?? [];
    const grants = { deliveries: [...deliveries, { ...bad, to: { kind: "login", login: "" } }] } as Grants;
    const steps = ownershipGraphSteps(grants, { name: "g" });
    expect(steps.next().done).toBe(false);
    expect(() => steps.next()).toThrow("a login is empty: nobody could use it");
  });
});

describe("a texthash table in steps", () => {
  const lines = (count: number) => Array.from({ length: count }, (_, index) => `user${index} login${index}\n`).join("");

  test("takes one for each 8 kB, cut behind a line", () => {
    const octets = new TextEncoder().encode(lines(2000));
    const { steps, made } = counted(textHashSteps(octets, { file: "t" }));
    expect(steps).toBe(Math.ceil(octets.length / 8200) + 1);
    expect([...(made.table.entries?.() ?? [])].map(({ line }) => line)).toEqual(
      Array.from({ length: 2000 }, (_, index) => index + 1),
    );
  });

  test.each([
    ["lines that go on over the cut", `a b\n${" c\n".repeat(9000)}d e`],
    ["stray lines, comments and empty lines", ` stray\n#\n\n${"k v\n# c\n\n".repeat(3000)} on`],
    ["one line without an end", `k ${"v".repeat(20_000)}`],
    ["letters of several octets", `k \u00fc\u4e16\n${"\u00e4\u00f6 v\n".repeat(5000)}`],
    ["nothing", ""],
  ])("says of octets what it says of the same text in one piece: %s", (_, text) => {
    const [cut, whole] = [new TextEncoder().encode(text), text].map((source) => textHashTable(source, { file: "t" }));
    expect([...(cut?.table.entries?.() ?? [])]).toEqual([...(whole?.table.entries?.() ?? [])]);
    expect(cut?.warnings).toEqual(whole?.warnings);
  });
});
