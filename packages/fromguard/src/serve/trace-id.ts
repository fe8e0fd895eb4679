import { randomUUID } from "node:crypto";
import { type Decision, type Guard, MAX_REPLY_TEXT, printable, type Reply, type Transaction } from "@fromguard/core";

/** The ids that replies show, by the decision. */
const shown = new WeakMap<Decision, string>();

/** The id of a decision: the one that its reply shows, else a new one. */
export function traceIdOf(decision: Decision): string {
  return shown.get(decision) ?? newTraceId();
}

/** 40 random bits in hexadecimal digits. */
function newTraceId(): string {
  const uuid = randomUUID();
  return uuid.slice(0, 8) + uuid.slice(9, 11);
}

/** Replies of this rule are what Postfix answers, to the letter. */
const OF_POSTFIX = "postfix-restrictions";

/** The same guard, whose refusals each end in an id: `553 5.7.1 text (trace 0123456789)`. Texts are cut so that they stay within the limit. */
export function tracedGuard(guard: Guard): Guard {
  return {
    rules: guard.rules,
    needs: guard.needs,
    counters: guard.counters,
    decide: (facts, options) => andThen(guard.decide(facts, options), traced),
    check: async (facts, options) => traced(await guard.check(facts, options)),
    explain: async (facts, options) => {
      const { decision, trace } = await guard.explain(facts, options);
      return { decision: traced(decision), trace };
    },
    begin: () => new TracedTransaction(guard.begin()),
    within: (transport) => tracedGuard(guard.within(transport)),
  };
}

class TracedTransaction implements Transaction {
  readonly #transaction: Transaction;

  constructor(transaction: Transaction) {
    this.#transaction = transaction;
  }

  learn(...told: Parameters<Transaction["learn"]>): Decision | Promise<Decision> {
    return andThen(this.#transaction.learn(...told), traced);
  }

  get waiting() {
    return this.#transaction.waiting;
  }

  get facts() {
    return this.#transaction.facts;
  }
}

function andThen(decision: Decision | Promise<Decision>, then: (decision: Decision) => Decision) {
  return decision instanceof Promise ? decision.then(then) : then(decision);
}

function traced(decision: Decision): Decision {
  const { reply, code, findings } = decision;
  if (reply === undefined) return decision;
  const decisive = findings.find(({ verdict }) => verdict.code === code);
  if (decisive?.rule === OF_POSTFIX) return decision;
  const id = newTraceId();
  const marked = { ...decision, reply: ending(reply, ` (trace ${id})`) };
  shown.set(marked, id);
  return marked;
}

function ending({ code, enhanced, text }: Reply, end: string): Reply {
  return { code, enhanced, text: printable(text, MAX_REPLY_TEXT - end.length) + end };
}
