import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  all,
  any,
  codes,
  fail,
  firstOf,
  named,
  not,
  orElse,
  type Predicate,
  pass,
  predicate,
  type Rule,
  rule,
  score,
  severity,
  skip,
  unknown,
  unless,
  type Verdict,
  warnOnly,
  when,
} from "../../src/index.js";
import { contextOf, giving, givingLate, members, toRules, toSyncRules, verdictOf, verdicts } from "./policies.js";

const always: Predicate = predicate("always", ["listener"], () => true);
const never: Predicate = predicate("never", ["listener"], () => false);
const severityOf = async (tested: Rule) => severity(await verdictOf(tested));
const combinators: [string, (...rules: readonly Rule[]) => Rule][] = [
  ["all", all],
  ["any", any],
  ["firstOf", firstOf],
  ["score", (...rules) => score({ reject: 2, defer: 1 }, ...rules.map((one) => [one, 1] as const))],
];

describe.each(combinators)("%s", (_name, combine) => {
  it("skips of nothing", async () => {
    expect(await verdictOf(combine())).toEqual(skip("nothing-applied"));
  });

  it("skips of skips only", async () => {
    const verdict = await verdictOf(combine(giving(skip("no-login")), givingLate(skip("null-reverse-path"))));
    expect(verdict.kind).toBe("skip");
  });

  it("answers the same with members that answer late", async () => {
    await fc.assert(
      fc.asyncProperty(members(), async (given) => {
        expect(await verdictOf(combine(...toRules(given)))).toEqual(await verdictOf(combine(...toSyncRules(given))));
      }),
    );
  });

  it("answers at once where every member does", () => {
    expect(combine(giving(pass()), giving(skip("x"))).evaluate({} as never, contextOf())).not.toBeInstanceOf(Promise);
  });

  it("takes a member that throws for one that could not find out, and tells of it", async () => {
    const told: string[] = [];
    const context = contextOf({ onError: (name, cause) => told.push(`${name}: ${cause}`) });
    const throwing = rule("broken", ["listener"], () => {
      throw new Error("boom");
    });
    const rejecting = rule("broken-late", ["listener"], () => Promise.reject(new Error("bang")));
    const verdict = await verdictOf(combine(throwing, rejecting), context);
    expect(verdict).toMatchObject({ kind: "unknown", code: "rule-failed" });
    expect(told[0]).toBe("broken: boom");
  });

  it("needs what its members need, each once", () => {
    const one = rule("one", ["login", "envelopeFrom"], () => pass());
    const two = rule("two", ["headers", "login"], () => pass());
    expect(combine(one, two).needs).toEqual(["login", "envelopeFrom", "headers"]);
  });
});

describe.each([...combinators.slice(0, 2), ...combinators.slice(3)])("%s in another order", (_name, combine) => {
  it("is as severe", async () => {
    const shuffled = members().chain((given) =>
      fc.tuple(fc.constant(given), fc.shuffledSubarray([...given], { minLength: given.length })),
    );
    await fc.assert(
      fc.asyncProperty(shuffled, async ([given, other]) => {
        expect(await severityOf(combine(...toRules(given)))).toBe(await severityOf(combine(...toRules(other))));
      }),
    );
  });
});

describe.each(combinators.slice(0, 3))("%s of one rule", (_name, combine) => {
  it("is that rule", () =>
    fc.assert(
      fc.asyncProperty(verdicts, async (verdict) => {
        expect(await verdictOf(combine(giving(verdict)))).toEqual(verdict);
      }),
    ));
});

describe("all", () => {
  it("is as severe as its most severe member", () =>
    fc.assert(
      fc.asyncProperty(members(), async (given) => {
        const worst = Math.max(0, ...given.map(([verdict]) => severity(verdict)));
        expect(await severityOf(all(...toRules(given)))).toBe(worst);
      }),
    ));

  it("keeps the edits of every member that passes", async () => {
    const edit = (value: string) => ({ kind: "add-header", name: "X", value }) as const;
    const verdict = await verdictOf(
      all(giving(pass("a", [edit("1")])), giving(skip("b")), giving(pass("c", [edit("2")]))),
    );
    expect(verdict).toEqual(pass("a", [edit("1"), edit("2")]));
  });
});

describe("any", () => {
  it.each<[string, Verdict[], Verdict]>([
    ["a pass beats a rejection", [fail("from-not-owned"), pass()], pass()],
    ["a pass beats what could not be found out", [unknown("x", "y"), pass()], pass()],
    ["a deferral beats a rejection", [fail("from-not-owned"), unknown("x", "y")], unknown("x", "y")],
    ["a skip is no pass", [skip("x"), fail("from-not-owned")], fail("from-not-owned")],
  ])("%s", async (_case, given, expected) => {
    expect(await verdictOf(any(...given.map((one) => giving(one))))).toEqual(expected);
  });
});

describe("firstOf", () => {
  it("is associative", () =>
    fc.assert(
      fc.asyncProperty(members(2), members(2), members(2), async (a, b, c) => {
        const [x, y, z] = [toRules(a), toRules(b), toRules(c)];
        const left = await verdictOf(firstOf(firstOf(...x, ...y), ...z));
        const right = await verdictOf(firstOf(...x, firstOf(...y, ...z)));
        expect(left.kind === "skip" ? "skip" : left).toEqual(right.kind === "skip" ? "skip" : right);
      }),
    ));

  it("asks nothing behind the first answer", async () => {
    let asked = 0;
    const counting = rule("counting", ["listener"], () => {
      asked++;
      return pass();
    });
    await verdictOf(firstOf(giving(skip("x")), giving(fail("from-not-owned")), counting));
    expect(asked).toBe(0);
  });
});

describe("score", () => {
  const weights = fc.nat({ max: 6 });
  const weighted = (rules: readonly Rule[], points: readonly number[]) =>
    rules.map((one, at) => [one, points[at] ?? 1] as const);

  it("never softens when a rule is added", () =>
    fc.assert(
      fc.asyncProperty(
        members(),
        fc.array(weights, { minLength: 6, maxLength: 6 }),
        members(1),
        async (given, points, more) => {
          const thresholds = { reject: 6, defer: 4, tag: 2 };
          const before = score(thresholds, ...weighted(toRules(given), points));
          const after = score(thresholds, ...weighted(toRules([...given, ...more]), points));
          expect(await severityOf(after)).toBeGreaterThanOrEqual(await severityOf(before));
        },
      ),
    ));

  it("of one weight at the threshold refuses what all() refuses", () =>
    fc.assert(
      fc.asyncProperty(verdicts, async (verdict) => {
        const scored = await severityOf(score({ reject: 5 }, [giving(verdict), 5]));
        const plain = await severityOf(all(giving(verdict)));
        expect(scored >= 2).toBe(plain >= 2);
        if (verdict.kind !== "fail") expect(scored).toBe(plain);
      }),
    ));

  it.each<[string, [Verdict, number][], Partial<Verdict>]>([
    ["below every threshold it passes", [[fail("from-not-owned"), 1]], { kind: "pass", code: "ok" }],
    ["at the tag threshold it tags", [[fail("from-not-owned"), 2]], { kind: "pass", code: "score-tag" }],
    ["at the defer threshold it defers", [[fail("from-not-owned"), 4]], { kind: "fail", code: "score-defer" }],
    [
      "weights add up",
      [
        [fail("from-not-owned"), 3],
        [fail("from-multiple"), 3],
      ],
      { kind: "fail", code: "score-reject" },
    ],
    [
      "an unknown member is not 0 points",
      [
        [unknown("x", "y"), 1],
        [fail("from-not-owned"), 2],
      ],
      { kind: "unknown", code: "x" },
    ],
    [
      "points reject without the unknown member",
      [
        [unknown("x", "y"), 1],
        [fail("from-not-owned"), 6],
      ],
      { kind: "fail", code: "score-reject" },
    ],
    ["a weight of 0 never acts", [[fail("from-not-owned"), 0]], { kind: "pass", code: "ok" }],
  ])("%s", async (_case, given, expected) => {
    const rules = given.map(([verdict, weight], at) => [giving(verdict, `r${at}`), weight] as const);
    expect(await verdictOf(score({ reject: 6, defer: 4, tag: 2 }, ...rules))).toMatchObject(expected);
  });

  it("shows the points by name", async () => {
    const scored = score(
      { reject: 3 },
      [giving(fail("from-not-owned"), "a"), 1],
      [giving(fail("from-multiple"), "b"), 2],
    );
    expect(await verdictOf(scored)).toMatchObject({
      evidence: { symbols: { a: 1, b: 2 }, detail: "3 points: a=1 b=2" },
    });
  });

  it("shows what the members rest on, of several of one name the first", async () => {
    const member = (name: string, address: string) => [giving(fail("from-not-owned", { address }), name), 1] as const;
    const scored = score({ reject: 3 }, member("a", "x@y.test"), member("a", "y@y.test"), member("b", "z@y.test"));
    expect(await verdictOf(scored)).toMatchObject({
      evidence: { symbols: { a: 2, b: 1 }, members: { a: { address: "x@y.test" }, b: { address: "z@y.test" } } },
    });
  });

  it("keeps the edits of members that pass", async () => {
    const edit = { kind: "add-header", name: "X", value: "1" } as const;
    expect(await verdictOf(score({ reject: 3 }, [giving(pass("a", [edit])), 1]))).toEqual(pass("ok", [edit]));
  });

  it.each<[string, () => Rule]>([
    ["a negative weight", () => score({ reject: 1 }, [giving(pass()), -1])],
    ["an infinite weight", () => score({ reject: 1 }, [giving(pass()), Number.POSITIVE_INFINITY])],
    ["a threshold that is no number", () => score({ reject: Number.NaN }, [giving(pass()), 1])],
    ["no threshold", () => score({}, [giving(pass()), 1])],
  ])("refuses %s", (_case, make) => {
    expect(make).toThrow(RangeError);
  });
});

describe("when and unless", () => {
  it("with a condition that holds are the rule, without it skip", () =>
    fc.assert(
      fc.asyncProperty(verdicts, async (verdict) => {
        expect(await verdictOf(when(always, giving(verdict)))).toEqual(verdict);
        expect(await verdictOf(when(never, giving(verdict)))).toEqual(skip("not-never"));
        expect(await verdictOf(unless(never, giving(verdict)))).toEqual(verdict);
        expect(await verdictOf(unless(always, giving(verdict)))).toEqual(skip("always"));
      }),
    ));

  it("say so where the condition's facts are missing", async () => {
    const condition = predicate("has-headers", ["headers"], () => true);
    expect(await verdictOf(when(condition, giving(pass())))).toMatchObject({ kind: "unknown", code: "fact-missing" });
  });

  it("not() twice is the predicate", () => {
    expect(not(not(always)).name).toBe("always");
    expect(not(not(always)).test({} as never)).toBe(true);
  });
});

describe("warnOnly", () => {
  it("refuses nothing, tells what it would refuse, and is idempotent", () =>
    fc.assert(
      fc.asyncProperty(verdicts, async (verdict) => {
        const [once, twice] = [contextOf(), contextOf()];
        const first = await verdictOf(warnOnly(giving(verdict, "r")), once);
        expect(first).toEqual(await verdictOf(warnOnly(warnOnly(giving(verdict, "r"))), twice));
        expect(first).toEqual(severity(verdict) >= 2 ? skip("observed") : verdict);
        expect(once.observed).toEqual(severity(verdict) >= 2 ? [{ rule: "r", verdict }] : []);
        expect(twice.observed).toEqual(once.observed);
      }),
    ));
});

describe("named", () => {
  it("changes only the name", () =>
    fc.assert(
      fc.asyncProperty(verdicts, async (verdict) => {
        const renamed = named("other", giving(verdict));
        expect(renamed.name).toBe("other");
        expect(await verdictOf(renamed)).toEqual(verdict);
      }),
    ));
});

describe("orElse", () => {
  it("changes only what could not be found out", () =>
    fc.assert(
      fc.asyncProperty(verdicts, async (verdict) => {
        const { reply } = codes["login-required"];
        const closed = await verdictOf(orElse(giving(verdict), { reject: reply }));
        const open = await verdictOf(orElse(giving(verdict), "accept"));
        if (verdict.kind !== "unknown") expect([closed, open]).toEqual([verdict, verdict]);
        else {
          expect(closed).toMatchObject({ kind: "fail", code: verdict.code, reply });
          expect(open).toEqual(skip("failed-open"));
        }
        expect(await verdictOf(orElse(giving(verdict), "defer"))).toEqual(verdict);
      }),
    ));

  it("that fails open says so", async () => {
    const context = contextOf();
    await verdictOf(orElse(giving(unknown("x", "y"), "r"), "accept"), context);
    expect(context.observed).toEqual([{ rule: "r", verdict: unknown("x", "y") }]);
  });

  it("covers a deadline and a missing fact of the rule within", async () => {
    const hanging = rule("hanging", ["listener"], () => new Promise<Verdict>(() => undefined));
    const signal = AbortSignal.abort(new DOMException("no answer", "TimeoutError"));
    expect(await verdictOf(orElse(hanging, "accept"), contextOf({ signal }))).toEqual(skip("failed-open"));
    expect(await verdictOf(named("x", hanging), contextOf({ signal }))).toMatchObject({ code: "deadline" });
    const lacking = rule("lacking", ["headers"], () => pass());
    expect(await verdictOf(orElse(lacking, "accept"))).toEqual(skip("failed-open"));
  });
});

describe("rule()", () => {
  it("infers the facts from the needs", () => {
    const made = rule("x", ["login", "envelopeFrom"], (given) => {
      expectTypeOf(given.login).toEqualTypeOf<string | null>();
      // @ts-expect-error a fact that is not among the needs is not there
      void given.headers;
      return pass();
    });
    expectTypeOf(made).toEqualTypeOf<Rule<"login" | "envelopeFrom">>();
    expectTypeOf(made).toExtend<Rule>();
    expect(made.needs).toEqual(["login", "envelopeFrom"]);
  });
});
