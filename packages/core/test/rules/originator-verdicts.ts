import {
  bodyUnambiguous,
  createGuard,
  type Decision,
  facts,
  headerOriginatorsOwned,
  type OriginatorPreset,
  ownedAddresses,
  readMessage,
} from "../../src/index.js";

const LOGIN = "alice@example.com";
export const OWN = "alice@example.com";
export const FOREIGN = "ceo@bank.example";

/** What the login of these tests owns. */
export const ownership = ownedAddresses({
  [LOGIN]: [
    OWN,
    "press@example.com",
    '"alice x"@example.com',
    "alice@bücher.example",
    "alice@[192.0.2.7]",
    "张伟@例子.example",
    "alice+news@example.com",
    "alice@mail.example.com",
    "x.alice@mail.example.com",
    "x.bob@example.com",
  ],
  bob: ["bob@example.com"],
});

const PRESETS = ["default", "strict", "lenient"] as const;

const guardOf = (preset: OriginatorPreset) =>
  createGuard({ rules: [headerOriginatorsOwned({ ownership, preset }), bodyUnambiguous({ ownership, preset })] });
const guards = new Map(PRESETS.map((preset) => [preset, guardOf(preset)]));

/** Decides on a whole message under a preset. */
export function decide(message: string | Uint8Array, preset: (typeof PRESETS)[number] = "default"): Promise<Decision> {
  const raw = typeof message === "string" ? new TextEncoder().encode(message) : message;
  const { headers, bodyAnomalies } = readMessage(raw);
  return guards.get(preset)!.check(facts({ login: LOGIN, envelopeFrom: OWN, headers, bodyAnomalies }));
}

/** Default, strict and lenient verdicts as three letters, such as `rra`; then the code of the default. */
export async function verdicts(message: string | Uint8Array): Promise<readonly [letters: string, code: string]> {
  const decisions: Decision[] = [];
  for (const preset of PRESETS) decisions.push(await decide(message, preset));
  return [decisions.map(({ action }) => action.charAt(0)).join(""), decisions[0]!.code];
}

/** A message with these header lines, and a few more around them. */
export const withLines = (...lines: readonly string[]): string =>
  ["Date: Tue, 24 Nov 2026 09:00:00 +0000", ...lines, "To: carol@partner.example", "", "hi", ""].join("\r\n");

export const base64 = (text: string | Uint8Array): string =>
  btoa(String.fromCharCode(...(typeof text === "string" ? new TextEncoder().encode(text) : text)));
