import type { Decision, FactName, Facts, Guard } from "@fromguard/core";
import { Causes, type Outcome, outcomeOf } from "./causes.js";
import { LOGGED_FACTS, type LoggedMessage, type NotJudged, PostfixMessages } from "./postfix-messages.js";
import { type LogRead, readLog } from "./read-log.js";

/** A log: its name, and its octets. */
export interface LogFile {
  readonly name: string;
  readonly octets: AsyncIterable<Uint8Array>;
}

/** How many messages came to what. */
export type Counts = Record<Decision["action"], number>;

/** What a policy would have done with the messages of some logs. */
export interface Replayed {
  /** By log, in the order in which they were read. */
  readonly logs: readonly (LogRead & { readonly name: string })[];
  /** Messages that the MTA took. */
  readonly taken: Counts;
  /** Attempts that it refused itself. */
  readonly refused: Counts;
  /** Why the policy would refuse or defer messages that were taken. */
  readonly causes: Causes;
  readonly notJudged: NotJudged;
  /** Rules that need facts that no log has. */
  readonly notRun: readonly { readonly rule: string; readonly missing: readonly FactName[] }[];
}

/** Decisions that are remembered: the same login sends as the same addresses. */
const MAX_REMEMBERED = 100_000;

/** Decisions that are waited for at the same time, so that one slow DNS answer does not hold up the rest. */
const MAX_IN_FLIGHT = 64;

/** Lines between two calls of `onLine`. */
const LINES_A_TICK = 4096;

/**
 * Reads logs, and asks a policy what it would have done with each message. Memory does not grow with the logs but with the
 * different senders in them, up to named limits.
 *
 * @throws FromguardError `FG_POLICY_INVALID` where no rule of the policy can run on what a log tells
 * @throws Error where a log cannot be read
 */
export async function replay(
  guard: Guard,
  logs: Iterable<LogFile> | AsyncIterable<LogFile>,
  onLines: (lines: number) => void = () => undefined,
): Promise<Replayed> {
  const needsRecipients = guard.needs.includes("recipients");
  const here = guard.within({ name: "a mail log", facts: LOGGED_FACTS, partial: true });
  const judge = new Judge(here);
  const taken: Counts = { accept: 0, reject: 0, defer: 0 };
  const refused: Counts = { accept: 0, reject: 0, defer: 0 };
  const causes = new Causes();
  const messages = new PostfixMessages(
    (message) =>
      judge.ask(message.facts, ({ action, cause }) => {
        (message.refused ? refused : taken)[action]++;
        if (cause !== undefined && !message.refused) causes.add(cause, placeOf(message));
      }),
    { needsRecipients },
  );
  const read: (LogRead & { name: string })[] = [];
  let lines = 0;
  for await (const { name, octets } of logs) {
    const told = await readLog(name, octets, (entry) => {
      if (++lines % LINES_A_TICK === 0) onLines(lines);
      return messages.add(entry);
    });
    read.push({ name, ...told });
  }
  await messages.end();
  await judge.idle();
  return { logs: read, taken, refused, causes, notJudged: messages.notJudged, notRun: notRun(guard) };
}

function placeOf({ file, line, time }: LoggedMessage) {
  return { file, line, time };
}

function notRun({ rules }: Guard): Replayed["notRun"] {
  return rules.flatMap(({ name, needs }) => {
    const missing = needs.filter((need) => !LOGGED_FACTS.includes(need));
    return missing.length === 0 ? [] : [{ rule: name, missing }];
  });
}

/** Asks a guard once for each set of facts that it needs, and waits for no more than some answers. */
class Judge {
  readonly #guard: Guard;
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

  #outcome(facts: Partial<Facts>): Outcome | Promise<Outcome> {
    const key = JSON.stringify(this.#guard.needs.map((need) => factText(facts, need)));
    const known = this.#remembered.get(key);
    if (known !== undefined) return known;
    const decision = this.#guard.decide(facts);
    const outcome = decision instanceof Promise ? decision.then(outcomeOf) : outcomeOf(decision);
    const [oldest] = this.#remembered.size < MAX_REMEMBERED ? [] : this.#remembered.keys();
    if (oldest !== undefined) this.#remembered.delete(oldest);
    this.#remembered.set(key, outcome);
    if (outcome instanceof Promise) void outcome.then((late) => this.#remembered.set(key, late));
    return outcome;
  }
}

/** What of a fact a decision can depend on. */
function factText(facts: Partial<Facts>, name: FactName): unknown {
  if (name === "envelopeFrom") return facts.envelopeFrom?.text;
  if (name === "recipients") return facts.recipients?.map(({ text }) => text);
  return facts[name];
}
