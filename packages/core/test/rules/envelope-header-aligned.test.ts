import { describe, expect, it } from "vitest";
import {
  type EnvelopeHeaderAlignedOptions,
  envelopeHeaderAligned,
  type FactsInput,
  readHeaderBytes,
  readHeaderList,
} from "../../src/index.js";
import { ruleCases } from "../../src/testing/index.js";

const LOGIN = { login: "ann" };
const bytes = (header: string) => readHeaderBytes(new TextEncoder().encode(header));
const mail = (envelopeFrom: string, from: string, who: FactsInput = LOGIN): FactsInput => ({
  ...who,
  envelopeFrom,
  headers: bytes(`Subject: x\r\nFrom: ${from}\r\n\r\n`),
});
const header = (text: string, envelopeFrom = "ann@example.com"): FactsInput => ({
  ...LOGIN,
  envelopeFrom,
  headers: bytes(text),
});
const MISALIGNED = "fail:envelope-header-misaligned";

describe("envelopeHeaderAligned, exact", () => {
  ruleCases(it, envelopeHeaderAligned(), [
    ["one domain", mail("bounce@example.com", "Ann <ann@example.com>"), "pass"],
    ["in another case", mail("ann@EXAMPLE.com", "ann@Example.COM"), "pass"],
    ["A-label and U-label", mail("ann@xn--bcher-kva.example", "ann@bücher.example"), "pass"],
    ["the same address literal", mail("ann@[192.0.2.1]", "ann@[192.0.2.1]"), "pass"],
    ["another address literal", mail("ann@[192.0.2.1]", "ann@[192.0.2.2]"), MISALIGNED],
    ["nobody is logged in", mail("ann@example.com", "ann@example.com", {}), "pass"],
    ["nobody is logged in, another domain", mail("ann@example.com", "ann@other.test", {}), MISALIGNED],
    ["a local user", mail("ann@example.com", "ann@other.test", { localUser: "ann" }), MISALIGNED],
    [
      "another domain",
      mail("ann@example.com", "Bob <bob@other.test>"),
      MISALIGNED,
      {
        evidence: {
          login: "ann",
          address: "bob@other.test",
          field: "From",
          offset: 23,
          detail: "the envelope sender is in example.com",
        },
      },
    ],
    ["a subdomain", mail("ann@mail.example.com", "ann@example.com"), MISALIGNED],
    ["a domain that ends alike", mail("ann@example.com", "ann@notexample.com"), MISALIGNED],
    ["several mailboxes", mail("ann@example.com", "ann@example.com, bob@example.com"), "pass"],
    ["several mailboxes, the last foreign", mail("ann@example.com", "ann@example.com, bob@other.test"), MISALIGNED],
    ["several mailboxes, the first foreign", mail("ann@example.com", "bob@other.test, ann@example.com"), MISALIGNED],
    ["a group", mail("ann@example.com", "Board: ann@example.com, bob@example.com;"), "pass"],
    ["a group with a foreign member", mail("ann@example.com", "Board: ann@example.com, bob@other.test;"), MISALIGNED],
    [
      "a group beside a foreign mailbox",
      mail("ann@example.com", "Board: ann@example.com;, bob@other.test"),
      MISALIGNED,
    ],
    ["an empty group", mail("ann@example.com", "Board:;"), "fail:from-malformed"],
    ["no domain in From", mail("ann@example.com", "ann"), "fail:addr-unqualified"],
    ["no domain in the second mailbox", mail("ann@example.com", "ann@example.com, bob"), "fail:addr-unqualified"],
    ["a trailing dot in From", mail("ann@example.com", "ann@example.com."), "fail:from-malformed"],
    ["a trailing dot in the envelope", mail("ann@example.com.", "ann@example.com"), "fail:envelope-malformed"],
    ["no domain in the envelope", mail("ann", "ann@example.com"), "fail:envelope-malformed"],
    ["no mailbox in the envelope", mail("(ann@example.com", "ann@example.com"), "fail:envelope-malformed"],
    ["the null reverse-path", mail("<>", "ann@example.com"), "skip:null-reverse-path"],
    ["no From behind the null reverse-path", header("Subject: x\r\n\r\n", "<>"), "fail:from-missing"],
    ["an odd From behind the null reverse-path", mail("<>", "ann@example.com, <"), "fail:from-malformed"],
    ["no From", header("Subject: x\r\n\r\n"), "fail:from-missing"],
    ["Sender does not stand for From", header("Sender: ann@example.com\r\n\r\n"), "fail:from-missing"],
    ["a foreign Sender is not looked at", header("From: ann@example.com\r\nSender: bob@other.test\r\n\r\n"), "pass"],
    ["two From fields", header("From: ann@example.com\r\nfrom: ann@example.com\r\n\r\n"), "fail:from-multiple"],
    ["an empty From", mail("ann@example.com", ""), "fail:from-no-mailbox"],
    ["a From that cannot be read", mail("ann@example.com", "Ann <ann@example.com"), "fail:from-malformed"],
    ["a blank before the colon", header("From : ann@example.com\r\n\r\n"), "fail:header-name-malformed"],
    ["a bare LF in another field", header("X: a\nFrom: b\r\nFrom: ann@example.com\r\n\r\n"), "fail:header-bare-lf"],
    ["a NUL", header("From: ann@example.com\0\r\n\r\n"), "fail:header-nul"],
    ["a source route", mail("ann@example.com", "<@example.com:ann@example.com>"), "fail:addr-route"],
    [
      "no UTF-8",
      { ...LOGIN, envelopeFrom: "ann@example.com", headers: readHeaderList([["From", Uint8Array.of(0xff)]]) },
      "fail:utf8-invalid",
    ],
    [
      "the list view",
      { ...LOGIN, envelopeFrom: "ann@example.com", headers: readHeaderList([["From", "bob@other.test"]]) },
      MISALIGNED,
    ],
  ]);
});

describe("envelopeHeaderAligned, organisational", () => {
  const organisationalDomain = (domain: string) =>
    domain.endsWith(".test") ? domain.split(".").slice(-2).join(".") : undefined;
  ruleCases(it, envelopeHeaderAligned({ organisationalDomain }), [
    ["one domain", mail("ann@example.test", "ann@example.test"), "pass"],
    ["the envelope in a subdomain", mail("ann@bounce.example.test", "ann@example.test"), "pass"],
    ["From in a subdomain", mail("ann@example.test", "ann@mail.example.test"), "pass"],
    ["sisters", mail("ann@a.example.test", "ann@b.example.test"), "pass"],
    ["another organisation", mail("ann@example.test", "ann@other.test"), MISALIGNED],
    ["one domain without an organisation", mail("ann@suffix", "ann@suffix"), "pass"],
    ["two domains without an organisation", mail("ann@a.suffix", "ann@b.suffix"), MISALIGNED],
    ["address literals", mail("ann@[192.0.2.1]", "ann@[192.0.2.2]"), MISALIGNED],
    [
      "the second mailbox in another organisation",
      mail("ann@a.example.test", "ann@example.test, b@other.test"),
      MISALIGNED,
    ],
  ]);

  ruleCases(it, envelopeHeaderAligned({ organisationalDomain: () => "test" }), [
    ["an address literal is of no organisation", mail("ann@example.test", "ann@[192.0.2.1]"), MISALIGNED],
  ]);
});

describe("envelopeHeaderAligned with ourDomains", () => {
  const NOBODY: FactsInput = {};
  ruleCases(it, envelopeHeaderAligned({ ourDomains: ["example.com", "bücher.example"] }), [
    [
      "a stranger shows an own address",
      mail("x@other.test", "Ann <ann@example.com>", NOBODY),
      "fail:owned-address-needs-login",
      { evidence: { address: "ann@example.com", field: "From" } },
    ],
    ["though it is aligned", mail("ann@example.com", "ann@example.com", NOBODY), "fail:owned-address-needs-login"],
    ["behind the null reverse-path", mail("<>", "ann@example.com", NOBODY), "fail:owned-address-needs-login"],
    ["as a U-label", mail("x@other.test", "ann@BÜCHER.example", NOBODY), "fail:owned-address-needs-login"],
    [
      "as the second author",
      mail("x@other.test", "x@other.test, ann@example.com", NOBODY),
      "fail:owned-address-needs-login",
    ],
    [
      "as a member of a group",
      mail("x@other.test", "Board: ann@example.com;", NOBODY),
      "fail:owned-address-needs-login",
    ],
    [
      "a stranger shows no domain, which a host may complete",
      mail("x@other.test", "ann", NOBODY),
      "fail:addr-unqualified",
    ],
    ["a stranger with an odd header", mail("x@other.test", "x@other.test, <", NOBODY), "fail:from-malformed"],
    ["others through a list", mail("list@lists.test", "x@other.test", NOBODY), "skip:not-ours"],
    ["others' bounces", mail("<>", "x@other.test", NOBODY), "skip:not-ours"],
    ["a login", mail("ann@example.com", "ann@example.com"), "pass"],
    ["a login in another domain", mail("ann@other.test", "ann@example.com"), MISALIGNED],
    ["a local user", mail("ann@example.com", "ann@example.com", { localUser: "ann" }), "pass"],
  ]);

  it("names an entry that is no domain", () => {
    expect(() => envelopeHeaderAligned({ ourDomains: ["a b"] })).toThrow('ourDomains: "a b" is no domain');
  });
});

describe("envelopeHeaderAligned with nullEnvelope", () => {
  const options: EnvelopeHeaderAlignedOptions = { nullEnvelope: "reject" };
  ruleCases(it, envelopeHeaderAligned(options), [
    ["the null reverse-path", mail("<>", "ann@example.com"), MISALIGNED, { evidence: { address: "" } }],
    ["a mailbox", mail("ann@example.com", "ann@example.com"), "pass"],
    ["a path that names no mailbox", mail("(ann@example.com", "ann@example.com"), "fail:envelope-malformed"],
  ]);
});
