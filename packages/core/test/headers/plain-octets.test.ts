import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PlainOctets } from "../../src/headers/plain-octets.js";

/** The same, octet by octet. */
function firstControl(bytes: Uint8Array, from: number, stop: number): number {
  let at = from;
  while (at < stop && bytes[at]! >= 0x20 && bytes[at] !== 0x7f) at++;
  return at;
}

/** Octets beside those that are judged: few are judged one by one, many in words. */
const BESIDE = [0, 256];

describe("the end of plain octets", () => {
  it.each(BESIDE)("is the first control, whatever stands beside it, before %i octets", (more) => {
    for (let octet = 0; octet < 256; octet++) {
      for (const beside of [0x00, 0x1f, 0x20, 0x7e, 0x7f, 0x80, 0xff]) {
        for (let place = 0; place < 4; place++) {
          const bytes = new Uint8Array(9 + more).fill(0x20).fill(beside, place + 1);
          bytes[place] = octet;
          expect([octet, beside, place, new PlainOctets(bytes).end(0, 9)]).toEqual([
            octet,
            beside,
            place,
            firstControl(bytes, 0, 9),
          ]);
        }
      }
    }
  });

  it.each(BESIDE)("is the same as octet by octet, wherever in a buffer, before %i octets", (more) => {
    const octet = fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 0x20, max: 0xff }) },
      fc.constantFrom(0, 9, 10, 13, 0x1f, 0x7f),
    );
    fc.assert(
      fc.property(fc.array(octet, { maxLength: 40 }), fc.nat(7), fc.nat(40), fc.nat(40), (octets, lead, a, b) => {
        const buffer = Uint8Array.from([...new Array<number>(lead).fill(0), ...octets, ...Array(more + 4).fill(0)]);
        const bytes = buffer.subarray(lead, lead + octets.length + more);
        const stop = Math.min(Math.max(a, b), octets.length);
        const from = Math.min(a, b, stop);
        expect(new PlainOctets(bytes).end(from, stop)).toBe(firstControl(bytes, from, stop));
      }),
      { numRuns: 2_000 },
    );
  });
});
