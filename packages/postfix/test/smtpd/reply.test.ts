import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyCharacter } from "../../../../test/support/any-character.js";
import { fixDsn, splitDsn } from "../../src/smtpd/dsn.js";
import { sendable, writeReply } from "../../src/smtpd/reply.js";

const GENERIC = "450 4.7.1 Service unavailable";

describe("a reply", () => {
  it.each([
    ["is code, status code and text", 554, "5.7.1", "no", "554 5.7.1 no"],
    ["has blanks for controls", 554, "5.7.1", "a\r\nb\tc", "554 5.7.1 a  b c"],
    ["keeps letters", 554, "5.7.1", "ünï", "554 5.7.1 ünï"],
    ["is generic for a code out of range", 600, "5.7.1", "no", GENERIC],
    ["is generic for no status code", 554, "5.7", "no", GENERIC],
    ["is generic for a status code of no class", 554, "3.7.1", "no", GENERIC],
  ])("%s", (_what, code, dsn, text, line) => {
    expect(writeReply(code, dsn, text, true).line).toBe(line);
  });

  it("has a blank for each octet beyond ASCII without smtputf8_enable", () => {
    expect(writeReply(554, "5.7.1", "ün", false).line).toBe("554 5.7.1   n");
  });

  it("is one line, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 800 }), fc.boolean(), (text, utf8) => {
        expect(writeReply(554, "5.7.1", text, utf8).line).not.toMatch(/[\x00-\x1f\x7f]/);
      }),
    );
  });

  it("is not cut: a reply of 582 octets left a running smtpd whole", () => {
    const text = `Service unavailable; ${"t".repeat(551)}`;
    expect(writeReply(554, "5.7.1", text, false).line).toBe(`554 5.7.1 ${text}`);
  });

  it.each([
    ["504 4.5.2 x", false, "504 5.5.2 x"],
    ["504 5.5.2 x", true, "404 4.5.2 x"],
    ["450 5.1.8 x", false, "450 4.1.8 x"],
  ])("of %s with soft_bounce %s leaves as %s", (line, softBounce, sent) => {
    expect(sendable(line, softBounce)).toBe(sent);
  });
});

describe("a status code", () => {
  it.each([
    ["5.7.1 text", { dsn: "5.7.1", text: "text" }],
    ["5.7.1", { dsn: "5.7.1", text: "" }],
    ["5.7.1text", { dsn: "4.0.0", text: "5.7.1text" }],
    ["5.7777.1 text", { dsn: "4.0.0", text: "5.7777.1 text" }],
    ["3.7.1 text", { dsn: "4.0.0", text: "3.7.1 text" }],
  ])("is taken off %s", (text, split) => {
    expect(splitDsn(text, "4.0.0")).toEqual(split);
  });

  it.each([
    ["5.1.1", "Sender address", "4.1.7"],
    ["5.1.2", "Sender address", "4.1.8"],
    ["5.1.5", "Sender address", "4.1.0"],
    ["5.1.9", "Sender address", "4.1.0"],
    ["5.1.7", "Recipient address", "4.1.3"],
    ["5.1.8", "Recipient address", "4.1.2"],
    ["5.1.1", "Client host", "4.0.0"],
    ["5.7.1", "Sender address", "5.7.1"],
  ] as const)("%s for a %s becomes %s", (dsn, replyClass, fixed) => {
    expect(fixDsn(dsn, replyClass)).toBe(fixed);
  });
});
