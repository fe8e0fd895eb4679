import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyCharacter } from "../../../../test/support/any-character.js";
import {
  createGuard,
  type Decision,
  decisionToJson,
  facts,
  fail,
  pass,
  rule,
  skip,
  unknown,
  type Verdict,
  warnOnly,
} from "../../src/index.js";

function guardOf(...verdicts: readonly Verdict[]) {
  return createGuard({ rules: verdicts.map((verdict, index) => rule(`rule-${index}`, [], () => verdict)) });
}

const forged = fail("envelope-not-owned", { login: "eve", line: 3, captures: ["a", null] });

describe("decisionToJson", () => {
  it("writes an acceptance", async () => {
    const decision = await guardOf(pass("ok", [{ kind: "add-header", name: "X", value: "y" }]), skip("no-login")).check(
      {},
    );
    expect(decisionToJson(decision)).toEqual({
      action: "accept",
      code: "ok",
      reply: null,
      edits: [{ kind: "add-header", name: "X", value: "y" }],
      findings: [
        { rule: "rule-0", kind: "pass", code: "ok" },
        { rule: "rule-1", kind: "skip", code: "no-login" },
      ],
      observed: [],
    });
  });

  it("leaves evidence and causes out for who must not see them, in the trace too, and does not build them", async () => {
    const secret: Verdict = {
      ...forged,
      get evidence(): never {
        throw new Error("it was built");
      },
    };
    const findings = [
      pass(),
      secret,
      unknown("table-unavailable", "mysql://fg:hunter2@db is down", { result: "bob" }),
    ].map((verdict, index) => ({
      rule: `rule-${index}`,
      verdict,
    }));
    const decision: Decision = {
      action: "reject",
      code: "ok",
      reply: forged.reply,
      edits: [],
      findings,
      observed: findings,
    };
    const trace = findings.map((finding) => ({
      ...finding,
      members: findings.map((each) => ({ ...each, members: [] })),
    }));
    const json = decisionToJson(decision, trace, undefined, { evidence: false });
    expect(JSON.stringify(json)).not.toMatch(/evidence|bob|cause|hunter2/);
    expect(json.findings.map(({ code }) => code)).toEqual(["ok", "envelope-not-owned", "table-unavailable"]);
    expect(json.trace).toHaveLength(3);
  });

  it("writes a rejection with its reply and evidence", async () => {
    const reply = { code: 553, enhanced: "5.7.1", text: forged.reply.text };
    expect(decisionToJson(await guardOf(forged).check({}))).toEqual({
      action: "reject",
      code: "envelope-not-owned",
      reply,
      edits: [],
      findings: [
        {
          rule: "rule-0",
          kind: "fail",
          code: "envelope-not-owned",
          reply,
          evidence: { login: "eve", line: 3, captures: ["a", null] },
        },
      ],
      observed: [],
    });
  });

  it("names the fact that was not given", async () => {
    const guard = createGuard({ rules: [rule("header-rule", ["headers"], () => pass())] });
    expect(decisionToJson(await guard.check(facts({})))).toMatchObject({
      action: "defer",
      code: "fact-missing",
      findings: [{ kind: "unknown", code: "fact-missing", cause: "the transport did not give headers" }],
    });
  });

  it("writes what was observed, the trace and what could not be seen", async () => {
    const guard = createGuard({ rules: [warnOnly(rule("quiet", [], () => forged))] });
    const { decision, trace } = await guard.explain({});
    const json = decisionToJson(decision, trace, { view: "list", fields: [], anomalies: [], blindTo: ["header-nul"] });
    expect(json).toMatchObject({
      action: "accept",
      observed: [{ rule: "quiet", kind: "fail", code: "envelope-not-owned" }],
      blindTo: ["header-nul"],
      trace: [
        { rule: "quiet", kind: "skip", code: "observed", members: [{ rule: "quiet", kind: "fail", members: [] }] },
      ],
    });
  });

  it("survives what JSON cannot hold", () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    const evidence = { n: Number.NaN, big: 10n, fn: () => 1, cycle, none: undefined, half: "\ud800", $key: "\n\u2028" };
    const decision = {
      action: "defer",
      code: "x\udfff",
      edits: [],
      findings: [{ rule: "r", verdict: { kind: "unknown", code: "c", cause: "\ud800", evidence } }],
      observed: [],
    } as unknown as Decision;
    const text = JSON.stringify(decisionToJson(decision));
    expect(text).not.toMatch(/\\ud[89a-f]/);
    expect(JSON.parse(text)).toMatchObject({
      code: "x\ufffd",
      findings: [{ evidence: { n: "NaN", big: "10", half: "\ufffd", $key: "\n\u2028" }, cause: "\ufffd" }],
    });
    expect(JSON.parse(text).findings[0].evidence).not.toHaveProperty("none");
  });

  const text = fc.string({ unit: anyCharacter });
  const evidence = fc.record({ login: text, detail: text, line: fc.nat(), captures: fc.array(fc.option(text)) });
  const verdict: fc.Arbitrary<Verdict> = fc.oneof(
    fc.constant(pass()),
    text.map(skip),
    evidence.map((given) => fail("from-not-owned", given)),
    fc.tuple(text, text, evidence).map(([code, cause, given]) => unknown(code, cause, given)),
  );

  it("is plain data on one line: parsing what was printed gives it back, and equal decisions give equal text", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(verdict, { minLength: 1, maxLength: 4 }), async (verdicts) => {
        const [first, again] = [await guardOf(...verdicts).explain({}), await guardOf(...verdicts).explain({})];
        const json = decisionToJson(first.decision, first.trace);
        const printed = JSON.stringify(json);
        expect(JSON.parse(printed)).toEqual(json);
        expect(printed).not.toMatch(/[\r\n]/);
        expect(JSON.stringify(decisionToJson(again.decision, again.trace))).toBe(printed);
      }),
    );
  });
});
