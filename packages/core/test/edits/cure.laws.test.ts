import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  applyEdits,
  type CureOptions,
  createGuard,
  cure,
  type Decision,
  facts,
  formatAddress,
  headerOriginatorsOwned,
  mayUse,
  type OriginatorPreset,
  readHeaderBytes,
  readHeaderList,
  readMessage,
  readOriginators,
} from "../../src/index.js";
import { FOREIGN, OWN, ownership as ownedHere, withLines } from "../rules/originator-verdicts.js";
import { corpus, type Mail } from "./corpus.js";

const OPTIONS: readonly Partial<CureOptions>[] = [
  {},
  { keepClaim: "Reply-To", removeSignatures: true },
  { keepClaim: "X-Original-From" },
];
const PRESETS = ["default", "strict", "lenient", "relaxed-resent"] as const;
const CURED = /^(?:from|sender|resent-from|resent-sender|author|reply-to|x-original-from|dkim-signature)$/i;

const text = (octets: Uint8Array) => Buffer.from(octets).toString("latin1");

/** Every field that no cure touches, and the body, as octets. */
function others(raw: Uint8Array): readonly string[] {
  const { headers, bodyOffset } = readMessage(raw);
  const fields = headers.fields.filter(({ name }) => !CURED.test(name.trimEnd()));
  return [...fields.map(({ name, value }) => `${name}:${text(value)}`), text(raw.subarray(bodyOffset))];
}

/** The addresses that a reader may show as the sender. */
function claims(raw: Uint8Array) {
  const fields = readOriginators(readHeaderBytes(raw));
  return fields.flatMap(({ mailboxes }) => mailboxes.map(({ address }) => address));
}

/** Cures a message, checks the laws on what comes out, and returns the decision. */
async function checkLaws(mail: Mail, preset: OriginatorPreset, options: Partial<CureOptions>): Promise<Decision> {
  const { login, ownership, envelopeFrom, raw } = mail;
  const rule = headerOriginatorsOwned({ ownership, preset });
  const plain = createGuard({ rules: [rule] });
  const curing = createGuard({ rules: [cure(rule, { ownership, to: "envelope", preset, ...options })] });
  const judge = (guard: typeof plain, octets: Uint8Array) =>
    guard.check(facts({ login, envelopeFrom, headers: readMessage(octets).headers }));

  const [before, decision] = [await judge(plain, raw), await judge(curing, raw)];
  if (before.action === "accept" || decision.action !== "accept") {
    expect([decision.action, decision.code, decision.edits]).toEqual([before.action, before.code, []]);
    return decision;
  }
  const after = applyEdits(raw, decision.edits);
  expect((await judge(plain, after)).code).toBe("ok");
  expect(others(after)).toEqual(others(raw));
  const known = new Set(claims(raw).map(formatAddress));
  for (const address of claims(after)) {
    if (known.has(formatAddress(address))) continue;
    expect(await mayUse(ownership, login, address, { role: "author" })).toMatchObject({ kind: "yes" });
  }
  for (const edit of decision.edits) {
    if (!("value" in edit)) continue;
    const lines = `${edit.name}: ${edit.value}`.split("\r\n");
    expect(lines.every((line) => Buffer.byteLength(line) <= 998 && !/[\r\n\0]/.test(line))).toBe(true);
    expect(lines.slice(1).every((line) => /^[ \t]+[^ \t]/.test(line))).toBe(true);
  }
  return decision;
}

const piece = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(OWN, FOREIGN, "press@example.com", `<${FOREIGN}>`, `<${OWN}>`, ", ", " ", "\r\n "),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "Ann",
      '"a, b"',
      "(c)",
      `"${FOREIGN}"`,
      "=?utf-8?B?YUBiLmNvbQ==?=",
      "=?utf-8?Q?=C3=A9?=",
      "é",
      "Grp:",
      ";",
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 5 }) },
);
const value = fc.oneof(
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom("", '"Böss" ', "=?utf-8?Q?=E2=80=AEa?= ", `"${FOREIGN}" `, "Ann B. (x) "),
        fc.constantFrom(OWN, FOREIGN),
      )
      .map(([name, address]) => `${name}<${address}>`),
  },
  { weight: 1, arbitrary: fc.array(piece, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("")) },
);
const line = fc
  .tuple(
    fc.constantFrom("From", "From", "FROM", "Sender", "Resent-From", "Author", "Reply-To", "X-A", "DKIM-Signature"),
    value,
  )
  .map(([name, of]) => `${name}: ${of}`);

describe("laws of cures", () => {
  test.each(PRESETS)("every message of the corpus, under the preset %s", async (preset) => {
    let cured = 0;
    for (const mail of corpus) {
      for (const options of OPTIONS) {
        const { edits } = await checkLaws(mail, preset, options);
        if (edits.length > 0) cured++;
      }
    }
    expect(cured).toBeGreaterThan(0);
  });

  test("made messages", async () => {
    let cured = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(...OPTIONS),
        fc.constantFrom(...PRESETS),
        async (lines, options, preset) => {
          const raw = new TextEncoder().encode(
            withLines(`From: ${FOREIGN}`, ...lines.slice(0, -1), lines.at(-1)!).replace(
              lines.length % 2 === 0 ? `From: ${FOREIGN}\r\n` : "",
              "",
            ),
          );
          const mail = { login: OWN, ownership: ownedHere, envelopeFrom: OWN, raw };
          const { edits } = await checkLaws(mail, preset, options);
          if (edits.length > 0) cured++;
        },
      ),
      { numRuns: 1_000 },
    );
    expect(cured).toBeGreaterThan(200);
  });

  test("in the list view the edits are the same", async () => {
    for (const mail of corpus) {
      const { login, ownership, envelopeFrom, raw } = mail;
      const rule = cure(headerOriginatorsOwned({ ownership }), { ownership, to: "envelope", keepClaim: "Reply-To" });
      const guard = createGuard({ rules: [rule] });
      const { headers } = readMessage(raw);
      if (headers.anomalies.length > 0) continue;
      const list = readHeaderList(headers.fields.map(({ name, value: octets }) => [name, octets] as const));
      const [bytes, names] = [headers, list].map((view) => guard.check(facts({ login, envelopeFrom, headers: view })));
      expect((await names!).edits).toEqual((await bytes!).edits);
    }
  });
});
