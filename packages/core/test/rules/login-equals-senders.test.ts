import { describe, expect, it } from "vitest";
import { createGuard, type FactsInput, facts, loginEqualsSenders, readHeaderList, score } from "../../src/index.js";
import { ruleCases } from "../../src/testing/index.js";

const message = (envelopeFrom: string, ...headers: (readonly [string, string])[]): FactsInput => ({
  login: "ann@example.com",
  envelopeFrom,
  headers: readHeaderList(headers),
});
const OWN = ["From", " Ann <ann@example.com>"] as const;

describe("loginEqualsSenders", () => {
  it("skips in both of its parts where nobody logged in", async () => {
    const context = { signal: new AbortController().signal, observe: () => {} };
    const parts = (loginEqualsSenders().conjuncts ?? []).map((part) => part.evaluate(facts({}) as never, context));
    const skipped = { kind: "skip", code: "no-login" };
    expect(await Promise.all(parts)).toEqual([skipped, skipped]);
  });

  ruleCases(it, loginEqualsSenders(), [
    ["both are the login", message("ann@example.com", OWN), "pass"],
    ["in another case", message("Ann@EXAMPLE.com", ["from", "ANN@example.COM"]), "pass"],
    ["the null reverse-path", message("<>", OWN), "pass"],
    ["a foreign Sender is not looked at", message("ann@example.com", OWN, ["Sender", " bob@example.com"]), "pass"],
    [
      "a foreign envelope",
      message("bob@example.com", OWN),
      "fail:login-differs-from-sender",
      { evidence: { login: "ann@example.com", address: "bob@example.com" } },
    ],
    [
      "a foreign From",
      message("ann@example.com", ["From", " bob@example.com"]),
      "fail:login-differs-from-sender",
      { evidence: { address: "bob@example.com", field: "From" } },
    ],
    [
      "a foreign From behind the null reverse-path",
      message("<>", ["From", "bob@example.com"]),
      "fail:login-differs-from-sender",
    ],
    [
      "a second, foreign author",
      message("ann@example.com", ["From", "ann@example.com, bob@example.com"]),
      "fail:login-differs-from-sender",
    ],
    [
      "a second, foreign From",
      message("ann@example.com", OWN, ["FROM", "bob@example.com"]),
      "fail:login-differs-from-sender",
    ],
    ["a second From", message("ann@example.com", OWN, OWN), "fail:from-multiple"],
    ["no From", message("ann@example.com", ["Subject", "x"]), "fail:from-missing"],
    ["an empty From", message("ann@example.com", ["From", ""]), "fail:from-no-mailbox"],
    ["a From that cannot be read", message("ann@example.com", ["From", "Ann <ann@example.com"]), "fail:from-malformed"],
    [
      "another letter that folds to the same",
      message("<>", ["From", "Ann <annſ@example.com>"]),
      "fail:login-differs-from-sender",
    ],
    ["no mailbox in the envelope", message("(ann@example.com", OWN), "fail:envelope-malformed"],
    ["no login", { ...message("ann@example.com", OWN), login: null }, "skip:no-login"],
    [
      "a login that is no address",
      { ...message("ann", ["From", "ann"]), login: "ann" },
      "fail:login-differs-from-sender",
    ],
  ]);

  it("refuses a foreign envelope before the header is there", () => {
    const transaction = createGuard({ rules: [loginEqualsSenders()] }).begin();
    const decision = transaction.learn(facts({ login: "ann@example.com", envelopeFrom: "bob@example.com" }));
    expect(decision).toMatchObject({ action: "reject", code: "login-differs-from-sender" });
  });

  it("is one symbol of a score", async () => {
    const guard = createGuard({ rules: [score({ reject: 15 }, [loginEqualsSenders(), 16])] });
    const decision = await guard.check(facts(message("bob@example.com", ["From", "bob@example.com"])));
    expect(decision).toMatchObject({
      action: "reject",
      findings: [{ verdict: { evidence: { symbols: { "login-equals-senders": 16 } } } }],
    });
  });
});
