import { describe, expect, it } from "vitest";
import { readReplyFilter } from "../../src/restrictions/reply-filter.js";

describe("a filter of the answers of a DNS list", () => {
  it.each([
    ["127.0.0.2", "127.0.0.2", true],
    ["127.0.0.2", "127.0.0.3", false],
    ["127.0.0.[2;4..8]", "127.0.0.4", true],
    ["127.0.0.[2;4..8]", "127.0.0.8", true],
    ["127.0.0.[2;4..8]", "127.0.0.3", false],
    ["127.[0..1].[0].002", "127.1.0.2", true],
    ["[127.0.0.2]", "127.0.0.2", true],
    ["[127].0.0.[2]", "127.0.0.2", true],
  ])("%s of %s is %s", (pattern, address, passes) => {
    expect(readReplyFilter(pattern)?.(address)).toBe(passes);
  });

  it.each([
    "",
    "127.0.0",
    "127.0.0.256",
    "127.0.0.[8..4]",
    "127.0.0.[2",
    "127.0.0.[]",
    "127.0.0.2.3",
    "127.0.0.2 ",
    "a",
  ])("%j is none", (pattern) => {
    expect(readReplyFilter(pattern)).toBeUndefined();
  });
});
