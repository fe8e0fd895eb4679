import { describe, it } from "vitest";
import { type FactsInput, localOriginatorsMatchEnvelope, readHeaderList } from "../../src/index.js";
import { ruleCases } from "../../src/testing/index.js";

const local = (envelopeFrom: string, ...headers: (readonly [string, string])[]): FactsInput => ({
  localUser: "ann",
  envelopeFrom,
  headers: readHeaderList(headers),
});
const OWN = ["From", " Ann <ann@example.com>"] as const;

describe("localOriginatorsMatchEnvelope", () => {
  ruleCases(it, localOriginatorsMatchEnvelope(), [
    ["From is the envelope sender", local("ann@example.com", OWN), "pass"],
    ["in another case", local("Ann@EXAMPLE.com", ["from", "aNN@example.COM"]), "pass"],
    ["so are Sender and Resent-From", local("ann@example.com", OWN, ["Sender", "ann@example.com"]), "pass"],
    [
      "a foreign From",
      local("ann@example.com", ["From", " bob@example.com"]),
      "fail:from-not-owned",
      { evidence: { login: "ann@example.com", address: "bob@example.com", field: "From" } },
    ],
    ["another domain", local("ann@example.com", ["From", "ann@example.org"]), "fail:from-not-owned"],
    ["a subaddress", local("ann@example.com", ["From", "ann+x@example.com"]), "fail:from-not-owned"],
    ["an own subaddress", local("ann+x@example.com", ["From", "ann+x@example.com"]), "pass"],
    ["an address literal", local("ann@[192.0.2.7]", ["From", "ann@[192.0.2.7]"]), "pass"],
    ["a second author", local("ann@example.com", ["From", "ann@example.com, bob@example.com"]), "fail:from-not-owned"],
    ["a second, foreign From", local("ann@example.com", OWN, ["From", "bob@example.com"]), "fail:from-not-owned"],
    ["a second From", local("ann@example.com", OWN, OWN), "fail:from-multiple"],
    ["a foreign Sender", local("ann@example.com", OWN, ["Sender", "bob@example.com"]), "fail:sender-not-owned"],
    ["a foreign Resent-From", local("ann@example.com", OWN, ["Resent-From", "b@example.com"]), "fail:resent-not-owned"],
    [
      "a foreign address in the name",
      local("ann@example.com", ["From", '"ceo@example.com" <ann@example.com>']),
      "fail:name-contains-address",
    ],
    ["no From", local("ann@example.com", ["Subject", "x"]), "fail:from-missing"],
    ["a From without a domain", local("ann@example.com", ["From", "ann"]), "fail:addr-unqualified"],
    ["the null reverse-path", local("<>", OWN), "fail:envelope-not-owned"],
    ["an envelope without a domain", local("ann", ["From", "ann"]), "fail:envelope-malformed"],
    ["no mailbox in the envelope", local("(ann@example.com", OWN), "fail:envelope-malformed"],
    ["mail of the network", { ...local("ann@example.com", ["From", "b@c.test"]), localUser: null }, "skip:not-local"],
    [
      "mail with a login",
      { ...local("a@b.test", ["From", "b@c.test"]), localUser: null, login: "ann" },
      "skip:not-local",
    ],
  ]);

  ruleCases(it, localOriginatorsMatchEnvelope({ preset: "lenient" }), [
    ["lenient: a subaddress", local("ann@example.com", ["From", "ann+x@example.com"]), "fail:from-not-owned"],
    ["lenient: a longer local part", local("do@example.com", ["From", "dose@example.com"]), "fail:from-not-owned"],
  ]);
});
