import { describe, expect, test } from "vitest";
import {
  type Answer,
  addressFromInternal,
  type Facts,
  formatAddress,
  type HeaderOriginatorsOwnedOptions,
  headerOriginatorsOwned,
  loginOwnsEnvelope,
  type Ownership,
  ownedAddressNeedsLogin,
  parsePath,
  type Rule,
  readHeaderBytes,
} from "../../src/index.js";

const evidence = () => ({});
const YES: Answer = { kind: "yes", evidence };
const ON_BEHALF: Answer = { kind: "yes", requires: "sender-field", evidence };
const NO: Answer = { kind: "no-nobody-owns-it", evidence };
const DOWN: Answer = { kind: "unknown", code: "down", cause: "no answer", evidence };
const as = (address: string): Answer => ({ kind: "yes", as: addressFromInternal(address), evidence });

/** An ownership that answers by address, foreign to all others, and tells what it was asked. */
function sourceOf(answers: Readonly<Record<string, Answer>>): {
  readonly ownership: Ownership;
  readonly asked: string[];
} {
  const asked: string[] = [];
  const ownership: Ownership = {
    name: "answers",
    ask: (login, questions) => {
      asked.push(...questions.map(({ role, address }) => `${login} ${role} ${formatAddress(address)}`));
      return questions.map(({ address }) => answers[formatAddress(address)] ?? NO);
    },
  };
  return { ownership, asked };
}

const context = { signal: new AbortController().signal, observe: () => {} };

async function codeOf(rule: Rule, given: Partial<Facts>): Promise<string> {
  return (await rule.evaluate(given as Facts, context)).code;
}

const header = (...lines: readonly string[]) => readHeaderBytes(new TextEncoder().encode(`${lines.join("\r\n")}\r\n`));

type Options = Omit<HeaderOriginatorsOwnedOptions, "ownership">;

describe("headerOriginatorsOwned asks", () => {
  test.each<[name: string, login: string, lines: readonly string[], options: Options, asked: readonly string[]]>([
    ["nothing where there are no addresses", "ann", ["From: x"], {}, []],
    [
      "for the role of each field",
      "ann",
      ["From: f@x.test", "Sender: s@x.test", "Author: a@x.test", "Resent-From: r@x.test", "Resent-Sender: t@x.test"],
      {},
      ["author f@x.test", "sender s@x.test", "author a@x.test", "resent r@x.test", "resent t@x.test"],
    ],
    [
      "once for each address and role",
      "ann",
      ["From: f@x.test, f@x.test", "Sender: f@x.test"],
      {},
      ["author f@x.test", "sender f@x.test"],
    ],
    [
      "for the address without its extension",
      "ann",
      ["From: a+b@x.test"],
      { unlistedSubaddress: "accept" },
      ["author a+b@x.test", "author a@x.test"],
    ],
    [
      "for no address without an extension",
      "ann",
      ["From: a@x.test"],
      { unlistedSubaddress: "accept" },
      ["author a@x.test"],
    ],
    [
      "for nothing before an extension alone",
      "ann",
      ["From: +b@x.test"],
      { unlistedSubaddress: "accept" },
      ["author +b@x.test"],
    ],
    [
      "for a bare local part alone, where the login has no domain",
      "ann",
      ["From: a"],
      { bareLocalPart: "accept" },
      ["author a"],
    ],
    [
      "for a bare local part in the domain of the login",
      "ann@x.test",
      ["From: a"],
      { bareLocalPart: "accept" },
      ["author a", "author a@x.test"],
    ],
  ])("%s", async (_, login, lines, options, expected) => {
    const { ownership, asked } = sourceOf({});
    await codeOf(headerOriginatorsOwned({ ownership, ...options }), { login, headers: header(...lines) });
    expect(asked).toEqual(expected.map((question) => `${login} ${question}`));
  });

  test("no source where nothing is to be asked", async () => {
    const ownership: Ownership = { name: "none", ask: () => expect.unreachable() };
    const code = await codeOf(headerOriginatorsOwned({ ownership }), { login: "ann", headers: header("From: x") });
    expect(code).toBe("addr-unqualified");
  });
});

const OWN = "ann@x.test";
const ANSWERS: Readonly<Record<string, Answer>> = {
  [OWN]: YES,
  "press@x.test": YES,
  "team@x.test": ON_BEHALF,
  "lists+a@x.test": ON_BEHALF,
  "lists@x.test": DOWN,
  "down@x.test": DOWN,
  "alias@x.test": as(OWN),
  "Case@x.test": as("case@x.test"),
};

describe("headerOriginatorsOwned judges", () => {
  test.each<[name: string, lines: readonly string[], options: Options, code: string]>([
    [
      "two From fields with a Sender between them",
      [`From: ${OWN}`, "Sender: press@x.test", `From: ${OWN}`],
      { repeatedFrom: "accept" },
      "ok",
    ],
    ["two From fields without a mailbox", ["From:", "From:"], { preset: "lenient" }, "from-multiple"],
    [
      "several who resent, without a Sender",
      [`From: ${OWN}`, `Resent-From: ${OWN}, press@x.test`],
      { preset: "strict" },
      "ok",
    ],
    [
      "a grant on behalf whose base is not known",
      ["From: lists+a@x.test", `Sender: ${OWN}`],
      { unlistedSubaddress: "accept" },
      "ok",
    ],
    ["an own address in a name, in another case", ['From: "Case@x.test" <ann@x.test>'], { preset: "strict" }, "ok"],
    ["an own address in another case", ["From: Case@x.test"], { preset: "strict" }, "from-not-owned"],
    ["an own address whose owned form is not told", [`From: ${OWN}`], { preset: "strict" }, "ok"],
    ["an alias, which differs in more than case", ["From: alias@x.test"], { preset: "strict" }, "ok"],
    ["a Sender that shows its own address in its name", ["From: team@x.test", `Sender: "${OWN}" <${OWN}>`], {}, "ok"],
    [
      "a Sender that stands twice, once empty",
      ["From: team@x.test", `Sender: ${OWN}`, "Sender:"],
      { emptySender: "accept" },
      "from-not-owned",
    ],
    [
      "an unknown From that the login resent",
      ["From: down@x.test", `Resent-From: ${OWN}`],
      { redirect: "accept" },
      "ok",
    ],
    [
      "an unknown Sender of what it resent",
      [`From: ${OWN}`, "Sender: down@x.test", `Resent-From: ${OWN}`],
      { redirect: "accept" },
      "down",
    ],
    [
      "a foreign name of who resent",
      ["From: f@y.test", `Resent-From: "z@y.test" <${OWN}>`],
      { redirect: "accept" },
      "name-contains-address",
    ],
  ])("%s", async (_, lines, options, code) => {
    const { ownership } = sourceOf(ANSWERS);
    expect(
      await codeOf(headerOriginatorsOwned({ ownership, ...options }), { login: "ann", headers: header(...lines) }),
    ).toBe(code);
  });

  test("names the field without the blanks before its colon", async () => {
    const { ownership } = sourceOf({});
    const rule = headerOriginatorsOwned({ ownership, blankBeforeColon: "accept" });
    const verdict = await rule.evaluate({ login: "ann", headers: header("From : f@y.test") }, context);
    expect(verdict).toMatchObject({ code: "from-not-owned", evidence: { field: "From" } });
  });

  test("says what it does not know where a Sender that a grant needs cannot be asked for", async () => {
    const { ownership } = sourceOf(ANSWERS);
    const headers = header("From: team@x.test", "Sender: down@x.test");
    const verdict = await headerOriginatorsOwned({ ownership }).evaluate({ login: "ann", headers }, context);
    expect(verdict).toMatchObject({ code: "ownership-unknown", cause: "the ownership of the Sender is not known" });
  });
});

describe("an ownership that leaves a question out", () => {
  const ownership: Ownership = { name: "silent", ask: () => [] };
  const cause = "the ownership left a question without an answer";
  const envelopeFrom = parsePath(OWN);

  test("is not known to own an address of nobody who is logged in", async () => {
    const given = { login: null, localUser: null, envelopeFrom };
    const verdict = await ownedAddressNeedsLogin({ ownership }).evaluate(given, context);
    expect(verdict).toMatchObject({ code: "ownership-incomplete", cause: "a question was left without an answer" });
  });

  test.each<[Rule]>([[headerOriginatorsOwned({ ownership })], [loginOwnsEnvelope({ ownership })]])(
    "%#",
    async (rule) => {
      const verdict = await rule.evaluate(
        { login: "ann", headers: header(`From: ${OWN}`), envelopeFrom } as never,
        context,
      );
      expect(verdict).toMatchObject({ kind: "unknown", code: "ownership-incomplete", cause });
    },
  );
});

test("ownedAddressNeedsLogin asks for the login that nobody has", async () => {
  const { ownership, asked } = sourceOf({ [OWN]: { kind: "no-others-own-it", evidence } });
  const given = { login: null, localUser: null, envelopeFrom: parsePath(OWN) };
  expect(await codeOf(ownedAddressNeedsLogin({ ownership }), given)).toBe("owned-address-needs-login");
  expect(asked).toEqual([` envelope ${OWN}`]);
});

describe("loginOwnsEnvelope", () => {
  test("asks for the role of the envelope", async () => {
    const { ownership, asked } = sourceOf(ANSWERS);
    expect(await codeOf(loginOwnsEnvelope({ ownership }), { login: "ann", envelopeFrom: parsePath(OWN) })).toBe("ok");
    expect(asked).toEqual([`ann envelope ${OWN}`]);
  });

  test.each([
    [OWN, "ok"],
    ["alias@x.test", "ok"],
    ["Case@x.test", "envelope-not-owned"],
  ])("%s in its exact case: %s", async (address, code) => {
    const { ownership } = sourceOf(ANSWERS);
    const rule = loginOwnsEnvelope({ ownership, localPartCase: "exact" });
    expect(await codeOf(rule, { login: "ann", envelopeFrom: parsePath(address) })).toBe(code);
  });
});
