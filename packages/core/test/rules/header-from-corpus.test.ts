import { describe, expect, test } from "vitest";
import {
  bodyUnambiguous,
  type Code,
  createGuard,
  type Decision,
  facts,
  headerOriginatorsOwned,
  loginOwnsEnvelope,
  type OriginatorPreset,
  ownedAddresses,
  readHeaderList,
  readMessage,
} from "../../src/index.js";
import { type HeaderFromCase, ownCases } from "../support/header-from.js";

/** What a list of names and values may hide, so that a refusal of the octets need not be one of the list. */
const HIDDEN: ReadonlySet<string> = new Set<Code>([
  "header-nul",
  "header-bare-cr",
  "header-bare-lf",
  "header-control",
  "header-name-malformed",
  "header-line-malformed",
  "header-leading-space",
  "header-whitespace-line",
  "smuggling",
]);

function guardOf({ login, owned }: HeaderFromCase, preset: OriginatorPreset) {
  const ownership = ownedAddresses({ [login]: owned, mallory: ["ceo@bank.example"] });
  return createGuard({
    rules: [
      loginOwnsEnvelope({
        ownership,
        nullReversePath: preset === "strict" ? "reject" : "accept",
        localPartCase: preset === "strict" ? "exact" : "any",
      }),
      headerOriginatorsOwned({ ownership, preset }),
      bodyUnambiguous({ ownership, preset }),
    ],
  });
}

const wanted = (entry: HeaderFromCase, preset: "default" | "strict" | "lenient") =>
  preset === "default" ? entry.expect : (entry.policy?.[preset] ?? entry.expect);

describe.each(["default", "strict", "lenient"] as const)("the corpus under the preset %s", (preset) => {
  test.each(ownCases.map((entry) => [`${entry.id} ${entry.description}`, entry] as const))("%s", async (_, entry) => {
    const guard = guardOf(entry, preset);
    const { login, envelopeFrom } = entry;
    const judge = (parts: Parameters<typeof facts>[0]): Promise<Decision> =>
      guard.check(facts({ login, envelopeFrom, ...parts }));

    const { headers, bodyAnomalies } = readMessage(Buffer.from(entry.raw, "base64"));
    const whole = await judge({ headers, bodyAnomalies });
    expect([whole.action, whole.code]).toEqual([
      wanted(entry, preset),
      wanted(entry, preset) === "accept" ? "ok" : expect.any(String),
    ]);
    if (whole.action === "reject" && preset === "default") {
      expect([entry.reason, ...(entry.reasonsAny ?? [])]).toContain(whole.code);
    }

    if (entry.headersMilter === undefined) return;
    const list = readHeaderList(entry.headersMilter);
    const seen = await judge({ headers: list, bodyAnomalies: { smugglingOffset: undefined, protectedHeaders: [] } });
    if (seen.action === whole.action && seen.code === whole.code) return;
    expect(whole.action).toBe("reject");
    expect(list.blindTo).toContain(whole.code);
    expect(HIDDEN).toContain(whole.code);
  });
});
