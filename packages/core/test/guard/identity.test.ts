import { describe, expect, it } from "vitest";
import {
  createGuard,
  type FactsInput,
  facts,
  loginOwnsEnvelope,
  ownedAddresses,
  parseTransaction,
  requireLogin,
} from "../../src/index.js";

const ownership = ownedAddresses({ ann: ["ann@example.com"], admin: ["admin@example.com"] });
const rules = [requireLogin(), loginOwnsEnvelope({ ownership })];

describe("a login that acts as somebody else", () => {
  const decide = async (identity: "authentication" | "authorisation" | undefined, input: FactsInput) => {
    const guard = createGuard({ rules, ...(identity === undefined ? {} : { identity }) });
    const given = facts(input);
    const { action } = await guard.check(given);
    const explained = await guard.explain(given);
    const staged = guard.begin();
    const { envelopeFrom, ...first } = given;
    await staged.learn(first);
    const last = await staged.learn(envelopeFrom === undefined ? {} : { envelopeFrom });
    expect([explained.decision.action, last.action]).toEqual([action, action]);
    return action;
  };
  const both = { login: "admin", authorisation: "ann" };

  it.each([
    ["owns as who was authenticated, by default", undefined, both, "admin", "accept"],
    ["and not as the other", undefined, both, "ann", "reject"],
    ["owns as who it acts as, where told so", "authorisation", both, "ann", "accept"],
    ["and not as itself any more", "authorisation", both, "admin", "reject"],
    ["is itself where the host tells nobody else", "authorisation", { login: "ann" }, "ann", "accept"],
    ["is itself where nobody is named", "authorisation", { login: "ann", authorisation: "" }, "ann", "accept"],
    ["is nobody without a login", "authorisation", { login: null, authorisation: "ann" }, "ann", "reject"],
  ] as const)("%s", async (_what, identity, who, owner, action) => {
    expect(await decide(identity, { ...who, envelopeFrom: `${owner}@example.com` })).toBe(action);
  });

  it("is told in JSON", () => {
    const parsed = parseTransaction({ login: "admin", authorisation: "ann" });
    expect(parsed).toMatchObject({ ok: true, facts: both });
    expect(parseTransaction({ login: "admin", authorization: "ann" })).toEqual({
      ok: false,
      error: "authorization: unknown key; did you mean authorisation?",
    });
    expect(parseTransaction({ authorisation: "" })).toEqual({
      ok: false,
      error: "authorisation: must not be empty; null is the login",
    });
  });
});
