import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Address,
  type Answer,
  addressFromInternal,
  type Listing,
  mayUse,
  type OwnedAddressesOptions,
  ownedAddresses,
  parsePath,
} from "../../src/index.js";

const ask = (
  owned: Readonly<Record<string, readonly string[]>>,
  login: string,
  address: string | Address,
  options?: OwnedAddressesOptions,
): Answer => {
  const question = typeof address === "string" ? addressFromInternal(address) : address;
  const answers = ownedAddresses(owned, options).ask(login, [{ address: question, role: "author" }]);
  if (answers instanceof Promise) throw new Error("answers are not at once");
  return answers[0] as Answer;
};

const owned = {
  alice: [
    "alice@example.com",
    '"alice x"@example.com',
    "alice@[192.0.2.7]",
    "alice@bücher.example",
    "info@example.com",
  ],
  bob: [
    "Bob@EXAMPLE.com",
    "info@example.com",
    "bob@xn--bcher-kva.example",
    "bob y@example.com",
    "o'bob+x=z@example.com",
  ],
};

const parseMailbox = (text: string): Address => {
  const path = parsePath(text);
  if (path.kind !== "mailbox") throw new Error(`${text} is no address`);
  return path.mailbox;
};

const listed = (listing: Listing | Promise<Listing>): readonly string[] => {
  if (listing instanceof Promise) throw new Error("the listing is not at once");
  expect(listing.gaps).toEqual([]);
  return listing.holdings.map(({ login, address }) => `${login}: ${address}`).sort();
};

describe("ownedAddresses", () => {
  it.each([
    ["own address", "alice", "alice@example.com", "yes"],
    ["the domain's case does not matter", "alice", "alice@EXAMPLE.com", "yes"],
    ["the local part's case does not matter by default", "bob", "bOB@example.com", "yes"],
    ["the login's case does not matter", "ALICE", "alice@example.com", "yes"],
    ["a quoted own local part", "alice", "alice x@example.com", "yes"],
    ["a local part given without its quotes", "bob", "bob y@example.com", "yes"],
    ["unusual atext", "bob", "o'bob+x=z@example.com", "yes"],
    ["a literal", "alice", "alice@[192.0.2.7]", "yes"],
    ["the A-label of an own U-label", "alice", "alice@xn--bcher-kva.example", "yes"],
    ["the U-label of an own A-label", "bob", "bob@BÜCHER.example", "yes"],
    ["shared by two", "bob", "info@example.com", "yes"],
    ["another's address", "alice", "bob@example.com", "no-others-own-it"],
    ["nobody's address", "alice", "carol@example.com", "no-nobody-owns-it"],
    ["a subaddress that is not listed", "alice", "alice+x@example.com", "no-nobody-owns-it"],
    ["a subdomain", "alice", "alice@mail.example.com", "no-nobody-owns-it"],
    ["a login that owns nothing", "eve", "alice@example.com", "no-others-own-it"],
    ["nobody's login", "", "alice@example.com", "no-others-own-it"],
    ["a login that is a property of every object", "constructor", "alice@example.com", "no-others-own-it"],
    ["no domain", "alice", "alice", "no-nobody-owns-it"],
    ["a domain that is none", "alice", "alice@example..com", "no-nobody-owns-it"],
    ["case beyond ASCII in the local part", "alice", "ALİCE@example.com", "no-nobody-owns-it"],
  ])("%s", (_case, login, address, kind) => {
    expect(ask(owned, login, address).kind).toBe(kind);
  });

  it("compares local parts exactly where told to", () => {
    expect(ask(owned, "bob", "bob@example.com", { localPartCase: "exact" }).kind).toBe("no-nobody-owns-it");
    expect(ask(owned, "bob", "Bob@example.com", { localPartCase: "exact" }).kind).toBe("yes");
  });

  it("tells the owned spelling, the same one first", () => {
    const spellings = { ann: ["ann@example.com", "Ann@example.com"] };
    const as = (address: string) => {
      const answer = ask(spellings, "ann", address);
      return answer.kind === "yes" ? answer.as?.localPart : undefined;
    };
    expect([as("Ann@example.com"), as("ANN@example.com")]).toEqual(["Ann", "ann"]);
  });

  it("shows who owns an address and how to grant it", () => {
    expect(ask(owned, "eve", "info@example.com").evidence()).toEqual({
      login: "eve",
      address: "info@example.com",
      source: "owned addresses",
      key: "info@example.com",
      result: "alice, bob",
      remedy: "add info@example.com to the addresses of eve",
    });
  });

  it.each<[string, Record<string, readonly string[]>, string]>([
    ["without a domain", { ann: ["ann"] }, 'owned addresses: "ann" of login ann is no address'],
    ["without a local part", { ann: ["@example.com"] }, 'owned addresses: "@example.com" of login ann is no address'],
    ["with a bad domain", { ann: ["ann@a..b"] }, 'owned addresses: "ann@a..b" of login ann is no address'],
    [
      "with a control character",
      { ann: ["a\nb@example.com"] },
      'owned addresses: "a\\nb@example.com" of login ann is no address',
    ],
    [
      "with an open quote",
      { ann: ['"a@example.com'] },
      'owned addresses: "\\"a@example.com" of login ann is no address',
    ],
    ["that is the null path", { ann: ["<>"] }, 'owned addresses: "<>" of login ann is no address'],
    ["of an empty login", { "": ["a@example.com"] }, "owned addresses: a login is empty: nobody could use it"],
  ])("refuses an address %s", (_case, bad, message) => {
    expect(() => ownedAddresses(bad)).toThrow(expect.objectContaining({ code: "FG_POLICY_INVALID", message }));
  });

  it("needs an address of two forms to be owned in both", () => {
    const sharp = parseMailbox("ann@straße.test");
    const one = { ann: ["ann@xn--strae-oqa.test"], bob: ["ann@strasse.test"] };
    expect(ask(one, "ann", sharp).kind).toBe("no-others-own-it");
    expect(ask(one, "bob", sharp).kind).toBe("no-others-own-it");
    const both = { ann: ["ann@xn--strae-oqa.test", "ann@strasse.test"] };
    expect(ask(both, "ann", sharp).kind).toBe("yes");
    expect(listed(ownedAddresses(one).owners(sharp))).toEqual([]);
    expect(listed(ownedAddresses(both).owners(sharp))).toEqual(["ann: ann@xn--strae-oqa.test"]);
  });

  it("tells who owns an address, and what a login owns, in the spelling that was given", () => {
    const source = ownedAddresses(owned);
    expect(listed(source.owners(addressFromInternal("INFO@example.com")))).toEqual([
      "alice: INFO@example.com",
      "bob: INFO@example.com",
    ]);
    expect(listed(source.owners(addressFromInternal("nobody@example.com")))).toEqual([]);
    expect(listed(source.addresses("BOB"))).toEqual(
      [
        "bob: info@example.com",
        "bob: bob@xn--bcher-kva.example",
        "bob: Bob@example.com",
        "bob: bob y@example.com",
        "bob: o'bob+x=z@example.com",
      ].sort(),
    );
    expect(listed(source.addresses("constructor"))).toEqual([]);
  });

  it("answers every question, in order", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("alice@example.com", "bob@example.com", "x@example.com")), (list) => {
        const questions = list.map((text) => ({ address: addressFromInternal(text), role: "author" as const }));
        const answers = ownedAddresses(owned).ask("alice", questions) as readonly Answer[];
        expect(answers.map(({ kind }) => kind)).toEqual(list.map((text) => ask(owned, "alice", text).kind));
      }),
    );
  });

  it("is asked for one address by mayUse", async () => {
    const answer = await mayUse(ownedAddresses(owned), "alice", addressFromInternal("alice@example.com"));
    expect(answer.kind).toBe("yes");
  });
});
