import { describe, expect, test } from "vitest";
import {
  all,
  applyEdits,
  type CureOptions,
  createGuard,
  cure,
  type Decision,
  facts,
  headerOriginatorsOwned,
  loginOwnsEnvelope,
  type Ownership,
  ownedAddresses,
  readMessage,
} from "../../src/index.js";
import { failingOwnership, hangingOwnership, lateOwnership } from "../../src/testing/index.js";

const LOGIN = "ann@example.com";
const owned = ownedAddresses({ [LOGIN]: [LOGIN, "press@example.com"], bob: ["bob@example.com"] });

interface Mail extends Partial<CureOptions> {
  readonly login?: string | null;
  readonly envelopeFrom?: string;
}

const octets = (lines: readonly string[]) => new TextEncoder().encode([...lines, "", "body", ""].join("\r\n"));
const guardOf = (options: Partial<CureOptions> = {}, ownership: Ownership = owned) => {
  const { preset = "default" } = options;
  const rule = headerOriginatorsOwned({ ownership: owned, preset });
  return createGuard({ rules: [cure(rule, { ownership, to: "envelope", ...options })], timeoutMs: 50 });
};

async function decide(
  lines: readonly string[],
  { login = LOGIN, envelopeFrom = LOGIN, ...options }: Mail = {},
): Promise<readonly [Decision, readonly string[]]> {
  const message = octets(lines);
  const { headers } = readMessage(message);
  const decision = await guardOf(options).check(facts({ login, envelopeFrom, headers }));
  const after = new TextDecoder().decode(applyEdits(message, decision.edits)).split("\r\n\r\nbody")[0]!;
  return [decision, after.split("\r\n")];
}

/** Cases whose last column may be left out. */
const rows = <Outcome>(table: readonly (readonly [name: string, lines: string[], Outcome, mail?: Mail])[]) =>
  table.map(([name, lines, outcome, mail = {}]) => [name, lines, outcome, mail] as const);

describe("cure", () => {
  test.each(
    rows<string[]>([
      ["a message that passes is left alone", [`From: ${LOGIN}`], [`From: ${LOGIN}`]],
      [
        "a foreign From becomes the envelope sender",
        ["X: 1", "From: bob@example.com", "Y: 2"],
        ["X: 1", `From: ${LOGIN}`, "Y: 2"],
      ],
      ["its display name is kept", ["From: Bob B. <bob@example.com>"], [`From: "Bob B." <${LOGIN}>`]],
      [
        "so is a name that must be encoded",
        ["From: =?iso-8859-1?Q?B=F6b?= <b@x.example>"],
        [`From: =?utf-8?B?QsO2Yg==?= <${LOGIN}>`],
      ],
      ["quotes in it stay quoted", ['From: "a \\"b\\\\" <b@x.example>'], [`From: "a \\"b\\\\" <${LOGIN}>`]],
      ["a name that shows an address goes", ['From: "ceo@x.example" <b@x.example>'], [`From: ${LOGIN}`]],
      [
        "a name that shows a foreign address goes from an own From",
        ['From: "ceo@x.example" <press@example.com>'],
        ["From: press@example.com"],
      ],
      [
        "a name with encoded controls goes",
        ["From: =?utf-8?Q?a=00b?= <press@example.com>"],
        ["From: press@example.com"],
      ],
      [
        "a name with overrides goes",
        ["From: =?utf-8?Q?a=E2=80=AEb?= <press@example.com>"],
        ["From: press@example.com"],
      ],
      ["a name that cannot be read goes", ["From: =?x-none?Q?ab?= <press@example.com>"], ["From: press@example.com"]],
      [
        "several From fields become one",
        ["FROM: press@example.com", "X: 1", "From: b@x.example"],
        [`FROM: ${LOGIN}`, "X: 1"],
      ],
      ["so do several authors", ["From: press@example.com, b@x.example"], [`From: ${LOGIN}`]],
      [
        "a foreign Sender becomes the target",
        [`From: ${LOGIN}`, "Sender: b@x.example"],
        [`From: ${LOGIN}`, `Sender: ${LOGIN}`],
      ],
      ["a foreign Author goes", [`From: ${LOGIN}`, "Author: b@x.example"], [`From: ${LOGIN}`]],
      [
        "a foreign Resent-From becomes the target",
        [`From: ${LOGIN}`, "Resent-From: b@x.example"],
        [`From: ${LOGIN}`, `Resent-From: ${LOGIN}`],
      ],
      [
        "several faults are cured one by one",
        [
          "From: b@x.example",
          'Sender: "b@x.example" <press@example.com>',
          "Resent-From: b@x.example",
          "Resent-From: press@example.com",
          "Author: b@x.example",
        ],
        [`From: ${LOGIN}`, "Sender: press@example.com", `Resent-From: ${LOGIN}`, "Resent-From: press@example.com"],
      ],
      [
        "the claim is kept in Reply-To",
        ["From: Bob <b@x.example>"],
        [`From: "Bob" <${LOGIN}>`, "Reply-To: Bob <b@x.example>"],
        { keepClaim: "Reply-To" },
      ],
      [
        "not where there is one",
        ["From: b@x.example", "reply-to : c@x.example"],
        [`From: ${LOGIN}`, "reply-to : c@x.example"],
        { keepClaim: "Reply-To", preset: "lenient" },
      ],
      [
        "or in X-Original-From",
        ["From: b@x.example"],
        [`From: ${LOGIN}`, "X-Original-From: b@x.example"],
        { keepClaim: "X-Original-From" },
      ],
      [
        "not where it shows another address",
        ["From: b@x.example (c@x.example)"],
        [`From: ${LOGIN}`],
        { keepClaim: "Reply-To" },
      ],
      ["not where it is of obsolete form", ["From: b @x.example"], [`From: ${LOGIN}`], { keepClaim: "Reply-To" }],
      [
        "not of several fields",
        ["From: b@x.example", "From: c@x.example"],
        [`From: ${LOGIN}`],
        { keepClaim: "Reply-To" },
      ],
      [
        "signatures go on request",
        ["DKIM-Signature: a", "From: b@x.example", "dkim-signature: b"],
        [`From: ${LOGIN}`],
        { removeSignatures: true },
      ],
      [
        "signatures of what is left alone stay",
        ["DKIM-Signature: a", `From: ${LOGIN}`],
        ["DKIM-Signature: a", `From: ${LOGIN}`],
        { removeSignatures: true },
      ],
      [
        "the target may be fixed",
        ["From: b@x.example"],
        ["From: press@example.com"],
        { to: { fixed: "press@example.com" } },
      ],
      [
        "or the login's primary address",
        ["From: b@x.example"],
        ["From: press@example.com"],
        { to: { primary: async () => "press@example.com" } },
      ],
    ]),
  )("%s", async (_, lines, after, mail) => {
    const [decision, header] = await decide(lines, mail);
    expect([decision.action, decision.code]).toEqual(["accept", "ok"]);
    expect(header).toEqual(after);
  });

  test.each(
    rows<string>([
      ["without a From", ["X: 1"], "from-missing"],
      ["with a structural fault beside the foreign address", ["From: b@x.example, (c"], "from-not-owned"],
      ["with a bare address beside it", ["From: b@x.example, ceo"], "from-not-owned"],
      ["with a source route beside it", ["From: b@x.example, <@y.example:c@x.example>"], "from-not-owned"],
      ["with two Sender fields", ["From: b@x.example", `Sender: ${LOGIN}`, `Sender: ${LOGIN}`], "from-not-owned"],
      ["with one malformed From of two", [`From: ${LOGIN}`, "From: x y"], "from-multiple"],
      ["with a bare LF", ["From: b@x.example", "X: a\nb"], "header-bare-lf"],
      ["with an empty From beside an own one", [`From: ${LOGIN}`, "From:"], "from-multiple"],
      ["from the null reverse-path", ["From: b@x.example"], "from-not-owned", { envelopeFrom: "" }],
      ["from a malformed envelope", ["From: b@x.example"], "from-not-owned", { envelopeFrom: "a b" }],
      [
        "to an envelope that is not the login's",
        ["From: b@x.example"],
        "from-not-owned",
        { envelopeFrom: "bob@example.com" },
      ],
      [
        "to a fixed address that is not the login's",
        ["From: b@x.example"],
        "from-not-owned",
        { to: { fixed: "bob@example.com" } },
      ],
      [
        "to a login without a primary address",
        ["From: b@x.example"],
        "from-not-owned",
        { to: { primary: () => undefined } },
      ],
      [
        "with more faults than rounds",
        [`From: ${LOGIN}`, ...Array<string>(20).fill("Resent-From: b@x.example")],
        "resent-not-owned",
      ],
      [
        "with no room for another field",
        [...Array<string>(1_199).fill("X: 1"), "From: b@x.example"],
        "from-not-owned",
        { keepClaim: "Reply-To" },
      ],
    ]),
  )("refuses as before %s", async (_, lines, code, mail) => {
    const [decision, header] = await decide(lines, mail);
    expect([decision.action, decision.code, decision.edits]).toEqual(["reject", code, []]);
    expect(header).toEqual(lines);
  });

  test.each([
    ["cannot answer", failingOwnership(), "source-down"],
    ["cannot answer late", failingOwnership({ late: true }), "source-down"],
    ["throws", failingOwnership({ throws: true }), "rule-failed"],
    ["does not answer", hangingOwnership(), /deadline|aborted/],
  ])("defers where the source of the target %s", async (_, ownership, code) => {
    const { headers } = readMessage(octets(["From: b@x.example"]));
    const decision = await guardOf({}, ownership).check(facts({ login: LOGIN, envelopeFrom: LOGIN, headers }));
    expect([decision.action, decision.code]).toEqual(["defer", expect.stringMatching(code)]);
  });

  test("an ownership that answers late cures as well", async () => {
    const { headers } = readMessage(octets(["From: b@x.example"]));
    const decision = await guardOf({}, lateOwnership(owned)).check(
      facts({ login: LOGIN, envelopeFrom: LOGIN, headers }),
    );
    expect(decision).toMatchObject({ action: "accept", findings: [{ verdict: { kind: "pass", code: "cured" } }] });
  });

  test("a conjunction is cured only where all of it then passes", async () => {
    const { headers } = readMessage(octets(["From: b@x.example"]));
    const rule = cure(all(loginOwnsEnvelope({ ownership: owned }), headerOriginatorsOwned({ ownership: owned })), {
      ownership: owned,
      to: { fixed: LOGIN },
    });
    const decide = (envelopeFrom: string) =>
      createGuard({ rules: [rule] }).check(facts({ login: LOGIN, envelopeFrom, headers }));
    expect(await decide(LOGIN)).toMatchObject({ action: "accept", edits: [{ value: LOGIN }] });
    expect(await decide("bob@example.com")).toMatchObject({ action: "reject", code: "envelope-not-owned" });
  });

  test("without a login there is nothing to cure", async () => {
    const [decision] = await decide(["From: b@x.example"], { login: null });
    expect(decision).toMatchObject({ action: "accept", code: "nothing-applied", edits: [] });
  });

  test("a fixed target that is no address is a fault of the policy", () => {
    expect(() => guardOf({ to: { fixed: "x" } })).toThrow(/no address/);
  });
});
