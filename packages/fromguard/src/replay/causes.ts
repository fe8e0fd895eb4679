import type { Decision, Evidence, Reach, Remedy } from "@fromguard/core";

/** A decision, as much of it as a replay needs. */
export interface Outcome {
  readonly action: Decision["action"];
  /** Why it is not accepted; in shadow mode, why it would not be. */
  readonly cause: Cause | undefined;
}

/** Why a message is refused or deferred. */
export interface Cause {
  readonly code: string;
  readonly rule: string;
  readonly login: string | undefined;
  /** The address, or else the key, that it was refused for. */
  readonly about: string | undefined;
  /** Where the map or statement stands that says so. */
  readonly source: string | undefined;
  /** What the rule itself says would change it. */
  readonly remedy: string | undefined;
  readonly lets: string | undefined;
}

/** What a decision rests on. */
export function outcomeOf({ action, code, findings, observed }: Decision): Outcome {
  const decisive = action === "accept" ? observed[0] : findings.find(({ verdict }) => verdict.code === code);
  if (decisive === undefined) return { action, cause: undefined };
  const { rule, verdict } = decisive;
  const evidence: Evidence = verdict.kind === "fail" || verdict.kind === "unknown" ? verdict.evidence : {};
  const { login, address, key, file, line, source, remedy, lets } = evidence;
  return {
    action,
    cause: {
      code: verdict.code,
      rule,
      login,
      about: address ?? key,
      source: file !== undefined && line !== undefined ? `${file}:${line}` : source,
      remedy,
      lets,
    },
  };
}

/** Where a message stands in the logs. */
export interface Seen {
  readonly file: string;
  readonly line: number;
  readonly time: string;
}

/** One login refused for one address. */
export interface Refused extends Cause {
  readonly messages: number;
  readonly first: Seen;
}

/** What would let some of a group through. */
export interface Cure {
  readonly kind: Remedy["kind"] | "map";
  /** To be put in a grants file, or in the map: as the kind says. */
  readonly line: string;
  /** Messages, and addresses of the login, that it lets through. */
  readonly messages: number;
  readonly addresses: number;
  /** What it lets in beside those. */
  readonly others: Reach | string | undefined;
}

/** What one login is refused for with one code; where nobody logged in, what all are. */
export interface Group {
  readonly code: string;
  readonly rule: string;
  readonly login: string | undefined;
  readonly messages: number;
  /** The most messages first. */
  readonly refused: readonly Refused[];
  /** The one that lets the most messages through first. */
  readonly cures: readonly Cure[];
}

/** Causes that are told apart; of more only the number of messages is kept. */
const MAX_CAUSES = 100_000;

/** Cures are sought for the addresses with the most messages. */
const MAX_CURED = 1_000;

/** Collects why messages are refused. */
export class Causes {
  /** Messages whose cause is not told, since there were too many. */
  untold = 0;
  readonly #refused = new Map<string, { readonly cause: Cause; readonly first: Seen; messages: number }>();

  add(cause: Cause, seen: Seen): void {
    const key = JSON.stringify([cause.code, cause.rule, cause.login, cause.about]);
    const known = this.#refused.get(key);
    if (known !== undefined) known.messages++;
    else if (this.#refused.size >= MAX_CAUSES) this.untold++;
    else this.#refused.set(key, { cause, first: seen, messages: 1 });
  }

  /** The groups, the largest first. `remedies` tells what would let a login use an address. */
  groups(remedies: (login: string, address: string) => readonly Remedy[]): readonly Group[] {
    const all = [...this.#refused.values()]
      .map(({ cause, ...counted }): Refused => ({ ...cause, ...counted }))
      .sort((a, b) => b.messages - a.messages);
    const curable = new Set(all.slice(0, MAX_CURED));
    const groups = groupBy(all, ({ code, rule, login }) => JSON.stringify([code, rule, login]));
    return groups
      .flatMap((refused) => {
        const [first] = refused;
        if (first === undefined) return [];
        const { code, rule, login } = first;
        const cures = curesOf(
          refused.filter((each) => curable.has(each)),
          remedies,
        );
        return [{ code, rule, login, messages: sum(refused), refused, cures }];
      })
      .sort((a, b) => b.messages - a.messages);
  }
}

/** One change, and whom it was found for. */
interface Offer extends Pick<Cure, "kind" | "line" | "others"> {
  readonly each: Refused;
}

function curesOf(
  refused: readonly Refused[],
  remedies: (login: string, address: string) => readonly Remedy[],
): readonly Cure[] {
  const offers = refused.flatMap((each): readonly Offer[] => {
    const { login, about, remedy, lets } = each;
    const found = login === undefined || about === undefined ? [] : remedies(login, about);
    if (found.length > 0) return found.map(({ kind, line, others }) => ({ each, kind, line, others }));
    return remedy === undefined ? [] : [{ each, kind: "map", line: remedy, others: lets }];
  });
  const byLine = groupBy(offers, ({ kind, line }) => `${kind} ${line}`);
  return byLine
    .flatMap((same) => {
      const [first] = same;
      if (first === undefined) return [];
      const { kind, line } = first;
      const others = beside(first.others, same.length - 1);
      return [{ kind, line, others, addresses: same.length, messages: sum(same.map(({ each }) => each)) }];
    })
    .sort((a, b) => b.messages - a.messages);
}

/** What is let in beside several addresses, of what is beside the first of them. */
function beside(others: Reach | string | undefined, more: number): Reach | string | undefined {
  if (typeof others !== "object") return others;
  return { ...others, addresses: Math.max(0, others.addresses - more) };
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly (readonly Item[])[] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

function sum(refused: readonly Refused[]): number {
  return refused.reduce((total, { messages }) => total + messages, 0);
}
