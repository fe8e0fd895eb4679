import { isFromguardError } from "@fromguard/core";
import { formatListenAddress, parseListenAddress } from "@fromguard/node";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

describe("an address to listen on", () => {
  test.each([
    ["127.0.0.1:10040", { kind: "tcp", host: "127.0.0.1", port: 10040 }],
    ["0.0.0.0:0", { kind: "tcp", host: "0.0.0.0", port: 0 }],
    ["[::1]:0", { kind: "tcp", host: "::1", port: 0 }],
    ["localhost:25", { kind: "tcp", host: "localhost", port: 25 }],
    ["inet:127.0.0.1:10040", { kind: "tcp", host: "127.0.0.1", port: 10040 }],
    ["unix:/run/fromguard/policy", { kind: "unix", path: "/run/fromguard/policy" }],
    ["systemd:policy", { kind: "systemd", name: "policy" }],
    ["systemd:fromguard-policy.socket", { kind: "systemd", name: "fromguard-policy.socket" }],
  ])("%s is read", (text, expected) => {
    expect(parseListenAddress(text)).toEqual(expected);
  });

  test.each([
    ["", "no text"],
    ["10040", "no host"],
    [":10040", "an empty host"],
    ["127.0.0.1", "no port"],
    ["127.0.0.1:65536", "a port over 65535"],
    ["127.0.0.1:-1", "a negative port"],
    ["127.0.0.256:1", "no IPv4 address"],
    ["1.2:1", "half an IPv4 address"],
    ["::1:25", "IPv6 without brackets"],
    ["[127.0.0.1]:25", "IPv4 in brackets"],
    ["unix:relative", "a relative path"],
    ["unix:", "no path"],
    [`unix:/${"x".repeat(120)}`, "a path that the system would cut"],
    [`unix:/${"x".repeat(95)}/s`, "a folder in which no private one has room"],
    ["a\r\nb:1", "a line break"],
    ["systemd:", "no name"],
    ["systemd:a:b", "a name with a colon"],
    ["systemd:a b", "a name with a blank"],
  ])("%j is refused: %s", (text) => {
    const error = caught(() => parseListenAddress(text));
    expect(isFromguardError(error) && error.code).toBe("FG_CONFIG_INVALID");
    expect((error as Error).message).toMatch(/^[\x20-\x7e]+$/);
  });

  test("whatever is read is formatted to the same address, and nothing else is thrown", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((path) => `unix:/${path}`),
          fc.string().map((name) => `systemd:${name}`),
          fc.ipV6().map((ip) => `[${ip}]:25`),
        ),
        (text) => {
          try {
            const address = parseListenAddress(text);
            expect(parseListenAddress(formatListenAddress(address))).toEqual(address);
          } catch (error) {
            expect(isFromguardError(error)).toBe(true);
          }
        },
      ),
    );
  });
});

function caught(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}
