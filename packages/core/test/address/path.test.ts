import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyCharacter } from "../../../../test/support/any-character.js";
import { formatAddress, formatMailbox, parsePath, pathFromInternal } from "../../src/index.js";

const shown = (text: string) => {
  const path = parsePath(text);
  if (path.kind !== "mailbox") return path.kind === "null" ? "null" : `malformed at ${path.offset}`;
  return `${path.mailbox.localPart} | ${path.mailbox.domain.kind} ${path.mailbox.domain.ascii}`;
};

describe("parsePath", () => {
  it.each([
    ["", "null"],
    ["<>", "null"],
    ["alice@example.com", "alice | name example.com"],
    ["<alice@example.com>", "alice | name example.com"],
    ["Alice@EXAMPLE.com", "Alice | name example.com"],
    ["alice+news@example.com", "alice+news | name example.com"],
    ["a.b-c_d/e=f!g%h{i}@example.com", "a.b-c_d/e=f!g%h{i} | name example.com"],
    ["alice@example.com.", "alice | name example.com"],
    ["alice@[192.0.2.7]", "alice | literal [192.0.2.7]"],
    ["张伟@例子.example", "张伟 | name xn--fsqu00a.example"],
    ['"alice x"@example.com', "alice x | name example.com"],
    ['"a\\"b\\\\c"@example.com', 'a"b\\c | name example.com'],
    ['"alice@example.org"@example.com', "alice@example.org | name example.com"],
    ['"<>(),:;"@example.com', "<>(),:; | name example.com"],
    ['""@example.com', " | name example.com"],
    ["postmaster", "postmaster | none "],
    ['"post master"', "post master | none "],
    ["alice@a..b", "alice | invalid a..b"],
    ["alice@-a.example", "alice | invalid -a.example"],
    ["alice@1.2.3.4", "alice | invalid 1.2.3.4"],
  ])("reads %j as %s", (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it.each<[string, string, number]>([
    ["a lone angle", "<", 1],
    ["an angle that does not open", "alice@example.com>", 17],
    ["an angle that does not close", "<alice@example.com", 18],
    ["two angles", "<<alice@example.com>>", 1],
    ["a blank", " ", 0],
    ["a blank before", " alice@example.com", 0],
    ["a blank behind", "alice@example.com ", 6],
    ["a blank within the angles", "< alice@example.com>", 1],
    ["a comment", "(alice@example.com", 0],
    ["a comment behind", "alice@example.com(x)", 6],
    ["a comment in the local part", "al(x)ice@example.com", 2],
    ["a source route", "@bank.example,@example.com:ceo@bank.example", 0],
    ["an address without a local part", "@example.com", 0],
    ["an address without a domain behind its at sign", "alice@", 6],
    ["a second at sign", "alice@example.com@bank.example", 6],
    ["a second address", "alice@example.com,ceo@bank.example", 6],
    ["a leading dot", ".alice@example.com", 0],
    ["a trailing dot", "alice.@example.com", 0],
    ["two dots", "al..ice@example.com", 0],
    ["a backslash", "al\\ice@example.com", 2],
    ["a quote in the middle", 'al"ice"@example.com', 2],
    ["text behind a quoted local part", '"alice"x@example.com', 7],
    ["an open quote", '"alice@example.com', 18],
    ["an escape at the end", '"alice\\', 7],
    ["a line end", "alice\r\n@example.com", 5],
    ["a line end in the domain", "alice@example.com\r\nRCPT TO:", 6],
    ["a NUL", "alice\0@example.com", 5],
    ["a NUL in quotes", '"ali\0ce"@example.com', 4],
    ["a C1 control", "ali\u0085ce@example.com", 3],
    ["a line separator", "ali\u2028ce@example.com", 3],
    ["half a surrogate pair", "ali\ud800ce@example.com", 3],
    ["a width variant in the domain", "alice@ｅxample.com", 6],
    ["a dot variant in the domain", "alice@example。com", 6],
    ["an invisible character in the domain", "alice@exa\u200bmple.com", 6],
  ])("takes %s for malformed", (_case, text, offset) => {
    expect(parsePath(text)).toEqual({ kind: "malformed", text, offset });
  });

  it("reads back what formatMailbox writes", () => {
    const localParts = fc
      .string({ unit: fc.oneof(fc.constantFrom(...'ab.@"\\ <>()é'), fc.string({ unit: "grapheme" })), minLength: 1 })
      .filter((text) => !/[\x00-\x1f\x7f\u0080-\u009f\u2028\u2029]|\p{Surrogate}/u.test(text));
    fc.assert(
      fc.property(localParts, fc.constantFrom("example.com", "bücher.example", "[192.0.2.1]"), (localPart, domain) => {
        const given = pathFromInternal(`${localPart}@${domain}`);
        expect(given.kind).toBe("mailbox");
        if (given.kind !== "mailbox") return;
        const read = parsePath(formatMailbox(given.mailbox));
        expect(read.kind).toBe("mailbox");
        if (read.kind !== "mailbox") return;
        expect(read.mailbox.localPart).toBe(localPart);
        expect(formatAddress(read.mailbox)).toBe(formatAddress(given.mailbox));
      }),
    );
  });

  it("never throws, and keeps the text", () => {
    const odd = fc.string({ unit: fc.constantFrom(...'a@.<>"\\()[],:; \r\n\0é。\ud800') });
    fc.assert(
      fc.property(fc.oneof(odd, fc.string({ unit: anyCharacter })), (text) => {
        for (const parse of [parsePath, pathFromInternal]) {
          const path = parse(text);
          expect(path.text).toBe(text);
          if (path.kind === "malformed") {
            expect(path.offset).toBeGreaterThanOrEqual(0);
            expect(path.offset).toBeLessThanOrEqual(text.length);
          }
          if (path.kind === "mailbox") expect(formatMailbox(path.mailbox)).not.toMatch(/[\r\n\0]/);
        }
      }),
    );
  });

  it.each(["a", '"', "\\", "é", "@", "a@", "é.", "<", "\ud800", '"\\'])("is not slow on 64 KiB of %j", (part) => {
    const text = part.repeat((64 * 1024) / part.length + 1);
    expect(parsePath(text).text).toBe(text);
    expect(pathFromInternal(text).text).toBe(text);
    expect(parsePath(text).kind).toBe("malformed");
  });
});

describe("pathFromInternal", () => {
  it.each([
    ["", "null"],
    ["alice@example.com", "alice | example.com"],
    ["alice x@example.com", "alice x | example.com"],
    ['"alice"@example.com', '"alice" | example.com'],
    ["alice@example.org@example.com", "alice@example.org | example.com"],
    ["alice", "alice | "],
    ["@example.com", " | example.com"],
    ["alice\r\n@example.com", "malformed"],
    ["alice\0@example.com", "malformed"],
    ["alice@example.com\n", "malformed"],
  ])("reads %j as %s", (text, expected) => {
    const path = pathFromInternal(text);
    const got = path.kind === "mailbox" ? `${path.mailbox.localPart} | ${path.mailbox.domain.ascii}` : path.kind;
    expect(got).toBe(expected);
  });
});

describe("formatMailbox", () => {
  it.each([
    ["alice@EXAMPLE.com", "alice@example.com"],
    ["alice x@example.com", '"alice x"@example.com'],
    ['a"b\\c@example.com', '"a\\"b\\\\c"@example.com'],
    [".alice@example.com", '".alice"@example.com'],
    ["@example.com", '""@example.com'],
    ["张伟@例子.example", "张伟@xn--fsqu00a.example"],
    ["alice", "alice"],
  ])("writes %j as %s", (text, expected) => {
    const path = pathFromInternal(text);
    expect(path.kind === "mailbox" && formatMailbox(path.mailbox)).toBe(expected);
  });
});
