import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readClosely } from "../../src/headers/display.js";
import { isPlainName } from "../../src/headers/plain-name.js";
import { mutantsOf } from "./mutants.js";

const NOTHING = { addresses: [], control: false, bidi: false, unknownCharset: false, brokenEncodedWord: false };

const PLAIN = [
  "",
  "Doe, Jane?",
  "\tRenée Müller",
  "=?UTF-8?Q?Ren=C3=A9e_M=c3=bcller?=",
  "=?utf-8?q??=",
  "=?utf-8?q?=E3=82=AF?= A =?utf-8?q?_=20=09?=?x",
  "クー 김",
  "À\u07ff\u1000\u1fff\u3000\ucfff",
  "=?utf-8?q?=C3=80=DF=BF=E1=80=80=E3=80=80=EC=80=80?=",
];

const OTHER = [
  "a@b.example",
  "a=b",
  "\x01",
  "\x7f",
  "\u0085",
  "\u0800",
  "\u2000",
  "\u202e",
  "\ud000",
  "\u2028",
  "\uff20",
  "\ufe6b",
  "=?utf-8?q?a=40b.example?=",
  "=?utf-8?q?a@b.example?=",
  "=?utf-8?q?=00?=",
  "=?utf-8?q?=3D?=",
  "=?utf-8?q?=C2=85?=",
  "=?utf-8?q?=E2=80=AE?=",
  "=?utf-8?q?=EF=BC=A0?=",
  "=?utf-8?q?=C3?=",
  "=?utf-8?q?=C3?= =?utf-8?q?=A9?=",
  "=?utf-8?q?=C3a?=",
  "=?utf-8?q?=C3a=A9?=",
  "=?utf-8?q?a=C3=40b.example?=",
  "=?utf-8?q?=C3=C0?=",
  "=?utf-8?q?=C3=C3?=",
  "=?utf-8?q?=80?=",
  "=?utf-8?q?=80=C3=A9?=",
  "=?utf-8?q?=C3=A",
  "=?utf-8?q?=4?=",
  "=?utf-8?q?=4/?=",
  "=?utf-8?q?=4:?=",
  "=?utf-8?q?a=4@b.example?=",
  "=?utf-8?q?a b?=",
  "=?utf-8?q?é?=",
  "=?utf-8?q?a?b?=",
  "=?utf-8?q?a?@b.example",
  "=?utf-8?q?a",
  "=?utf-8?b?YQ==?=",
  "=?utf-7?q?+AEA-?=",
  "=?x?q?a?=",
];

describe("a plain name", () => {
  it.each(PLAIN)("%j shows nothing", (text) => {
    expect([isPlainName(text), readClosely(text, 10)]).toEqual([true, NOTHING]);
  });

  it.each(OTHER)("%j takes a closer look", (text) => {
    expect(isPlainName(text)).toBe(false);
  });

  it("shows nothing, whatever is done to it, or takes a closer look", () => {
    const octet = fc.nat(255).map((value) => `=${value.toString(16).padStart(2, "0")}`);
    const piece = fc.oneof(
      octet,
      fc.constantFrom("=?", "?=", "=?utf-8?q?", "@", "=", "?", "_", " ", "a.b", "40", "\u0085", "\uff20", "é"),
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    );
    let plain = 0;
    fc.assert(
      fc.property(mutantsOf([...PLAIN, ...OTHER], piece, 4), (changed) => {
        if (!isPlainName(changed)) return;
        plain++;
        expect(readClosely(changed, 10)).toEqual(NOTHING);
      }),
      { numRuns: 10_000 },
    );
    expect(plain).toBeGreaterThan(500);
  });

  it("is made of letters that show nothing, each of them, written out or in a word", () => {
    let plain = 0;
    for (let row = 0; row < 0x10000; row += 0x100) {
      const chars = Array.from({ length: 0x100 }, (_, column) => String.fromCharCode(row + column));
      for (const written of [(char: string) => char, wordOf]) {
        const taken = chars.map(written).filter(isPlainName);
        plain += taken.length;
        expect([row, readClosely(taken.join("a"), 10)]).toEqual([row, NOTHING]);
      }
    }
    expect(plain).toBeGreaterThan(80_000);
  });
});

function wordOf(char: string): string {
  const escapes = Array.from(Buffer.from(char), (octet) => `=${octet.toString(16).padStart(2, "0")}`);
  return `=?utf-8?q?${escapes.join("")}?=`;
}
