import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBase64, decodeStrictly } from "../../src/json/base64.js";

describe.each([
  ["with the host's decoder", decodeBase64],
  ["on any host", decodeStrictly],
])("%s", (_host, decode) => {
  it("decodes what Node encodes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(decode(Buffer.from(bytes).toString("base64"))).toEqual({ ok: true, bytes });
      }),
    );
  });

  it("gives each octet string one encoding", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.stringMatching(/^[A-Za-z0-9+/]{0,6}={0,3}$/)), (text) => {
        const decoded = decode(text);
        if (decoded.ok) expect(Buffer.from(decoded.bytes).toString("base64")).toBe(text);
        else expect(decoded.offset).toBeLessThanOrEqual(text.length);
      }),
    );
  });

  it.each([
    ["padding alone", "="],
    ["padding alone", "===="],
    ["missing padding", "QQ"],
    ["one digit", "Q"],
    ["bits behind the last octet", "QR=="],
    ["bits behind the last octet", "QUJ="],
    ["a line end", "QUJD\r\nQUJD"],
    ["the URL alphabet", "-_-_"],
    ["padding within", "QQ==QQ=="],
    ["a letter beyond ASCII", "QUJé"],
  ])("refuses %s: %j", (_what, text) => {
    expect(decode(text).ok).toBe(false);
  });
});
