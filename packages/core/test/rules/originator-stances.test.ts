import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  bodyUnambiguous,
  createGuard,
  facts,
  headerOriginatorsOwned,
  type OriginatorPolicy,
  type OriginatorPreset,
  readMessage,
} from "../../src/index.js";
import { FOREIGN, OWN, ownership, withLines } from "./originator-verdicts.js";

const from = `From: ${OWN}`;
const part = ['Content-Type: text/plain; protected-headers="v1"', `From: ${FOREIGN}`, "", "hi", ""];
const inner = [
  [from, 'Content-Type: multipart/mixed; boundary="b"', "", "--b"].join("\r\n"),
  part.join("\r\n"),
  "--b--\r\n",
].join("\r\n");

type Refused = readonly [message: string, code: string];

/** A message of each form, the code of its refusal, and the same for other codes. The compiler sees that no stance is missing. */
const FORMS: Readonly<Record<keyof OriginatorPolicy, readonly Refused[]>> = {
  severalAuthorsWithoutSender: [[withLines(`From: ${OWN}, press@example.com`), "sender-missing"]],
  group: [[withLines(`From: Team: ${OWN};`), "from-malformed"]],
  emptyGroup: [[withLines(`From: Team:;, ${OWN}`), "from-malformed"]],
  groupInSender: [
    [withLines(from, `Sender: Team: ${OWN};`), "sender-malformed"],
    [withLines(from, `Resent-From: ${OWN}`, `Resent-Sender: Team: ${OWN};`), "resent-malformed"],
  ],
  emptySender: [[withLines(from, "Sender: "), "sender-malformed"]],
  foreignResent: [[withLines(from, `Resent-From: ${FOREIGN}`), "resent-not-owned"]],
  redirect: [[withLines(`From: ${FOREIGN}`, `Resent-From: ${OWN}`), "from-not-owned"]],
  repeatedFrom: [[withLines(from, from), "from-multiple"]],
  blankBeforeColon: [[withLines(from, "X-A : b"), "header-name-malformed"]],
  mboxLine: [
    [withLines(from, `>From: ${FOREIGN}`), "header-name-malformed"],
    [`From ${OWN} Tue Nov 24\r\n${withLines(from)}`, "header-line-malformed"],
  ],
  sourceRoute: [[withLines(`From: <@a.example:${OWN}>`), "addr-route"]],
  alteredDomain: [[withLines(`From: ${OWN}.`), "from-malformed"]],
  obsoleteSyntax: [[withLines(`From: ,${OWN}`), "from-malformed"]],
  bareLocalPart: [[withLines("From: alice"), "addr-unqualified"]],
  unlistedSubaddress: [[withLines("From: alice+x@example.com"), "from-not-owned"]],
  localPartCase: [[withLines("From: ALICE@example.com"), "from-not-owned"]],
  foreignAddressInName: [[withLines(`From: "${FOREIGN}" <${OWN}>`), "name-contains-address"]],
  bidiInName: [[withLines(`From: "a\u202eb" <${OWN}>`), "name-bidi"]],
  unknownCharset: [[withLines(`From: =?x-unknown?Q?abc?= <${OWN}>`), "name-undecodable"]],
  brokenEncodedWord: [[withLines(`From: =?utf-8?Q?Alice Liddell?= <${OWN}>`), "name-undecodable"]],
  foreignAuthor: [[withLines(from, `Author: ${FOREIGN}`), "author-not-owned"]],
  innerFrom: [[inner, "from-not-owned"]],
  smuggling: [[`${from}\r\n\r\nhi\n.\r\n`, "smuggling"]],
};
const forms = Object.entries(FORMS) as [keyof OriginatorPolicy, readonly Refused[]][];
const cases = forms.flatMap(([form, refused]) => refused.map(([message, code]) => [form, code, message] as const));

function decide(message: string, options: Partial<OriginatorPolicy> & { preset?: OriginatorPreset }) {
  const both = { ownership, ...options };
  const guard = createGuard({ rules: [headerOriginatorsOwned(both), bodyUnambiguous(both)] });
  const { headers, bodyAnomalies } = readMessage(new TextEncoder().encode(message));
  return guard.check(facts({ login: OWN, envelopeFrom: OWN, headers, bodyAnomalies }));
}

describe("each stance decides on its form alone", () => {
  test.each(cases)("%s: %s", async (form, code, message) => {
    expect(await decide(message, { [form]: "accept" })).toMatchObject({ action: "accept" });
    expect(await decide(message, { [form]: "reject" })).toMatchObject({ action: "reject", code });
    expect(await decide(message, { preset: "strict", [form]: "accept" })).toMatchObject({ action: "accept" });
    expect(await decide(message, { preset: "lenient", [form]: "reject" })).toMatchObject({ action: "reject", code });
  });
});

describe("docs/rules.md", () => {
  const guide = readFileSync(new URL("../../../../docs/rules.md", import.meta.url), "utf8");
  const [, section = ""] = guide.split("## Where two verdicts are defensible");
  const [head = [], , ...rows] = section
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.replaceAll("`", "").trim()),
    );
  const cell = (row: readonly string[], column: string) => row[head.indexOf(column)];

  test("lists every form once, with every code that it is refused with", () => {
    const listed = rows.map((row) => [cell(row, "option"), cell(row, "refused with")?.split(", ").toSorted()]);
    expect(listed).toEqual(forms.map(([form, refused]) => [form, refused.map(([, code]) => code).toSorted()]));
  });

  test.each(cases)("says what each preset makes of %s (%s)", async (form, _, message) => {
    const actions = async (preset: OriginatorPreset) => (await decide(message, { preset })).action;
    const row = rows.find(([option]) => option === form) ?? [];
    expect(await actions("default")).toBe(cell(row, "default"));
    expect(await actions("relaxed-resent")).toBe(cell(row, "relaxed-resent"));
    expect([await actions("strict"), await actions("lenient")]).toEqual(["reject", "accept"]);
  });
});
