import type { Decision, Guard } from "@fromguard/core";

type Decided = Decision | Promise<Decision>;

/** The same guard, with something done around each of its decisions; of a transaction, each stage. */
export function wrappedGuard(guard: Guard, around: (decide: () => Decided) => Decided): Guard {
  return {
    get rules() {
      return guard.rules;
    },
    get needs() {
      return guard.needs;
    },
    get counters() {
      return guard.counters;
    },
    decide: (facts, options) => around(() => guard.decide(facts, options)),
    check: async (facts, options) => around(() => guard.check(facts, options)),
    explain: async (facts, options) => {
      let trace: Awaited<ReturnType<Guard["explain"]>>["trace"] = [];
      const decision = await around(async () => {
        const explained = await guard.explain(facts, options);
        trace = explained.trace;
        return explained.decision;
      });
      return { decision, trace };
    },
    begin: () => {
      const transaction = guard.begin();
      return {
        learn: (facts, options) => around(() => transaction.learn(facts, options)),
        get waiting() {
          return transaction.waiting;
        },
        get facts() {
          return transaction.facts;
        },
      };
    },
    within: (transport) => wrappedGuard(guard.within(transport), around),
  };
}

/** What is made of a decision, now or as soon as it is there. */
export function andThen(decision: Decided, then: (decision: Decision) => Decision): Decided {
  return decision instanceof Promise ? decision.then(then) : then(decision);
}
