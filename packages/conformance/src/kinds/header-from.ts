import {
  bodyUnambiguous,
  type Code,
  createGuard,
  type Decision,
  facts,
  type Guard,
  type HeaderSection,
  headerOriginatorsOwned,
  loginOwnsEnvelope,
  type Ownership,
  ownedAddresses,
  type Rule,
  readHeaderList,
  readMessage,
} from "@fromguard/core";
import { agree, type Case, type CorpusFile, disagree, isRecord, type Kind, type Outcome } from "../kind.js";

type Expect = "accept" | "reject";
type Preset = (typeof PRESETS)[number];

const PRESETS = ["default", "strict", "lenient"] as const;

interface Message {
  readonly id: string;
  readonly login: string;
  readonly owned: readonly string[];
  readonly envelopeFrom: string;
  /** Base64 of the octets. */
  readonly raw: string;
  readonly headersMilter?: readonly (readonly [name: string, value: string])[];
  readonly expect: Expect;
  readonly reason: string;
  readonly reasonsAny?: readonly string[];
  readonly policy?: { readonly strict: Expect; readonly lenient: Expect };
}

/** What the strict preset of the header rule is for the envelope. */
const STRICT_ENVELOPE = { nullReversePath: "reject", localPartCase: "exact" } as const;

/** What the list view of a milter may miss: raw line ends, odd names, the body. */
const INVISIBLE_IN_LISTS: ReadonlySet<string> = new Set([
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

/** Messages of which the rules say whether the login may send them: one case a message. */
export const headerFrom: Kind = {
  name: "header-from",
  recognise: (json) => Array.isArray(json) && json.length > 0 && json.every(isMessage),
  cases: (file) => messagesOf(file).map((message): Case => ({ name: message.id, check: () => check(message) })),
};

function isMessage(json: unknown): json is Message {
  return (
    isRecord(json) &&
    ["id", "login", "envelopeFrom", "raw"].every((key) => typeof json[key] === "string") &&
    Array.isArray(json.owned) &&
    (json.expect === "accept" || json.expect === "reject")
  );
}

function messagesOf({ json }: CorpusFile): readonly Message[] {
  return json as readonly Message[]; // recognise has looked at each
}

async function check(message: Message): Promise<Outcome> {
  const owned = ownedAddresses({ [message.login]: message.owned });
  const { headers, bodyAnomalies } = readMessage(Buffer.from(message.raw, "base64"));
  const list =
    message.headersMilter === undefined
      ? undefined
      : readHeaderList(message.headersMilter.map(([name, value]) => [octetsOf(name), octetsOf(value)]));
  let note: string | undefined;
  for (const preset of PRESETS) {
    const expected = preset === "default" ? message.expect : (message.policy?.[preset] ?? message.expect);
    const guard = createGuard({ rules: rulesOf(owned, preset) });
    const input = { login: message.login, envelopeFrom: message.envelopeFrom };
    const whole = await guard.check(facts({ ...input, headers, bodyAnomalies }));
    const accepted = preset === "default" ? codesOf(message) : undefined;
    if (whole.action !== expected || (accepted !== undefined && expected === "reject" && !accepted.has(whole.code))) {
      return disagree(`${preset}: ${expectation(expected, accepted)}`, `${preset}: ${told(whole)}`);
    }
    if (list === undefined) continue;
    const seen = await withoutBody(guard).check(facts({ ...input, headers: list }));
    if (seen.action === whole.action) continue;
    const unseen = cannotSee(whole, seen, list);
    if (unseen === undefined) return disagree(`${preset}, list view: ${told(whole)}`, `list view: ${told(seen)}`);
    note = `the list view cannot see ${unseen}`;
  }
  return agree(note);
}

function rulesOf(ownership: Ownership, preset: Preset): readonly Rule[] {
  return [
    loginOwnsEnvelope({ ownership, ...(preset === "strict" ? STRICT_ENVELOPE : {}) }),
    headerOriginatorsOwned({ ownership, preset }),
    bodyUnambiguous({ ownership, preset }),
  ];
}

/** The same policy where the transport has no body, as in a milter that was not given one. */
function withoutBody(guard: Guard): Guard {
  return guard.within({ name: "the list view", facts: ["login", "envelopeFrom", "headers"], partial: true });
}

/** What explains that the list view accepts what the octets refuse; undefined where nothing does. */
function cannotSee(whole: Decision, seen: Decision, list: HeaderSection): string | undefined {
  if (whole.action !== "reject" || seen.action !== "accept") return undefined;
  const failed = whole.findings.filter(({ verdict }) => verdict.kind === "fail");
  const unseen = failed.find(
    ({ verdict: { code } }) => INVISIBLE_IN_LISTS.has(code) && list.blindTo.includes(code as Code),
  );
  if (unseen !== undefined) return unseen.verdict.code;
  return failed.some(({ rule }) => rule === "body-unambiguous") ? "the inner protected From" : undefined;
}

/** UTF-8, but for a lone surrogate U+DC80 to U+DCFF: that is the octet 80 to FF. */
function octetsOf(text: string): Uint8Array {
  const parts = Array.from(text, (character) => {
    const codePoint = character.codePointAt(0) ?? 0;
    return codePoint >= 0xdc80 && codePoint <= 0xdcff ? Buffer.of(codePoint - 0xdc00) : Buffer.from(character);
  });
  return Buffer.concat(parts);
}

function codesOf({ reason, reasonsAny = [] }: Message): ReadonlySet<string> {
  return new Set([reason, ...reasonsAny]);
}

function expectation(expected: Expect, codes: ReadonlySet<string> | undefined): string {
  return expected === "accept" || codes === undefined ? expected : `${expected} with ${[...codes].join(" or ")}`;
}

function told({ action, code }: Decision): string {
  return `${action} with ${code}`;
}
