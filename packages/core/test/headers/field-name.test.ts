import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FieldNames } from "../../src/headers/field-name.js";
import { latin1 } from "../../src/headers/octets.js";
import { readHeaderBytes } from "../../src/headers/read-bytes.js";

const NAMES = ["from", "sender", "author", "resent-from", "resent-sender"] as const;
const names = new FieldNames(NAMES);

/** The name that octets have, and the name that a field has whose name is text. */
function both(octets: Uint8Array): readonly (string | undefined)[] {
  const [field] = readHeaderBytes(octets).fields;
  return field === undefined ? [] : [names.of(field), names.of({ name: field.name, value: field.value, offset: 0 })];
}

describe("the names of fields", () => {
  it.each([
    ["From", "from"],
    ["FROM", "from"],
    ["Sender \t ", "sender"],
    ["aUTHOR", "author"],
    ["Resent-From", "resent-from"],
    ["resent-SENDER", "resent-sender"],
    ["Resent-Sende", undefined],
    ["Resent-Senders", undefined],
    ["Return-Path", undefined],
    ["Date", undefined],
    ["X-From", undefined],
    ["Fr\u00f6m", undefined],
    ["Resent\rFrom", undefined],
    [" From", undefined],
    ["Fro m", undefined],
    ["", undefined],
  ])("%j is %s", (written, name) => {
    expect(both(Buffer.from(`${written}: a@b.example\r\n\r\n`, "latin1"))).toEqual([name, name]);
  });

  it.each(["X-AZ", "x-az"])("%s is told by its first letter and its last, too", (written) => {
    const [field] = readHeaderBytes(Buffer.from(`${written}: a\r\n\r\n`)).fields;
    expect(new FieldNames(["x-az"]).of(field!)).toBe("x-az");
  });

  it("are the same in octets as in text, whatever is done to them", () => {
    const anyCase = fc
      .tuple(fc.constantFrom(...NAMES), fc.nat(15))
      .map(([name, at]) => name.slice(0, at) + name.charAt(at).toUpperCase() + name.slice(at + 1));
    const octet = fc.oneof(fc.constantFrom(0x20, 0x09, 0x2d, 0x0d, 0x00), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(anyCase, fc.nat(15), fc.nat(2), fc.array(octet, { maxLength: 2 }), (name, at, cut, put) => {
        const text = name.slice(0, at) + latin1(Uint8Array.from(put)) + name.slice(at + cut);
        const [octets, list] = both(Buffer.from(`${text}:\r\n\r\n`, "latin1"));
        expect(octets).toBe(list);
      }),
      { numRuns: 1_000 },
    );
  });
});
