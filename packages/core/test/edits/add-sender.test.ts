import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type AddSenderOptions,
  addSender,
  applyEdits,
  createGuard,
  cure,
  type Decision,
  facts,
  headerOriginatorsOwned,
  type OriginatorPreset,
  type Ownership,
  type Rule,
  readMessage,
} from "../../src/index.js";
import { failingOwnership, lateOwnership } from "../../src/testing/index.js";
import { corpus } from "./corpus.js";

const LOGIN = "ann@example.com";
const evidence = () => ({});

/** Ann owns ann@ and press@, and may author team@ on behalf; everything else is foreign. */
const owned: Ownership = {
  name: "memory",
  ask: (_login, questions) =>
    questions.map(({ address: { localPart, domain }, role }) => {
      if (domain.ascii !== "example.com") return { kind: "no-nobody-owns-it", evidence };
      if (/^(?:ann|press)$/i.test(localPart)) return { kind: "yes", evidence };
      if (localPart === "team" && role === "author") return { kind: "yes", requires: "sender-field", evidence };
      return { kind: "no-others-own-it", evidence };
    }),
};

interface Mail extends Partial<AddSenderOptions> {
  readonly login?: string | null;
  readonly envelopeFrom?: string;
  readonly preset?: OriginatorPreset;
}

const octets = (lines: readonly string[]) => new TextEncoder().encode([...lines, "", "body", ""].join("\r\n"));

async function decide(
  lines: readonly string[],
  { login = LOGIN, envelopeFrom = LOGIN, preset = "default", ...options }: Mail = {},
): Promise<readonly [Decision, readonly string[]]> {
  const message = octets(lines);
  const rule = headerOriginatorsOwned({ ownership: owned, preset });
  const guard = createGuard({ rules: [addSender(rule, { ownership: owned, to: "envelope", ...options })] });
  const decision = await guard.check(facts({ login, envelopeFrom, headers: readMessage(message).headers }));
  const after = new TextDecoder().decode(applyEdits(message, decision.edits)).split("\r\n\r\nbody")[0]!;
  return [decision, after.split("\r\n")];
}

const OWN = `From: ${LOGIN}`;
const PRESS = "From: press@example.com";
const TEAM = "From: team@example.com";
const SENDER = `Sender: ${LOGIN}`;

describe("addSender", () => {
  test.each<[name: string, lines: string[], after: string[], mail?: Mail]>([
    ["the login's own From needs none", [OWN], [OWN]],
    ["in any case", ["From: Ann <Ann@EXAMPLE.com>"], ["From: Ann <Ann@EXAMPLE.com>"]],
    ["another own From gets one", [PRESS], [PRESS, SENDER]],
    ["so do several authors", [`From: ${LOGIN}, press@example.com`], [`From: ${LOGIN}, press@example.com`, SENDER]],
    ["a From that is granted on behalf gets one", [TEAM], [TEAM, SENDER]],
    ["a Sender that says so already stays", [PRESS, `sender: Ann <${LOGIN}>`], [PRESS, `sender: Ann <${LOGIN}>`]],
    ["another own Sender is set", [PRESS, "Sender: press@example.com", "X: 1"], [PRESS, SENDER, "X: 1"]],
    ["an empty Sender is set where it is taken", [PRESS, "Sender:"], [PRESS, SENDER], { preset: "lenient" }],
    ["always: the own From gets one too", [OWN], [OWN, SENDER], { when: "always" }],
    ["needed: another own From gets none", [PRESS], [PRESS], { when: "needed" }],
    ["needed: a From that is granted on behalf gets one", [TEAM], [TEAM, SENDER], { when: "needed" }],
    [
      "needed: so do several authors where the policy wants one",
      [`From: ${LOGIN}, press@example.com`],
      [`From: ${LOGIN}, press@example.com`, SENDER],
      { when: "needed", preset: "strict" },
    ],
    ["an Author on behalf gets one", [OWN, "Author: team@example.com"], [OWN, "Author: team@example.com", SENDER]],
    ["the target may be fixed", [OWN], [OWN, "Sender: press@example.com"], { to: { fixed: "press@example.com" } }],
    ["or the primary address", [PRESS], [PRESS, SENDER], { to: { primary: () => LOGIN }, envelopeFrom: "x@y.example" }],
    ["a target that is another's is not written", [PRESS], [PRESS], { envelopeFrom: "bob@example.com" }],
    ["nor is one that may author alone", [PRESS], [PRESS], { to: { fixed: "team@example.com" } }],
    ["nor is one that is not there", [PRESS], [PRESS], { to: { primary: () => undefined } }],
    ["the null reverse-path is left alone", [PRESS], [PRESS], { envelopeFrom: "", to: { fixed: LOGIN } }],
    ["mail of nobody is left alone", [PRESS], [PRESS], { login: null, when: "always" }],
    [
      "a header without room for a field is left alone",
      [...Array<string>(1_199).fill("X: 1"), PRESS],
      [...Array<string>(1_199).fill("X: 1"), PRESS],
    ],
  ])("%s", async (_, lines, after, mail) => {
    const [{ action }, header] = await decide(lines, mail);
    expect([action, header]).toEqual(["accept", after]);
  });

  test.each<[name: string, lines: string[], code: string, mail?: Mail]>([
    ["a foreign From", ["From: b@x.example"], "from-not-owned"],
    ["a foreign Sender", [OWN, "Sender: b@x.example"], "sender-not-owned"],
    ["a From on behalf beside a foreign Sender", [TEAM, "Sender: b@x.example"], "from-not-owned"],
    ["a From on behalf beside a foreign author", [`${TEAM}, b@x.example`], "from-not-owned"],
    ["a From on behalf from the null reverse-path", [TEAM], "from-not-owned", { envelopeFrom: "" }],
    ["a From on behalf of another's target", [TEAM], "from-not-owned", { envelopeFrom: "bob@example.com" }],
    ["two Sender fields", [OWN, SENDER, SENDER], "sender-multiple"],
    ["a bare LF", [TEAM, "X: a\nb"], "header-bare-lf"],
    ["no From", ["X: 1"], "from-missing"],
  ])("refuses as before %s", async (_, lines, code, mail) => {
    const [decision, header] = await decide(lines, { when: "always", ...mail });
    expect([decision.action, decision.code, decision.edits]).toEqual(["reject", code, []]);
    expect(header).toEqual(lines.flatMap((line) => line.split("\r\n")));
  });

  test("defers where the source of the target cannot answer", async () => {
    const [decision] = await decide([PRESS], { ownership: failingOwnership() });
    expect([decision.action, decision.code]).toEqual(["defer", "source-down"]);
  });

  test("a source that answers late does as well", async () => {
    expect((await decide([PRESS], { ownership: lateOwnership(owned) }))[1]).toEqual([PRESS, SENDER]);
  });

  test("a fixed target that is no address is a fault of the policy", () => {
    const rule = headerOriginatorsOwned({ ownership: owned });
    expect(() => addSender(rule, { ownership: owned, to: { fixed: "x" } })).toThrow(/no address/);
  });
});

const addresses = fc.constantFrom(LOGIN, "press@example.com", "team@example.com", "b@x.example", "Ann@example.com");
const line = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom("From: ", "Sender: ", "Author: ", "X: "), addresses) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom("From: Ann ", "SENDER: ", "DKIM-Signature: "), fc.constant(`<${LOGIN}>`)),
  },
);
const lists = fc.array(
  line.map((parts) => parts.join("")),
  { minLength: 1, maxLength: 5 },
);

describe("laws of Sender", () => {
  test.each(["default", "strict", "lenient", "relaxed-resent"] as const)(
    "every message of the corpus, under the preset %s",
    async (preset) => {
      let added = 0;
      for (const { login, ownership, envelopeFrom, raw } of corpus) {
        const plain = headerOriginatorsOwned({ ownership, preset });
        const sending = addSender(plain, { ownership, to: "envelope", when: "always" });
        const check = (rule: Rule, message: Uint8Array) =>
          createGuard({ rules: [rule] }).check(facts({ login, envelopeFrom, headers: readMessage(message).headers }));
        const [before, decision] = [await check(plain, raw), await check(sending, raw)];
        if (before.code !== "sender-missing") {
          expect([decision.action, decision.code]).toEqual([before.action, before.code]);
        }
        if (decision.action !== "accept") expect(decision.edits).toEqual([]);
        else expect((await check(plain, applyEdits(raw, decision.edits))).code).toBe("ok");
        if (decision.edits.length > 0) added++;
      }
      expect(added).toBeGreaterThan(0);
    },
  );

  test("what passed passes still, alone or within a cure, and says who sent it where it should", async () => {
    let added = 0;
    await fc.assert(
      fc.asyncProperty(
        lists,
        fc.constantFrom("needed" as const, "from-differs" as const, "always" as const),
        fc.constantFrom<OriginatorPreset>("default", "strict", "lenient", "relaxed-resent"),
        fc.boolean(),
        async (lines, when, preset, cures) => {
          const raw = octets(lines);
          const plain = headerOriginatorsOwned({ ownership: owned, preset });
          const sending = addSender(plain, { ownership: owned, to: "envelope", when });
          const whole = cures
            ? cure(sending, { ownership: owned, to: { fixed: "press@example.com" }, preset, removeSignatures: true })
            : sending;
          const check = (rule: typeof whole, message: Uint8Array) =>
            createGuard({ rules: [rule] }).check(
              facts({ login: LOGIN, envelopeFrom: LOGIN, headers: readMessage(message).headers }),
            );
          const before = await check(plain, raw);
          const decision = await check(whole, raw);
          if (before.action === "accept") expect(decision.action).toBe("accept");
          if (decision.action !== "accept") {
            expect([decision.code, decision.edits]).toEqual([before.code, []]);
            return;
          }
          const after = applyEdits(raw, decision.edits);
          expect((await check(plain, after)).code).toBe("ok");
          const again = await check(whole, after);
          expect([again.action, again.edits]).toEqual(["accept", []]);
          const header = Buffer.from(after).toString("latin1");
          const isSent = /^sender: (?:<ann@example\.com>|ann@example\.com)\r$/im.test(header);
          const isOwnFrom = /^From: (?:ann@example\.com|Ann <ann@example\.com>)\r$/im.test(header);
          if (when === "always" || (when === "from-differs" && !isOwnFrom)) expect(isSent).toBe(true);
          if (isSent) added++;
        },
      ),
      { numRuns: 1_000 },
    );
    expect(added).toBeGreaterThan(100);
  });
});
