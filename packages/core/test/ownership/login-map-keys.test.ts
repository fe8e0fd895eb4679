import { describe, expect, it } from "vitest";
import { addressFromInternal, type LoginMapKeyOptions, loginMapKeys, lookupDomains } from "../../src/index.js";

const keys = (address: string, options?: LoginMapKeyOptions) => {
  const { localPart, domain } = addressFromInternal(address);
  return loginMapKeys(localPart, lookupDomains({ localPart, domain })[0] ?? "", options).flatMap((step) => step.keys);
};

describe("loginMapKeys", () => {
  it.each<[string, string, LoginMapKeyOptions, string[]]>([
    ["the address, then its domain", "bob@example.com", {}, ["bob@example.com", "@example.com"]],
    ["folded", "Bob@EXAMPLE.com", {}, ["bob@example.com", "@example.com"]],
    ["without the trailing dot", "bob@example.com.", {}, ["bob@example.com", "@example.com"]],
    [
      "the base address behind the extension",
      "bob+x@example.com",
      { recipientDelimiter: "+" },
      ["bob+x@example.com", "bob@example.com", "@example.com"],
    ],
    ["no extension without a delimiter", "bob+x@example.com", {}, ["bob+x@example.com", "@example.com"]],
    [
      "the first of several delimiters",
      "bob-y+x@example.com",
      { recipientDelimiter: "+-" },
      ["bob-y+x@example.com", "bob@example.com", "@example.com"],
    ],
    [
      "an empty extension",
      "bob+@example.com",
      { recipientDelimiter: "+" },
      ["bob+@example.com", "bob@example.com", "@example.com"],
    ],
    [
      "no extension of a list's keeper",
      "owner-l@example.com",
      { recipientDelimiter: "-" },
      ["owner-l@example.com", "@example.com"],
    ],
    [
      "one where owner_request_special is off",
      "l-request@example.com",
      { recipientDelimiter: "-", ownerRequestSpecial: false },
      ["l-request@example.com", "l@example.com", "@example.com"],
    ],
    [
      "no extension of double_bounce_sender",
      "Bounce+x@example.com",
      { recipientDelimiter: "+", doubleBounceSender: "bounce+X" },
      ["bounce+x@example.com", "@example.com"],
    ],
    [
      "an extension of the name that it no longer has",
      "double-bounce@example.com",
      { recipientDelimiter: "-", doubleBounceSender: "bounce" },
      ["double-bounce@example.com", "double@example.com", "@example.com"],
    ],
    [
      "no fold beyond ASCII without utf8",
      "M\u00dcL@example.com",
      { utf8: false },
      ["m\u00dcl@example.com", "@example.com"],
    ],
    ["no empty base", "+x@example.com", { recipientDelimiter: "+" }, ["+x@example.com", "@example.com"]],
    [
      "an extension of postmaster",
      "postmaster+x@example.com",
      { recipientDelimiter: "+" },
      ["postmaster+x@example.com", "postmaster@example.com", "@example.com"],
    ],
    [
      "no part of a system address",
      "double-bounce@example.com",
      { recipientDelimiter: "-" },
      ["double-bounce@example.com", "@example.com"],
    ],
    [
      "a local user also without its domain",
      "bob@example.com",
      { localDomains: ["EXAMPLE.com"] },
      ["bob@example.com", "bob", "@example.com"],
    ],
    [
      "a local user's extension",
      "bob+x@example.com",
      { recipientDelimiter: "+", localDomains: ["example.com"] },
      ["bob+x@example.com", "bob@example.com", "bob+x", "bob", "@example.com"],
    ],
    ["quoted form first", "b ob@example.com", {}, ['"b ob"@example.com', "b ob@example.com", "@example.com"]],
    [
      "quoted form of a local user",
      "b ob@example.com",
      { localDomains: ["example.com"] },
      ['"b ob"@example.com', "b ob@example.com", '"b ob"', "b ob", "@example.com"],
    ],
    [
      "a mailing list's owner has no extension",
      "owner-x@example.com",
      { recipientDelimiter: "-" },
      ["owner-x@example.com", "@example.com"],
    ],
    [
      "nor has its request address",
      "x-request@example.com",
      { recipientDelimiter: "-" },
      ["x-request@example.com", "@example.com"],
    ],
    [
      "-request alone is none",
      "a-b-request@example.com",
      { recipientDelimiter: "+" },
      ["a-b-request@example.com", "@example.com"],
    ],
    ["a literal", "bob@[IPv6:2001:DB8::1]", {}, ["bob@[ipv6:2001:db8::1]", "@[ipv6:2001:db8::1]"]],
    ["U-labels as they are", "bob@BÜCHER.example", {}, ["bob@bücher.example", "@bücher.example"]],
    [
      "an empty local part",
      "@example.com",
      { localDomains: ["example.com"] },
      ['""@example.com', "@example.com", "@example.com"],
    ],
  ])("%s", (_case, address, options, expected) => {
    expect(keys(address, options)).toEqual(expected);
  });

  it("asks pattern tables for the whole address only", () => {
    const steps = loginMapKeys("b ob+x", "example.com", { recipientDelimiter: "+", localDomains: ["example.com"] });
    expect(steps.filter(({ whole }) => whole).flatMap((step) => step.keys)).toEqual([
      '"b ob+x"@example.com',
      "b ob+x@example.com",
    ]);
  });
});

describe("lookupDomains", () => {
  it.each<[string, string[]]>([
    ["EXAMPLE.com", ["example.com"]],
    ["example.com.", ["example.com"]],
    ["bücher.example", ["bücher.example"]],
    ["xn--bcher-kva.example", ["xn--bcher-kva.example"]],
    ["straße.test", ["strasse.test", "xn--strae-oqa.test"]],
    ["ΣΑΣ.test", ["σασ.test"]],
    ["σας.test", ["σασ.test", "xn--mxa8ab.test"]],
    ["ｅxample.com", ["ｅxample.com", "example.com"]],
    ["[192.0.2.1]", ["[192.0.2.1]"]],
    ["a..b", []],
    ["", []],
  ])("of %j are %j", (domain, expected) => {
    expect(lookupDomains(addressFromInternal(`x@${domain}`))).toEqual(expected);
  });
});
