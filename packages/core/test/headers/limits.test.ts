import { describe, expect, test } from "vitest";
import {
  checkLimits,
  createGuard,
  envelopeHeaderAligned,
  type FromguardError,
  facts,
  HEADER_LIMITS,
  type HeaderSection,
  headerOriginatorsOwned,
  localOriginatorsMatchEnvelope,
  loginEqualsSenders,
  MESSAGE_LIMITS,
  type MessageLimits,
  ownedAddresses,
  parseTransaction,
  type Rule,
  readHeaderBytes,
  readHeaderList,
  stampLogin,
} from "../../src/index.js";

const ALICE = "alice@example.com";
const ownership = ownedAddresses({ [ALICE]: [ALICE] });

/** Every rule that reads a header, as who it is for. */
const RULES: readonly (readonly [rule: Rule, who: object])[] = [
  [headerOriginatorsOwned({ ownership }), { login: ALICE }],
  [headerOriginatorsOwned({ ownership, preset: "lenient" }), { login: ALICE }],
  [headerOriginatorsOwned({ ownership, preset: "relaxed-resent" }), { login: ALICE }],
  [envelopeHeaderAligned(), { login: null }],
  [localOriginatorsMatchEnvelope(), { login: null, localUser: "alice" }],
  [loginEqualsSenders(), { login: ALICE }],
];

const from = (value: string) => [["From", ` ${value}`]] as const;
const plain = from(ALICE);
const line = (octets: number) => [...plain, ["X", "x".repeat(octets - 2)]] as const;
const fields = (count: number) => [...plain, ...Array.from({ length: count - 1 }, () => ["X", "x"] as const)];
/** A section of that many octets, `From: alice@example.com` and its empty line included, in lines of at most 900. */
const octets = (count: number) => {
  const list: (readonly [string, string])[] = [...plain];
  for (let left = count - 27; left > 0; left -= 900) list.push(["X", "x".repeat(Math.min(left, 900) - 4)]);
  return list;
};
const nested = (depth: number) => from(`${"(".repeat(depth)}${")".repeat(depth)} ${ALICE}`);
const mailboxes = (count: number) => from(Array(count).fill(ALICE).join(",\r\n "));
const shown = (count: number) => from(`"${Array(count).fill(ALICE).join("\r\n ")}" <${ALICE}>`);

type Fields = readonly (readonly [string, string])[];

/** A limit, what is just within it, and what is not, for a limit of that size. */
const CASES: readonly (readonly [limit: keyof typeof HEADER_LIMITS, small: number, make: (size: number) => Fields])[] =
  [
    ["maxHeaderOctets", 60, octets],
    ["maxLineOctets", 30, line],
    ["maxFields", 3, fields],
    ["maxMailboxes", 2, mailboxes],
    ["maxMailboxes", 2, shown],
    ["maxNesting", 2, nested],
  ];

function bytesView(list: Fields, limits?: Partial<MessageLimits>): HeaderSection {
  return readHeaderBytes(
    new TextEncoder().encode(`${list.map(([name, value]) => `${name}:${value}\r\n`).join("")}\r\n`),
    limits,
  );
}

const VIEWS = { bytes: bytesView, list: readHeaderList } as const;

async function codeOf(rule: Rule, who: object, headers: HeaderSection): Promise<string> {
  const decision = await createGuard({ rules: [rule] }).check(
    facts({ login: null, localUser: null, client: null, envelopeFrom: ALICE, ...who, headers }),
  );
  return `${decision.action} ${decision.code}`;
}

const cases = CASES.flatMap(([limit, small, make]) =>
  (["bytes", "list"] as const).map((view) => [limit, make.name, view, small, make] as const),
);

describe("limits of a header", () => {
  test.each(cases)(
    "%s (%s) in the %s view admits what is within and refuses what is not",
    async (limit, _, view, small, make) => {
      for (const [size, limits] of [
        [small, { [limit]: small }],
        [HEADER_LIMITS[limit], undefined],
      ] as const) {
        if (size > 100 && make === shown) continue;
        const within = VIEWS[view](make(size), limits);
        const over = VIEWS[view](make(make === octets ? size + 10 : size + 1), limits);
        for (const [rule, who] of RULES) {
          const several = size > 1 && (make === mailboxes || make === shown);
          if (!several) expect(await codeOf(rule, who, within)).toBe("accept ok");
          expect(await codeOf(rule, who, over)).toBe("reject header-too-long");
        }
      }
    },
  );

  test("are those of the policy for whoever reads a transaction", async () => {
    const message = Buffer.from(`From: ${ALICE}\r\nX: 1\r\n\r\n`).toString("base64");
    for (const input of [
      { message },
      {
        headers: [
          ["From", ALICE],
          ["X", "1"],
        ],
      },
    ]) {
      for (const [readLimits, code] of [
        [{ maxFields: 1 }, "header-too-long"],
        [{ maxFields: 2 }, undefined],
      ] as const) {
        const parsed = parseTransaction(input, { readLimits });
        expect(parsed.ok && parsed.facts.headers?.anomalies[0]?.code).toBe(code);
      }
    }
  });

  test("keep a stamp from a header that was not read to its end: a forged field could stand behind", async () => {
    const rule = stampLogin({ authservId: "mx.example.com" });
    for (const view of ["bytes", "list"] as const) {
      for (const login of [ALICE, null]) {
        expect(await codeOf(rule, { login }, VIEWS[view](fields(3), { maxFields: 2 }))).toBe("reject header-too-long");
        expect(await codeOf(rule, { login }, VIEWS[view](line(99), { maxLineOctets: 50 }))).toMatch(/^accept /);
      }
    }
  });

  test.each([
    [{ maxFields: Number.NaN }, "maxFields: must be a whole number from 1"],
    [{ maxFields: 0 }, "maxFields: must be a whole number from 1"],
    [{ maxNesting: 1.5 }, "maxNesting: must be a whole number from 1"],
    [{ maxMimeParts: Number.POSITIVE_INFINITY }, "maxMimeParts: must be a whole number from 1"],
    [{ maxField: 1 }, "maxField: is no limit of a message"],
  ])("%j is none", (limits, complaint) => {
    expect(() => checkLimits(limits as Partial<MessageLimits>)).toThrow(
      expect.objectContaining({ code: "FG_POLICY_INVALID", message: complaint }) as FromguardError,
    );
  });

  test("the defaults are limits", () => {
    expect(() => checkLimits(MESSAGE_LIMITS)).not.toThrow();
    expect(() => checkLimits({})).not.toThrow();
    expect(() => checkLimits({ maxFields: 1 })).not.toThrow();
    expect(() => checkLimits({ maxFields: undefined } as object)).not.toThrow();
  });
});
