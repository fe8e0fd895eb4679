import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createGuard,
  facts,
  type HeaderListItem,
  HeaderListReader,
  headerOriginatorsOwned,
  LIST_BLIND_TO,
  readHeaderBytes,
  readHeaderList,
} from "../../src/index.js";
import { FOREIGN, OWN, ownership } from "../rules/originator-verdicts.js";

/** What a host makes of octets before it hands on names and values. */
interface Host {
  /** Whether the blank behind the colon stays. */
  readonly leadingSpace: boolean;
  readonly fold: "\n" | "\r\n";
  /** Whether it ends lines at a bare LF, as Postfix does. */
  readonly endsAtLf: boolean;
  readonly controls: "kept" | "dropped";
  /** Whether what stands behind NUL is gone, as in C. */
  readonly cutsAtNul: boolean;
}

const host: fc.Arbitrary<Host> = fc.record({
  leadingSpace: fc.boolean(),
  fold: fc.constantFrom("\n", "\r\n"),
  endsAtLf: fc.boolean(),
  controls: fc.constantFrom("kept", "dropped"),
  cutsAtNul: fc.boolean(),
});
const PLAIN: Host = { leadingSpace: true, fold: "\n", endsAtLf: true, controls: "kept", cutsAtNul: false };

/**
 * The fields that such a host sees in a header (latin1): up to the first line that is no field, blanks before the colon dropped, lines of
 * blanks alone left out, as a milter gets them.
 */
function listOf(raw: string, { leadingSpace, fold, endsAtLf, controls, cutsAtNul }: Host): HeaderListItem[] {
  const fields: [name: string, value: string][] = [];
  for (const line of raw.split(endsAtLf ? /\r?\n/ : "\r\n")) {
    const last = fields.at(-1);
    const [, name, value = ""] = /^([!-9;-~]+)[ \t]*:(.*)$/s.exec(line) ?? [];
    if (name !== undefined) fields.push([name, value]);
    else if (/^[ \t]+$/.test(line)) continue;
    else if (/^[ \t]/.test(line) && last !== undefined) last[1] += fold + line;
    else break;
  }
  const octets = (text: string) => {
    const cut = cutsAtNul ? text.replace(/\0.*/s, "") : text;
    return Buffer.from(controls === "kept" ? cut : cut.replace(/[\0-\x08\x0b-\x1f\x7f](?!\n)/g, ""), "latin1");
  };
  return fields.map(([name, value]) => [name, octets(leadingSpace ? value : value.replace(/^[ \t]/, ""))]);
}

const PRESETS = ["default", "strict", "lenient"] as const;
const guards = PRESETS.map((preset) => createGuard({ rules: [headerOriginatorsOwned({ ownership, preset })] }));

/** Action and code under each preset, for either view. */
async function verdicts(raw: string, seenBy: Host) {
  const bytes = readHeaderBytes(Buffer.from(raw, "latin1"));
  const list = readHeaderList(listOf(raw, seenBy));
  const judge = async (headers: typeof bytes) => {
    const decisions = guards.map((guard) => guard.check(facts({ login: OWN, headers })));
    return (await Promise.all(decisions)).map(({ action, code }) => `${action} ${code}`);
  };
  return { ofBytes: await judge(bytes), ofList: await judge(list), hidden: bytes.anomalies, blindTo: list.blindTo };
}

const piece = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(OWN, FOREIGN, `<${OWN}>`, "Ann", "=?utf-8?Q?a?=", '"a b"', ", ", " ", "(c)"),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("\0", "\r", "\n", "\x07", "\r\n ", "\r\n\t", "\n ", "\r\n \r\n ", "\xc3\xa9", "\xff"),
  },
  { weight: 1, arbitrary: fc.constantFrom("x".repeat(978), "x".repeat(2_000), ":", ";", "@", '"') },
);
const value = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(` ${OWN}`, ` Ann <${OWN}>`, OWN, `\r\n ${OWN}`) },
  { weight: 3, arbitrary: fc.array(piece, { maxLength: 5 }).map((parts) => parts.join("")) },
);
const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("From", "Sender", "Resent-From", "X", "To") },
  {
    weight: 1,
    arbitrary: fc.constantFrom("From ", "X\t", " From", "X\xe9", ">From", "X Y", "X\r\n ", "no colon\r\nX", "X\0"),
  },
);
const message = fc
  .array(
    fc.tuple(name, value).map(([of, text]) => `${of}:${text}\r\n`),
    { minLength: 1, maxLength: 4 },
  )
  .map((lines) => lines.join(""));

describe("the list view", () => {
  test("judges as the octets are judged, or the octets are refused with a code that it named as unseen", async () => {
    let same = 0;
    let other = 0;
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(message, host, async (raw, seenBy) => {
        const { ofBytes, ofList, hidden, blindTo } = await verdicts(raw, seenBy);
        for (const [index, preset] of PRESETS.entries()) {
          if (preset === "lenient" || ofList[index] === ofBytes[index]) continue;
          expect(blindTo.map((code) => `reject ${code}`)).toContain(ofBytes[index]);
          other++;
        }
        // Lenient forgives some of what cannot be seen; nothing of it may be there.
        if (hidden.some(({ code }) => blindTo.includes(code))) return;
        expect(ofList).toEqual(ofBytes);
        same++;
        if (ofBytes[0] === "accept ok") accepted++;
      }),
      { numRuns: 1_500 },
    );
    expect(same).toBeGreaterThan(400);
    expect(accepted).toBeGreaterThan(50);
    expect(other).toBeGreaterThan(100);
  });

  test("is the same of fields that stand anywhere in octets", () => {
    fc.assert(
      fc.property(message, host, fc.nat(3), (raw, seenBy, gap) => {
        const items = listOf(raw, seenBy);
        const reader = new HeaderListReader({ maxLineOctets: 20, maxFields: 3 });
        const pieces = items.map(
          ([name, value]) => [Buffer.from(name as string, "latin1"), value as Uint8Array] as const,
        );
        const between = Buffer.alloc(gap, "\r\n ");
        const octets = Buffer.concat(pieces.flatMap(([name, value]) => [name, Buffer.from(" "), value, between]));
        let at = 0;
        for (const [name, value] of pieces) {
          const nameEnd = at + name.length;
          const end = nameEnd + 1 + value.length;
          reader.addPlaced(octets, at, nameEnd, end);
          at = end + gap;
        }
        const shown = ({ fields, ...rest }: ReturnType<typeof readHeaderList>) => ({
          ...rest,
          fields: fields.map(({ name, value, offset }) => [name, Buffer.from(value).toString("latin1"), offset]),
        });
        expect(shown(reader.section)).toEqual(shown(readHeaderList(items, { maxLineOctets: 20, maxFields: 3 })));
      }),
      { numRuns: 500 },
    );
  });

  test("of a header over its limit holds what stood before", () => {
    const reader = new HeaderListReader({ maxFields: 2 });
    for (const name of ["A", "B", "C", "D"]) reader.add(name, " 1");
    const { fields, anomalies, isLimitReached } = reader.section;
    expect(fields.map((field) => field.name)).toEqual(["A", "B"]);
    expect([isLimitReached, anomalies]).toEqual([true, [{ code: "header-too-long", offset: 2 }]]);
  });

  const from = `From: ${OWN}\r\n`;
  test.each<[code: string, raw: string, seenBy?: Partial<Host>]>([
    ["header-nul", `${from}X: a\0b\r\n`, { cutsAtNul: true }],
    ["header-bare-cr", `${from}X: a\rb\r\n`, { controls: "dropped" }],
    ["header-bare-lf", `${from}X: a\nY: b\r\n`],
    ["header-control", `${from}X: a\x07b\r\n`, { controls: "dropped" }],
    ["header-leading-space", ` X: 1\r\n${from}`],
    ["header-line-malformed", `${from}no colon\r\nFrom: ${FOREIGN}\r\n`],
    ["header-name-malformed", `From : ${OWN}\r\n`],
    ["header-whitespace-line", `${from}X: a\r\n \r\n b\r\n`],
    ["header-too-long", `${from}X: ${"x".repeat(996)}\r\n`, { leadingSpace: false }],
  ])("names %s, which it may miss", async (code, raw, seenBy = {}) => {
    const { ofBytes, ofList, blindTo } = await verdicts(raw, { ...PLAIN, ...seenBy });
    expect(ofBytes[0]).toBe(`reject ${code}`);
    expect(ofList[0]).not.toBe(ofBytes[0]);
    expect(blindTo).toContain(code);
  });

  test("sees a line that is over the limit by more than the blank behind a colon", async () => {
    const { ofList } = await verdicts(`${from}X:\r\n ${"x".repeat(998)}\r\n`, { ...PLAIN, leadingSpace: false });
    expect(ofList).toEqual(Array(3).fill("reject header-too-long"));
  });

  test("names nothing else but what only a body shows", () => {
    expect(LIST_BLIND_TO).toHaveLength(10);
    expect(LIST_BLIND_TO).toContain("smuggling");
  });
});
