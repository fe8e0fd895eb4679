import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LoginIdentities, type LoginRule, type OwnerLogin, ownerLogin } from "../../src/index.js";

const cases: readonly (readonly [string, string | LoginIdentities, LoginRule, OwnerLogin])[] = [
  ["as is", "Alice@Example.com", {}, { login: "Alice@Example.com" }],
  ["domain stripped", "alice@example.com", { domain: "strip" }, { login: "alice" }],
  ["the last at sign starts the domain", "a@b@example.com", { domain: "strip" }, { login: "a@b" }],
  ["nothing to strip", "alice", { domain: "strip", defaultDomain: "example.com" }, { login: "alice" }],
  ["default domain", "alice", { defaultDomain: "example.com" }, { login: "alice@example.com" }],
  ["a domain of its own", "alice@b.test", { defaultDomain: "example.com" }, { login: "alice@b.test" }],
  ["no domain for nobody", "", { defaultDomain: "example.com" }, { login: "" }],
  ["ASCII case", "ALICE\u00c9", { case: "ascii" }, { login: "alice\u00c9" }],
  ["full case folding", "STRA\u1e9eE", { case: "fold" }, { login: "strasse" }],
  ["no separator by default", "alice*admin", {}, { login: "alice*admin" }],
  ["master user", "alice*admin", { masterSeparators: "*" }, { login: "alice", master: "admin" }],
  ["any of the separators", "alice%admin", { masterSeparators: "*%" }, { login: "alice", master: "admin" }],
  ["the first separator counts", "alice*admin*x", { masterSeparators: "*" }, { login: "alice", master: "admin*x" }],
  ["no user before it", "*admin", { masterSeparators: "*" }, { login: "*admin" }],
  ["no master behind it", "alice*", { masterSeparators: "*" }, { login: "alice*" }],
  [
    "master user, then domain, then case",
    "Alice*Admin@example.com",
    { masterSeparators: "*", defaultDomain: "example.com", case: "ascii" },
    { login: "alice@example.com", master: "Admin@example.com" },
  ],
  [
    "the authentication identity by default",
    { authentication: "admin", authorisation: "alice" },
    {},
    { login: "admin" },
  ],
  [
    "the authorisation identity where it is chosen",
    { authentication: "admin", authorisation: "alice" },
    { identity: "authorisation" },
    { login: "alice" },
  ],
  [
    "an empty one means the same",
    { authentication: "admin", authorisation: "" },
    { identity: "authorisation" },
    { login: "admin" },
  ],
];

describe("ownerLogin", () => {
  it.each(cases)("%s", (_, identities, rule, expected) => {
    const given = typeof identities === "string" ? { authentication: identities } : identities;
    expect(ownerLogin(given, rule)).toEqual(expected);
  });

  it("changes nothing where no rule is set, and ends with the same when it is used twice", () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom("ascii" as const, "fold" as const), (login, rule) => {
        expect(ownerLogin({ authentication: login })).toEqual({ login });
        const options: LoginRule = { defaultDomain: "example.com", case: rule };
        const once = ownerLogin({ authentication: login }, options).login;
        expect(ownerLogin({ authentication: once }, options).login).toBe(once);
      }),
    );
  });
});
