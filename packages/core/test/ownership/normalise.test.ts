import { describe, expect, it } from "vitest";
import { addressFromInternal } from "../../src/index.js";
import {
  canonicalDomains,
  type LocalPartRule,
  normaliseLocalPart,
  withoutSubaddress,
} from "../../src/ownership/normalise.js";

const locals: readonly (readonly [string, string, LocalPartRule, string])[] = [
  ["A to Z by default", "Jos\u00c9.Q", {}, "jos\u00c9.q"],
  ["exactly", "Jos\u00c9.Q", { localPartCase: "exact" }, "Jos\u00c9.Q"],
  ["fully folded", "Jos\u00c9.\u1e9e", { localPartCase: "fold" }, "jos\u00e9.ss"],
  ["the Kelvin sign is no k", "\u212a", {}, "\u212a"],
  ["without dots", ".A..b.", { ignoreDots: true }, "ab"],
];

const domains: readonly (readonly [string, string, readonly string[]])[] = [
  ["a plain domain", "x@Example.COM", ["example.com"]],
  ["a literal", "x@[192.0.2.7]", ["[192.0.2.7]"]],
  ["an A-label", "x@xn--strae-oqa.test", ["xn--strae-oqa.test"]],
  ["a U-label that is one domain in both forms", "x@B\u00fccher.test", ["xn--bcher-kva.test"]],
  ["a U-label that folds to another domain", "x@stra\u00dfe.test", ["xn--strae-oqa.test", "strasse.test"]],
  ["a trailing dot", "x@example.com.", ["example.com"]],
  ["no domain", "x", []],
  ["an invalid one", "x@a..b", []],
];

const subaddresses: readonly (readonly [string, string, string | undefined, string | undefined])[] = [
  ["no delimiter", "a+b", undefined, undefined],
  ["no subaddress", "ab", "+", undefined],
  ["the first delimiter", "a+b+c", "+", "a"],
  ["the first of several", "a-b+c", "+-", "a"],
  ["nothing before it", "+b", "+", undefined],
  ["a name that is never split", "Mailer-Daemon", "-", undefined],
  ["a list's keeper", "owner-list", "-", undefined],
];

describe("normalisation", () => {
  it.each(locals)("local part: %s", (_, local, rule, expected) => {
    expect(normaliseLocalPart(local, rule)).toBe(expected);
  });

  it.each(domains)("domain: %s", (_, address, expected) => {
    expect(canonicalDomains(addressFromInternal(address)).map(({ ascii }) => ascii)).toEqual(expected);
  });

  it.each(subaddresses)("subaddress: %s", (_, local, delimiters, expected) => {
    expect(withoutSubaddress(local, delimiters)).toBe(expected);
  });
});
