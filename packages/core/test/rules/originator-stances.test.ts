import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  bodyUnambiguous,
  createGuard,
  facts,
  headerOriginatorsOwned,
  type OriginatorPolicy,
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

/** One message of each form, and the code of its refusal. The compiler sees that no stance is missing. */
const FORMS: Readonly<Record<keyof OriginatorPolicy, readonly [message: string, code: string]>> = {
  severalAuthorsWithoutSender: [withLines(`From: ${OWN}, press@example.com`), "sender-missing"],
  group: [withLines(`From: Team: ${OWN};`), "from-malformed"],
  emptyGroup: [withLines(`From: Team:;, ${OWN}`), "from-malformed"],
  groupInSender: [withLines(from, `Sender: Team: ${OWN};`), "sender-malformed"],
  emptySender: [withLines(from, "Sender: "), "sender-malformed"],
  foreignResent: [withLines(from, `Resent-From: ${FOREIGN}`), "resent-not-owned"],
  redirect: [withLines(`From: ${FOREIGN}`, `Resent-From: ${OWN}`), "from-not-owned"],
  repeatedFrom: [withLines(from, from), "from-multiple"],
  blankBeforeColon: [withLines(from, "X-A : b"), "header-name-malformed"],
  mboxLine: [withLines(from, `>From: ${FOREIGN}`), "header-name-malformed"],
  sourceRoute: [withLines(`From: <@a.example:${OWN}>`), "addr-route"],
  alteredDomain: [withLines(`From: ${OWN}.`), "from-malformed"],
  obsoleteSyntax: [withLines(`From: ,${OWN}`), "from-malformed"],
  bareLocalPart: [withLines("From: alice"), "addr-unqualified"],
  unlistedSubaddress: [withLines("From: alice+x@example.com"), "from-not-owned"],
  localPartCase: [withLines("From: ALICE@example.com"), "from-not-owned"],
  foreignAddressInName: [withLines(`From: "${FOREIGN}" <${OWN}>`), "name-contains-address"],
  bidiInName: [withLines(`From: "a\u202eb" <${OWN}>`), "name-bidi"],
  unknownCharset: [withLines(`From: =?x-unknown?Q?abc?= <${OWN}>`), "name-undecodable"],
  brokenEncodedWord: [withLines(`From: =?utf-8?Q?Alice Liddell?= <${OWN}>`), "name-undecodable"],
  foreignAuthor: [withLines(from, `Author: ${FOREIGN}`), "author-not-owned"],
  innerFrom: [inner, "from-not-owned"],
  smuggling: [`${from}\r\n\r\nhi\n.\r\n`, "smuggling"],
};
const forms = Object.entries(FORMS) as [keyof OriginatorPolicy, readonly [string, string]][];

function decide(message: string, options: Partial<OriginatorPolicy> & { preset?: "strict" | "lenient" }) {
  const both = { ownership, ...options };
  const guard = createGuard({ rules: [headerOriginatorsOwned(both), bodyUnambiguous(both)] });
  const { headers, bodyAnomalies } = readMessage(new TextEncoder().encode(message));
  return guard.check(facts({ login: OWN, envelopeFrom: OWN, headers, bodyAnomalies }));
}

describe("each stance decides on its form alone", () => {
  test.each(forms)("%s", async (form, [message, code]) => {
    expect(await decide(message, { [form]: "accept" })).toMatchObject({ action: "accept" });
    expect(await decide(message, { [form]: "reject" })).toMatchObject({ action: "reject", code });
    expect(await decide(message, { preset: "strict", [form]: "accept" })).toMatchObject({ action: "accept" });
    expect(await decide(message, { preset: "lenient", [form]: "reject" })).toMatchObject({ action: "reject", code });
  });
});

describe("docs/rules.md", () => {
  const guide = readFileSync(new URL("../../../../docs/rules.md", import.meta.url), "utf8");
  test.each(forms)("names %s with its verdicts and its code", async (form, [message, code]) => {
    const row = guide.split("\n").find((line) => line.startsWith(`| \`${form}\` |`)) ?? "";
    const [, , , byDefault] = row.split("|").map((cell) => cell.trim());
    const { action } = await decide(message, {});
    expect([byDefault, row]).toEqual([action, expect.stringContaining(`\`${code}\``)]);
  });
});
