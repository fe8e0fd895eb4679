import type { FactName, Facts, Guard } from "@fromguard/core";
import { type Outcome, outcomeOf } from "./causes.js";

/** A rule that could not run, and on how many messages. */
export interface NotRun {
  readonly rule: string;
  readonly missing: readonly FactName[];
  readonly messages: number;
}

/** Decisions that are remembered: the same login sends as the same addresses. */
const MAX_REMEMBERED = 100_000;

/** Decisions that are waited for at the same time, so that one slow DNS answer does not hold up the rest. */
const MAX_IN_FLIGHT = 64;

/** The policy as far as it runs on some facts. */
interface Part {
  readonly guard: Guard;
  readonly missing: readonly Omit<NotRun, "messages">[];
  messages: number;
}

/**
 * Asks a policy about messages of which a log tells less than a listener would: rules that lack a fact are left out, and counted. The
 * same question is asked once, and no more than some answers are waited for.
 */
export class Judge {
  readonly #guard: Guard;
  /** By the names of the facts that are known. */
  readonly #parts = new Map<string, Part>();
  /** The oldest first. */
  readonly #remembered = new Map<string, Outcome | Promise<Outcome>>();
  readonly #inFlight = new Set<Promise<void>>();

  constructor(guard: Guard) {
    this.#guard = guard;
  }

  /** Tells the outcome now or later; returns what to wait for before the next is asked. */
  ask(facts: Partial<Facts>, told: (outcome: Outcome) => void): undefined | Promise<void> {
    const outcome = this.#outcome(facts);
    if (!(outcome instanceof Promise)) {
      told(outcome);
      return undefined;
    }
    const done = outcome.then(told).finally(() => this.#inFlight.delete(done));
    this.#inFlight.add(done);
    return this.#inFlight.size < MAX_IN_FLIGHT ? undefined : Promise.race(this.#inFlight);
  }

  async idle(): Promise<void> {
    await Promise.all(this.#inFlight);
  }

  notRun(): readonly NotRun[] {
    const byRule = new Map<string, NotRun>();
    for (const { missing, messages } of this.#parts.values()) {
      for (const each of missing) {
        const key = `${each.rule} ${each.missing.join(" ")}`;
        byRule.set(key, { ...each, messages: messages + (byRule.get(key)?.messages ?? 0) });
      }
    }
    return [...byRule.values()];
  }

  #outcome(facts: Partial<Facts>): Outcome | Promise<Outcome> {
    const part = this.#partFor(facts);
    part.messages++;
    // A header is another each time.
    if (facts.headers !== undefined) return this.#decide(part, facts);
    const key = JSON.stringify(part.guard.needs.map((need) => factText(facts, need)));
    const known = this.#remembered.get(key);
    if (known !== undefined) return known;
    const outcome = this.#decide(part, facts);
    const [oldest] = this.#remembered.size < MAX_REMEMBERED ? [] : this.#remembered.keys();
    if (oldest !== undefined) this.#remembered.delete(oldest);
    this.#remembered.set(key, outcome);
    if (outcome instanceof Promise) void outcome.then((late) => this.#remembered.set(key, late));
    return outcome;
  }

  #decide({ guard }: Part, facts: Partial<Facts>): Outcome | Promise<Outcome> {
    const decision = guard.decide(facts);
    return decision instanceof Promise ? decision.then(outcomeOf) : outcomeOf(decision);
  }

  #partFor(facts: Partial<Facts>): Part {
    const known = (Object.keys(facts) as FactName[]).filter((name) => facts[name] !== undefined);
    const key = known.join(" ");
    const before = this.#parts.get(key);
    if (before !== undefined) return before;
    const missing = this.#guard.rules.flatMap(({ name: rule, needs }) => {
      const lacking = needs.filter((need) => !known.includes(need));
      return lacking.length === 0 ? [] : [{ rule, missing: lacking }];
    });
    // Where none can run all count, and the answer is a deferral.
    const anyRuns = missing.length < this.#guard.rules.length;
    const guard = anyRuns ? this.#guard.within({ name: "a log", facts: known, partial: true }) : this.#guard;
    const part = { guard, missing, messages: 0 };
    this.#parts.set(key, part);
    return part;
  }
}

/** What of a fact a decision can depend on. */
function factText(facts: Partial<Facts>, name: FactName): unknown {
  if (name === "envelopeFrom") return facts.envelopeFrom?.text;
  if (name === "recipients") return facts.recipients?.map(({ text }) => text);
  return facts[name];
}
