import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyCharacter } from "../../../../test/support/any-character.js";
import { readHeaderBytes, readHeaderList, readMessage, readOriginators } from "../../src/index.js";
import { base64, decide, FOREIGN, OWN, withLines } from "./originator-verdicts.js";

/** Octets of which most mean something to a header. */
const headerOctets = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...'\r\n\t :,;<>@()[]"\\.=?_-+\0%'.split("")) },
      { weight: 2, arbitrary: fc.constantFrom("From:", "Sender:", "\r\n", "\r\n ", OWN, FOREIGN, "=?utf-8?Q?", "?=") },
      { weight: 1, arbitrary: fc.string({ unit: anyCharacter, maxLength: 4 }) },
    ),
    { maxLength: 60 },
  )
  .map((parts) => new TextEncoder().encode(parts.join("")));

const ATOM = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/^_`{|}~éß漢";
const atom = fc.string({ unit: fc.constantFrom(...ATOM), minLength: 1, maxLength: 8 });
const quoted = fc
  .string({ unit: fc.constantFrom(..."abc ,;:<>()[].é漢"), maxLength: 10 })
  .map((text) => `"${text}\\"\\\\"`);
const encoded = fc
  .string({ unit: fc.constantFrom(..."Alice é漢€"), minLength: 1, maxLength: 8 })
  .map((text) => `=?utf-8?B?${base64(text)}?=`);
const comment = fc.constantFrom("(c)", "(a (b) c)", "(\\))", "()");
const cfws = fc.oneof(
  fc.constantFrom(" ", "\t", "\r\n (f) ", "  "),
  comment.map((text) => ` ${text} `),
);
const optional = (of: fc.Arbitrary<string>) => fc.oneof(fc.constant(""), of);
const phrase = fc
  .array(fc.tuple(fc.oneof(atom, quoted, encoded), cfws), { minLength: 1, maxLength: 4 })
  .map((words) => words.flat().join(""));
const address = fc.constantFrom(
  OWN,
  '"alice"@example.com',
  "alice@EXAMPLE.com",
  "press@example.com",
  "alice@bücher.example",
);
const mailbox = fc.oneof(
  fc.tuple(optional(cfws), address, optional(cfws)).map((parts) => parts.join("")),
  fc
    .tuple(optional(cfws), optional(phrase), optional(cfws), address, optional(cfws), optional(cfws))
    .map(([a, name, b, of, c, d]) => `${a}${name}<${b}${of}${c}>${d}`),
);
const honestFrom = fc.array(mailbox, { minLength: 1, maxLength: 3 }).map((list) => list.join(","));

describe("laws of the originator judge", () => {
  test("no octets make a reader throw, and what it keeps is bounded", () => {
    fc.assert(
      fc.property(headerOctets, fc.uint8Array({ maxLength: 40 }), (octets, tail) => {
        const raw = Uint8Array.from([...octets, ...tail]);
        const { headers, bodyOffset } = readMessage(raw);
        expect(bodyOffset).toBeLessThanOrEqual(raw.length);
        expect(headers.anomalies.length).toBeLessThan(16);
        for (const { mailboxes, anomalies, shown } of readOriginators(headers)) {
          expect(mailboxes.length).toBeLessThanOrEqual(raw.length);
          expect(shown.length).toBeLessThanOrEqual(raw.length);
          expect(anomalies.length).toBeLessThan(24);
        }
        readHeaderList([
          [octets, tail],
          [tail, octets],
        ]);
      }),
      { numRuns: 2_000 },
    );
  });

  test("no octets make the rule do anything but decide", async () => {
    await fc.assert(
      fc.asyncProperty(headerOctets, async (octets) => {
        const decision = await decide(Uint8Array.from([...new TextEncoder().encode("From: "), ...octets]));
        expect(decision.action).not.toBe("defer");
      }),
      { numRuns: 2_000 },
    );
  });

  test("the octets of a message are found again in its fields", () => {
    fc.assert(
      fc.property(headerOctets, (octets) => {
        const { fields } = readHeaderBytes(octets);
        for (const { name, value, offset } of fields) {
          expect(String.fromCharCode(...octets.subarray(offset, offset + name.length))).toBe(name);
          expect(octets[offset + name.length]).toBe(0x3a);
          const start = offset + name.length + 1;
          expect([...octets.subarray(start, start + value.length)]).toEqual([...value]);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test("what the strict grammar makes of own addresses is accepted", async () => {
    await fc.assert(
      fc.asyncProperty(honestFrom, async (value) => {
        const { action, code } = await decide(withLines(`From:${value}`));
        expect([action, code]).toEqual(["accept", "ok"]);
      }),
      { numRuns: 1_000 },
    );
  });

  test("a foreign mailbox at any place of an honest list is refused", async () => {
    const forged = fc
      .tuple(fc.array(mailbox, { maxLength: 2 }), mailbox, fc.array(mailbox, { maxLength: 2 }))
      .map(([before, bad, after]) => [
        ...before,
        bad.replace(/"?alice"?@(example\.com|EXAMPLE\.com|bücher\.example)|press@example\.com/, FOREIGN),
        ...after,
      ])
      .map((list) => list.join(","));
    await fc.assert(
      fc.asyncProperty(forged, async (value) => {
        expect(await decide(withLines(`From:${value}`))).toMatchObject({ action: "reject", code: "from-not-owned" });
      }),
      { numRuns: 500 },
    );
  });

  test("a foreign address put anywhere into an honest From is refused", async () => {
    await fc.assert(
      fc.asyncProperty(honestFrom, fc.nat(), async (value, at) => {
        const place = at % (value.length + 1);
        const mutated = `${value.slice(0, place)} ${FOREIGN} ${value.slice(place)}`;
        const { action } = await decide(withLines(`From:${mutated}`));
        expect(action).toBe("reject");
      }),
      { numRuns: 1_000 },
    );
  });

  test("a second From, wherever and however written, is refused", async () => {
    const field = fc.constantFrom("From:", "from: ", "FROM :", "From\t:", "fROM:\r\n ");
    await fc.assert(
      fc.asyncProperty(field, field, fc.boolean(), async (first, second, swap) => {
        const lines = [`${first}${OWN}`, `${second}${FOREIGN}`];
        expect((await decide(withLines(...(swap ? lines.toReversed() : lines)))).action).toBe("reject");
      }),
      { numRuns: 100 },
    );
  });
});
