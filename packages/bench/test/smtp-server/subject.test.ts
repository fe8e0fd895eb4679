import { expect, it } from "vitest";
import { messageOf } from "../../src/smtp-server/subject.js";

it.each([2_000, 10_000_000])(
  "a message of %i octets has that many before its end, and no line that would be stuffed",
  (octets) => {
    const text = messageOf(octets).toString("latin1");
    expect(text.slice(0, 34)).toBe("From: User One <user1@example.com>");
    expect(text.indexOf("\r\n.\r\n")).toBe(octets);
    expect(text).toHaveLength(octets + "\r\n.\r\n".length);
  },
);
