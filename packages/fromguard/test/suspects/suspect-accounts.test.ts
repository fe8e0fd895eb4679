import { createGuard, facts, loginOwnsEnvelope, ownedAddresses, requireFqdn } from "@fromguard/core";
import { describe, expect, it } from "vitest";
import { refusedAddress, SuspectAccounts } from "../../src/suspects/suspect-accounts.js";

function watch({ addresses = 3, minutes = 10 } = {}) {
  let now = 0;
  const accounts = new SuspectAccounts({ addresses, minutes }, () => now);
  return {
    /** A minute later. */
    later: (more: number) => {
      now += more * 60_000;
    },
    refuse: (login: string, ...refused: readonly (string | number)[]) =>
      refused.map((each) => accounts.refused({ login, address: `${each}@example.com` })?.addresses),
  };
}

describe("an account is suspect", () => {
  it("behind one address more than the limit, and is told once", () => {
    const { refuse } = watch();
    expect(refuse("bob", 1, 2, 3, 4, 5, 6, 7)).toEqual([
      undefined,
      undefined,
      undefined,
      4,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("never for the same addresses again and again", () => {
    const { refuse } = watch();
    expect(refuse("bob", ...Array.from({ length: 300 }, (_, at) => at % 3))).toEqual(Array(300).fill(undefined));
  });

  it("only where they come within the time", () => {
    const { refuse, later } = watch();
    refuse("bob", 1, 2);
    later(9);
    refuse("bob", 3);
    later(1);
    expect(refuse("bob", 4, 5)).toEqual([undefined, undefined]);
    expect(refuse("bob", 6)).toEqual([4]);
  });

  it("by itself, whatever others do", () => {
    const { refuse } = watch();
    refuse("bob", 1, 2, 3);
    refuse("ann", 1, 2, 3);
    expect([refuse("ann", 4), refuse("bob", 4)]).toEqual([[4], [4]]);
  });

  it("again behind a time without a refusal", () => {
    const { refuse, later } = watch();
    refuse("bob", 1, 2, 3, 4);
    later(9);
    expect(refuse("bob", 5, 6, 7, 8)).toEqual(Array(4).fill(undefined));
    later(10);
    expect(refuse("bob", 1, 2, 3, 4)).toEqual([undefined, undefined, undefined, 4]);
  });

  it("though ten thousand others were refused since: the one refused longest ago is forgotten", () => {
    const { refuse } = watch();
    refuse("ann", 1, 2, 3);
    refuse("bob", 1, 2, 3);
    for (let other = 0; other < 9_999; other++) refuse(`other${other}`, 1);
    expect([refuse("bob", 4), refuse("ann", 4)]).toEqual([[4], [undefined]]);
  });
});

describe("the address that a decision refuses to a login", () => {
  const rules = [requireFqdn(), loginOwnsEnvelope({ ownership: ownedAddresses({ ann: ["ann@example.com"] }) })];
  const sent = (envelopeFrom: string, login: string | null = "bob") => facts({ login, envelopeFrom });

  it.each([
    ["refused", false, sent("ann@example.com"), { login: "bob", address: "ann@example.com" }],
    ["in shadow mode", true, sent("ann@example.com"), { login: "bob", address: "ann@example.com" }],
    ["accepted", false, sent("ann@example.com", "ann"), undefined],
    ["refused for its form", false, sent("ann@localhost"), undefined],
  ])("%s", async (_what, shadow, given, expected) => {
    expect(refusedAddress(await createGuard({ rules, shadow }).check(given))).toEqual(expected);
  });
});
