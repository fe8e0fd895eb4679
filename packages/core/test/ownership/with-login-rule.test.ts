import { describe, expect, it } from "vitest";
import { addressFromInternal, ownedAddresses, unionOwnership, withLoginRule } from "../../src/index.js";

const owned = unionOwnership(ownedAddresses({ alice: ["alice@example.com"] }));
const question = { address: addressFromInternal("alice@example.com"), role: "envelope" } as const;

describe("withLoginRule", () => {
  it.each([
    ["alice", {}, "yes", undefined],
    ["alice@example.com", { domain: "strip" }, "yes", "alice@example.com owns as alice"],
    ["ALICE*root", { masterSeparators: "*", case: "ascii" }, "yes", "root logged in as alice"],
    ["alice*root", {}, "no-others-own-it", undefined],
    ["bob*alice", { masterSeparators: "*" }, "no-others-own-it", "alice logged in as bob"],
  ] as const)("asks for the owner of %s by %j", async (login, rule, kind, detail) => {
    const [answer] = await withLoginRule(owned, rule).ask(login, [question]);
    expect(answer?.kind).toBe(kind);
    expect(answer?.evidence()).toMatchObject({ login, ...(detail === undefined ? {} : { detail }) });
  });
});
