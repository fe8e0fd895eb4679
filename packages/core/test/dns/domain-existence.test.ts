import { describe, expect, it } from "vitest";
import { domainExistence, hostExistence } from "../../src/index.js";
import { type FakeZone, fakeResolver } from "../../src/testing/index.js";

const down = { failed: "SERVFAIL" };
const useless = { failed: "FORMERR", permanent: true };
const nullMx = { preference: 0, exchange: "" };

describe("domainExistence", () => {
  it.each<[string, FakeZone, string, string[]]>([
    ["an MX record is enough", { mx: ["mail.test"] }, "exists", ["MX"]],
    ["its host is not looked up", { mx: ["localhost"] }, "exists", ["MX"]],
    ["an MX that is an address", { mx: ["192.0.2.1"] }, "exists", ["MX"]],
    ["one usable MX record is enough", { mx: ["-bad.test", "mail.test"] }, "exists", ["MX"]],
    ["no usable MX record ends the search", { mx: ["-bad.test", "a..b"], a: ["192.0.2.1"] }, "malformed", ["MX"]],
    ["a null MX ends the search", { mx: [nullMx], a: ["192.0.2.1"] }, "null-mx", ["MX"]],
    ["a null MX among others", { mx: ["mail.test", nullMx] }, "null-mx", ["MX"]],
    ["a null MX written as a dot", { mx: ["."] }, "null-mx", ["MX"]],
    ["an A record", { a: ["192.0.2.1"] }, "exists", ["MX", "A"]],
    ["an AAAA record", { aaaa: ["2001:db8::1"] }, "exists", ["MX", "A", "AAAA"]],
    ["empty answers are none", { mx: [], a: [], aaaa: [] }, "not-found", ["MX", "A", "AAAA"]],
    ["nothing", {}, "not-found", ["MX", "A", "AAAA"]],
    ["a failure before a success", { mx: down, a: ["192.0.2.1"] }, "exists", ["MX", "A"]],
    ["two failures before a success", { mx: down, a: down, aaaa: ["2001:db8::1"] }, "exists", ["MX", "A", "AAAA"]],
    ["a failure of MX and nothing else", { mx: down }, "unknown", ["MX", "A", "AAAA"]],
    ["a failure of A and nothing else", { a: down }, "unknown", ["MX", "A", "AAAA"]],
    ["a failure of AAAA and nothing else", { aaaa: down }, "unknown", ["MX", "A", "AAAA"]],
    ["a permanent failure and nothing else", { mx: useless, a: useless }, "unanswerable", ["MX", "A", "AAAA"]],
    ["a permanent failure before a success", { mx: useless, a: ["192.0.2.1"] }, "exists", ["MX", "A"]],
    ["a temporary failure weighs more", { mx: useless, aaaa: down }, "unknown", ["MX", "A", "AAAA"]],
  ])("%s", async (_case, zone, kind, queries) => {
    const resolver = fakeResolver({ "x.test": zone });
    const existence = await domainExistence(resolver, "x.test", { signal: new AbortController().signal });
    expect(existence.kind).toBe(kind);
    expect(resolver.asked).toEqual(queries.map((type) => `${type} x.test`));
  });

  it("tells every failure", async () => {
    const resolver = fakeResolver({ "x.test": { mx: down, aaaa: { failed: "timeout" } } });
    expect(await domainExistence(resolver, "x.test", { signal: new AbortController().signal })).toEqual({
      kind: "unknown",
      cause: "MX x.test: SERVFAIL; AAAA x.test: timeout",
    });
  });
});

describe("hostExistence", () => {
  it.each<[string, FakeZone, string, string[]]>([
    ["an A record", { a: ["192.0.2.1"], mx: [nullMx] }, "exists", ["A"]],
    ["an AAAA record", { aaaa: ["2001:db8::1"] }, "exists", ["A", "AAAA"]],
    ["an MX record", { mx: ["mail.test"] }, "exists", ["A", "AAAA", "MX"]],
    ["a null MX", { mx: [nullMx] }, "null-mx", ["A", "AAAA", "MX"]],
    ["no usable MX record", { mx: ["-bad.test"] }, "malformed", ["A", "AAAA", "MX"]],
    ["a temporary failure weighs more", { a: down, mx: ["-bad.test"] }, "unknown", ["A", "AAAA", "MX"]],
    ["any failure weighs more than a null MX", { a: useless, mx: [nullMx] }, "unanswerable", ["A", "AAAA", "MX"]],
    ["a permanent failure weighs less", { a: useless, mx: ["-bad.test"] }, "malformed", ["A", "AAAA", "MX"]],
    ["nothing", {}, "not-found", ["A", "AAAA", "MX"]],
  ])("%s", async (_case, zone, kind, queries) => {
    const resolver = fakeResolver({ "x.test": zone });
    const existence = await hostExistence(resolver, "x.test", { signal: new AbortController().signal });
    expect(existence.kind).toBe(kind);
    expect(resolver.asked).toEqual(queries.map((type) => `${type} x.test`));
  });
});
