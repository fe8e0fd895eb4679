import { describe, expect, it } from "vitest";
import { organisationalDomain } from "../../src/index.js";

describe("organisationalDomain", () => {
  it.each([
    ["a registered name", "example.com", "example.com"],
    ["a name below it", "a.b.example.com", "example.com"],
    ["a suffix of two labels", "mail.example.co.uk", "example.co.uk"],
    ["a public suffix", "co.uk", undefined],
    ["a top-level domain", "com", undefined],
    ["a customer of a host", "mail.ann.github.io", "ann.github.io"],
    ["the suffix of a host", "github.io", undefined],
    ["a suffix by wildcard", "shop.example.ck", "shop.example.ck"],
    ["an exception to a wildcard", "mail.www.ck", "www.ck"],
    ["another case", "Mail.EXAMPLE.com", "example.com"],
    ["U-labels", "mail.bücher.example", "xn--bcher-kva.example"],
    ["A-labels", "mail.xn--bcher-kva.example", "xn--bcher-kva.example"],
    ["a suffix in A-labels", "mail.example.xn--fiqs8s", "example.xn--fiqs8s"],
    ["a top-level domain that is not listed", "mail.host.internal", "host.internal"],
    ["one label", "localhost", undefined],
    ["an IPv4 literal", "[192.0.2.1]", undefined],
    ["an IPv6 literal", "[ipv6:2001:db8::1]", undefined],
    ["nothing", "", undefined],
    ["no host name", "exa mple.com", undefined],
    ["something like a URL", "http://example.com/", undefined],
    ["an at sign", "ann@example.com", undefined],
    ["underscores", "_a.example.com", "example.com"],
  ])("%s: %s", (_name, domain, expected) => {
    expect(organisationalDomain(domain)).toBe(expected);
  });
});
