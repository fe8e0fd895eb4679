import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  all,
  any,
  createGuard,
  type Decision,
  type FactName,
  type Facts,
  fail,
  failWith,
  named,
  orElse,
  pass,
  type Rule,
  rule,
  skip,
  unknown,
  type Verdict,
  warnOnly,
} from "../../src/index.js";
import { giving, givingLate, members, someFacts, toRules, toSyncRules, verdicts } from "../rule/policies.js";

const NOT_OWNED = fail("envelope-not-owned");
const hanging = (name = "hanging") => rule(name, ["listener"], () => new Promise<Verdict>(() => undefined));
const needing = (name: string, needs: readonly FactName[], verdict: Verdict, turns = 0) =>
  rule(name, needs, async () => {
    for (let turn = 0; turn < turns; turn++) await undefined;
    return verdict;
  });

describe("a decision", () => {
  it.each<[string, Verdict[], Partial<Decision>]>([
    ["accepts where every rule passes", [pass(), pass()], { action: "accept", code: "ok" }],
    ["accepts where one passes and the others skip", [skip("x"), pass()], { action: "accept", code: "ok" }],
    ["says so where nothing applied", [skip("x"), skip("y")], { action: "accept", code: "nothing-applied" }],
    ["rejects a failure", [pass(), NOT_OWNED], { action: "reject", code: "envelope-not-owned" }],
    ["defers what could not be found out", [unknown("x", "y"), pass()], { action: "defer", code: "x" }],
    ["rejects rather than defers", [unknown("x", "y"), NOT_OWNED], { action: "reject", code: "envelope-not-owned" }],
    ["tells the first of two rejections", [NOT_OWNED, fail("from-not-owned")], { code: "envelope-not-owned" }],
  ])("%s", async (_case, given, expected) => {
    const guard = createGuard({ rules: given.map((verdict, at) => giving(verdict, `r${at}`)) });
    const decision = guard.decide(someFacts());
    expect(decision).toMatchObject(expected);
    expect(await guard.check(someFacts())).toEqual(decision);
    expect((await guard.explain(someFacts())).decision).toMatchObject(expected);
  });

  it("is one frozen object where rules pass and tell nothing, and one of its own where they tell something", () => {
    const tagging = pass("ok", [{ kind: "add-header", name: "X-Tag", value: "1" }]);
    const noting = rule("noting", ["listener"], (_, context) => {
      context.observe({ rule: "noting", verdict: NOT_OWNED });
      return pass();
    });
    const decide = (...rules: Rule[]) => {
      const guard = createGuard({ rules });
      return [guard.decide(someFacts()), guard.decide(someFacts()), guard.counters.accepted] as const;
    };
    const [one, other, accepted] = decide(giving(pass(), "a"), giving(pass(), "b"));
    expect([one === other, Object.isFrozen(one), accepted]).toEqual([true, true, 2]);
    expect(one).toEqual({
      action: "accept",
      code: "ok",
      edits: [],
      findings: ["a", "b"].map((name) => ({ rule: name, verdict: pass() })),
      observed: [],
    });
    for (const telling of [giving(tagging), giving(skip("x")), giving(pass("other")), noting]) {
      const [first, second] = decide(giving(pass()), telling);
      expect(first).not.toBe(second);
    }
    const [noted] = decide(giving(pass()), noting);
    expect(noted).toMatchObject({ action: "accept", observed: [{ rule: "noting" }] });
  });

  it("has a reply exactly where it does not accept, and edits only where it does", () =>
    fc.assert(
      fc.asyncProperty(members(), async (given) => {
        if (given.length === 0) return;
        const decision = await createGuard({ rules: toRules(given) }).check(someFacts());
        expect(decision.reply === undefined).toBe(decision.action === "accept");
        if (decision.action !== "accept") expect(decision.edits).toEqual([]);
        if (decision.action === "reject") expect(decision.reply?.code).toBeGreaterThanOrEqual(500);
        if (decision.action === "defer") expect(decision.reply?.code).toBeLessThan(500);
      }),
    ));

  it("does not depend on which rule answers first", () =>
    fc.assert(
      fc.asyncProperty(members(), async (given) => {
        if (given.length === 0) return;
        const late = await createGuard({ rules: toRules(given) }).check(someFacts());
        const sync = createGuard({ rules: toSyncRules(given) }).decide(someFacts());
        expect(late).toEqual(sync);
      }),
    ));

  it("is explained as it is decided", () =>
    fc.assert(
      fc.asyncProperty(members(), async (given) => {
        if (given.length === 0) return;
        const guard = createGuard({ rules: toRules(given) });
        const [decided, { decision, trace }] = [await guard.check(someFacts()), await guard.explain(someFacts())];
        expect([decision.action, decision.code, decision.reply]).toEqual([decided.action, decided.code, decided.reply]);
        expect(trace.map(({ rule: name }) => name)).toEqual(given.map((_member, at) => `r${at}`));
        expect(trace.map(({ verdict }) => verdict)).toEqual(given.map(([verdict]) => verdict));
      }),
    ));

  it("takes conjunctions apart, so that all() decides as its rules do", () =>
    fc.assert(
      fc.asyncProperty(members(3), members(3), async (a, b) => {
        const rules = [...toRules(a), ...toRules(b)];
        if (rules.length === 0) return;
        const whole = await createGuard({ rules: [all(all(...toRules(a)), ...toRules(b))] }).check(someFacts());
        const apart = await createGuard({ rules }).check(someFacts());
        expect([whole.action, whole.code]).toEqual([apart.action, apart.code]);
      }),
    ));

  it("shows the members of a combinator in the trace", async () => {
    const guard = createGuard({ rules: [any(giving(NOT_OWNED, "a"), givingLate(pass(), 2, "b"))] });
    const { trace } = await guard.explain(someFacts());
    expect(trace).toEqual([
      {
        rule: "any",
        verdict: pass(),
        members: [
          { rule: "a", verdict: NOT_OWNED, members: [] },
          { rule: "b", verdict: pass(), members: [] },
        ],
      },
    ]);
  });

  it("asks nothing behind a rejection", () => {
    const asked = vi.fn(() => pass());
    void createGuard({ rules: [giving(NOT_OWNED), rule("later", ["listener"], asked)] }).decide(someFacts());
    expect(asked).not.toHaveBeenCalled();
  });

  it("does not wait for rules behind a rejection, and aborts them", async () => {
    let aborted = false;
    const slow = rule("slow", ["listener"], (_facts, { signal }) => {
      signal.addEventListener("abort", () => {
        aborted = true;
      });
      return new Promise<Verdict>(() => undefined);
    });
    const decision = await createGuard({ rules: [givingLate(NOT_OWNED), slow] }).check(someFacts());
    expect(decision.action).toBe("reject");
    expect(decision.findings).toHaveLength(1);
    expect(aborted).toBe(true);
  });

  it("defers where a fact is missing", () => {
    const decision = createGuard({ rules: [needing("r", ["headers"], pass())] }).decide(someFacts());
    expect(decision).toMatchObject({ action: "defer", code: "fact-missing" });
  });

  it("refuses a missing fact of a warn-only rule no more than any other fault of it", async () => {
    const decision = await createGuard({
      rules: [giving(pass()), warnOnly(needing("r", ["headers"], pass()))],
    }).check(someFacts());
    expect(decision).toMatchObject({ action: "accept", code: "ok" });
    expect(decision.observed).toMatchObject([{ rule: "r", verdict: { code: "fact-missing" } }]);
  });
});

describe("a transaction in stages", () => {
  const stages: readonly (readonly FactName[])[] = [
    ["login", "listener"],
    ["envelopeFrom"],
    ["recipients"],
    ["headers"],
  ];
  const whole: Partial<Facts> = {
    ...someFacts(),
    recipients: [],
    headers: { view: "bytes", fields: [], anomalies: [], blindTo: [] },
  };
  const policies = fc.array(
    fc.tuple(
      fc.subarray(["login", "envelopeFrom", "recipients", "headers"] as const, { minLength: 1 }),
      verdicts,
      fc.nat(3),
    ),
    { minLength: 1, maxLength: 6 },
  );

  it("comes to the decision of one shot", () =>
    fc.assert(
      fc.asyncProperty(policies, async (policy) => {
        const rules = policy.map(([needs, verdict, turns], at) => needing(`r${at}`, needs, verdict, turns));
        const guard = createGuard({ rules });
        const transaction = guard.begin();
        let last: Decision | undefined;
        for (const stage of stages) {
          last = await transaction.learn(Object.fromEntries(stage.map((name) => [name, whole[name]])));
        }
        expect(last).toEqual(await guard.check(whole));
      }),
    ));

  it("runs each rule once, as soon as its facts are there", async () => {
    const ran: string[] = [];
    const noting = (name: string, needs: readonly FactName[]) =>
      rule(name, needs, () => {
        ran.push(name);
        return pass();
      });
    const transaction = createGuard({
      rules: [noting("header", ["headers"]), noting("envelope", ["envelopeFrom"])],
    }).begin();
    expect(transaction.waiting).toEqual(["header", "envelope"]);
    await transaction.learn({ envelopeFrom: whole.envelopeFrom as never });
    expect([ran, transaction.waiting]).toEqual([["envelope"], ["header"]]);
    await transaction.learn({ headers: whole.headers as never });
    await transaction.learn({ recipients: [] });
    expect([ran, transaction.waiting]).toEqual([["envelope", "header"], []]);
  });

  it("waits with a stage that comes before the last is decided", async () => {
    let runs = 0;
    const slow = rule("slow", ["login"], async () => {
      runs++;
      await undefined;
      return NOT_OWNED;
    });
    const transaction = createGuard({ rules: [slow, needing("r", ["envelopeFrom"], pass())] }).begin();
    const [first, second] = await Promise.all([
      transaction.learn({ login: "ann" }),
      transaction.learn({ envelopeFrom: whole.envelopeFrom as never }),
    ]);
    expect([first?.action, second?.action, runs]).toEqual(["reject", "reject", 1]);
  });
});

describe("a rule that breaks", () => {
  const throwing = rule("broken", ["listener"], () => {
    throw new Error("boom");
  });

  it.each<[string, Rule]>([
    ["throws", throwing],
    ["rejects", rule("broken", ["listener"], () => Promise.reject(new Error("boom")))],
    ["throws what is no error", rule("broken", ["listener"], () => Promise.reject("boom"))],
    ["gives no verdict", rule("broken", ["listener"], () => undefined as unknown as Verdict)],
    [
      "fails with half a reply",
      rule("broken", ["listener"], () => ({ ...fail("relay-denied"), reply: {} }) as unknown as Verdict),
    ],
    [
      "fails with a reply that takes the message",
      rule("broken", ["listener"], () => failWith("odd", { code: 250, enhanced: "2.0.0", text: "Ok" })),
    ],
    ["gives no verdict late", rule("broken", ["listener"], async () => ({ kind: "ok" }) as unknown as Verdict)],
    ["fails without a reply", rule("broken", ["listener"], () => ({ kind: "fail", code: "x" }) as unknown as Verdict)],
  ])("that %s defers, is counted and told", async (_case, broken) => {
    const told: string[] = [];
    const guard = createGuard({ rules: [broken, giving(pass())], onRuleError: (name) => told.push(name) });
    expect(await guard.check(someFacts())).toMatchObject({
      action: "defer",
      code: "rule-failed",
      reply: { code: 451, enhanced: "4.3.0" },
    });
    expect([guard.counters.ruleErrors, told]).toEqual([1, ["broken"]]);
  });

  it.each<[string, Rule]>([
    ["any", any(throwing, giving(pass()))],
    ["warnOnly", warnOnly(throwing)],
    ["orElse", orElse(throwing, "accept")],
    ["named", named("x", throwing)],
  ])("is counted once and told within %s", async (_case, combined) => {
    const told: string[] = [];
    const guard = createGuard({ rules: [combined], onRuleError: (name) => told.push(name) });
    await guard.check(someFacts());
    expect([guard.counters.ruleErrors, told]).toEqual([1, ["broken"]]);
  });

  it("does not stop the guard by a listener that throws", async () => {
    const guard = createGuard({
      rules: [throwing],
      onRuleError: () => {
        throw new Error("listener");
      },
    });
    expect(guard.decide(someFacts())).toMatchObject({ action: "defer" });
    expect(guard.counters).toMatchObject({ ruleErrors: 1, hookErrors: 1 });
  });
});

describe("time", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("ends a rule that does not answer at the deadline", async () => {
    const decision = createGuard({ rules: [hanging(), giving(pass())], timeoutMs: 100 }).check(someFacts());
    await vi.advanceTimersByTimeAsync(100);
    expect(await decision).toMatchObject({
      action: "defer",
      code: "deadline",
      findings: [{ verdict: { cause: "no answer within 100 ms" } }, {}],
    });
  });

  it("lets orElse, warnOnly and any() judge a deadline", async () => {
    const guard = createGuard({
      rules: [orElse(hanging("a"), "accept"), warnOnly(hanging("b")), any(hanging("c"), giving(pass()))],
      timeoutMs: 100,
    });
    const decision = guard.check(someFacts());
    await vi.advanceTimersByTimeAsync(100);
    expect(await decision).toMatchObject({ action: "accept", code: "ok" });
    expect((await decision).observed.map(({ rule: name }) => name)).toEqual(["a", "b"]);
  });

  it("drops an answer that comes behind the deadline", async () => {
    const slow = rule(
      "slow",
      ["listener"],
      () => new Promise<Verdict>((resolve) => setTimeout(() => resolve(NOT_OWNED), 200)),
    );
    const decision = createGuard({ rules: [slow], timeoutMs: 100 }).check(someFacts());
    await vi.advanceTimersByTimeAsync(300);
    expect(await decision).toMatchObject({ action: "defer", code: "deadline" });
  });

  it("leaves no timer behind", async () => {
    await createGuard({ rules: [givingLate(pass())] }).check(someFacts());
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([0, -1, Number.NaN, 2 ** 31])("refuses a deadline of %s ms", (timeoutMs) => {
    expect(() => createGuard({ rules: [hanging()], timeoutMs })).toThrow(/^timeoutMs: must be from 1 to/);
  });
});

describe("an abort", () => {
  it.each(["before", "during"])("%s the decision defers", async (time) => {
    const controller = new AbortController();
    if (time === "before") controller.abort();
    const decision = createGuard({ rules: [hanging()] }).check(someFacts(), { signal: controller.signal });
    controller.abort();
    expect(await decision).toMatchObject({ action: "defer", code: "aborted" });
  });
});

describe("shadow mode", () => {
  it("decides everything and refuses nothing", () =>
    fc.assert(
      fc.asyncProperty(members(), async (given) => {
        if (given.length === 0) return;
        const rules = [...toRules(given), needing("lacking", ["headers"], pass())];
        const decision = await createGuard({ rules, shadow: true }).check(someFacts());
        expect(decision.action).toBe("accept");
        const refused = given.filter(([verdict]) => verdict.kind === "fail" || verdict.kind === "unknown");
        expect(decision.observed).toHaveLength(refused.length + 1);
      }),
    ));
});

describe("counters", () => {
  it("count what was decided", async () => {
    const guard = createGuard({
      rules: [rule("r", ["login"], ({ login }) => (login === "eve" ? NOT_OWNED : skip("x")))],
    });
    await guard.check({ login: "ann" });
    await guard.check({ login: "eve" });
    await guard.check({});
    expect(guard.counters).toMatchObject({ accepted: 1, rejected: 1, deferred: 1, nothingApplied: 1, ruleErrors: 0 });
  });
});

describe("a policy", () => {
  const envelope = needing("envelope", ["envelopeFrom"], pass());
  const header = needing("header", ["headers", "login"], pass());

  it.each<[string, () => unknown, string]>([
    ["without rules", () => createGuard({ rules: [] }), "the policy has no rules: it would protect nothing"],
    [
      "of an empty conjunction",
      () => createGuard({ rules: [all()] }),
      "the policy has no rules: it would protect nothing",
    ],
    [
      "with a rule that can never run on a transport",
      () => createGuard({ rules: [envelope, header] }).within({ name: "policy", facts: ["login", "envelopeFrom"] }),
      "policy never has the facts of a rule of this policy (header needs headers): serve them on a transport that has, or say that they run elsewhere",
    ],
    [
      "of which nothing can run on a transport",
      () => createGuard({ rules: [header] }).within({ name: "policy", facts: ["login"], partial: true }),
      "no rule of this policy can run on policy: it would protect nothing",
    ],
  ])("%s is refused in a sentence", (_case, make, message) => {
    expect(make).toThrow(expect.objectContaining({ code: "FG_POLICY_INVALID", message }));
  });

  it("that runs elsewhere too keeps the rules that can run here, and the counters", async () => {
    const guard = createGuard({ rules: [envelope, header] });
    const within = guard.within({ name: "policy", facts: ["login", "envelopeFrom"], partial: true });
    expect(within.rules).toEqual([envelope]);
    expect(await within.check(someFacts())).toMatchObject({ action: "accept", code: "ok" });
    expect(guard.counters.accepted).toBe(1);
  });

  it("says which facts it needs", () => {
    expect(createGuard({ rules: [all(envelope, header)] }).needs).toEqual(["envelopeFrom", "headers", "login"]);
  });
});
