import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseIpAddress } from "../../src/index.js";

const hex = (octets: readonly number[] | undefined) =>
  octets?.map((octet) => octet.toString(16).padStart(2, "0")).join("");

describe("parseIpAddress", () => {
  it.each([
    ["192.0.2.1", "c0000201"],
    ["0.0.0.0", "00000000"],
    ["255.255.255.255", "ffffffff"],
    ["::", "00".repeat(16)],
    ["::1", `${"00".repeat(15)}01`],
    ["1::", `0001${"00".repeat(14)}`],
    ["2001:DB8::1", `20010db8${"00".repeat(11)}01`],
    ["2001:db8:1:2:3:4:5:6", "20010db8000100020003000400050006"],
    ["64:ff9b::192.0.2.1", `0064ff9b${"00".repeat(8)}c0000201`],
    ["::ffff:192.0.2.1", "c0000201"],
    ["::ffff:c000:201", "c0000201"],
    ["0:0:0:0:0:ffff:192.0.2.1", "c0000201"],
  ])("reads %s", (text, expected) => {
    expect(hex(parseIpAddress(text))).toBe(expected);
  });

  it.each([
    "",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.256",
    "01.2.3.4",
    "1.2.3.4 ",
    "1..3.4",
    "0x1.2.3.4",
    "[192.0.2.1]",
    ":",
    ":::",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8",
    "1::2::3",
    "12345::",
    ":1::",
    "1::2:",
    "::1.2.3.4:5",
    "1.2.3.4::",
    "g::",
    "fe80::1%eth0",
    "IPv6:::1",
    `${"0".repeat(60)}::1`,
  ])("refuses %j", (text) => {
    expect(parseIpAddress(text)).toBeUndefined();
  });

  it("agrees with the platform", () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const octets = parseIpAddress(text);
        expect(octets === undefined).toBe(!URL.canParse(`http://[${text}]/`));
        if (octets?.length === 16) {
          const groups = Array.from({ length: 8 }, (_, at) =>
            (octets[2 * at]! * 256 + octets[2 * at + 1]!).toString(16),
          );
          expect(new URL(`http://[${groups.join(":")}]/`).hostname).toBe(new URL(`http://[${text}]/`).hostname);
        }
      }),
    );
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."0123456789abcdef:.x%"), maxLength: 60 }), (text) => {
        const octets = parseIpAddress(text);
        if (octets !== undefined) expect([4, 16]).toContain(octets.length);
      }),
    );
  });
});
