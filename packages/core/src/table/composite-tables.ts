import { fold } from "../address/fold.js";
import type { Evidence } from "../verdict/evidence.js";
import { isUtf8 } from "./keys.js";
import { type Lookup, NOT_FOUND, type Table, type TableEntry } from "./table.js";

type LookupOptions = Parameters<Table["lookup"]>[1];
type Found = Extract<Lookup, { readonly kind: "found" }>;

/** What is asked of the members, one lookup after the other. */
type Asking = Generator<Lookup | Promise<Lookup>, Lookup, Lookup>;

/**
 * The answers of all members that have the key, joined with commas in their order: `unionmap:{type:name, ...}`.
 * An error of a member is the answer.
 *
 * The first member says for which keys the table is asked, and whether they are folded before any member sees them.
 *
 * @see Postfix DATABASE_README, "unionmap"
 */
export function unionTable(name: string, members: readonly Table[]): Table {
  const ask = function* (key: string, options: LookupOptions): Asking {
    const found: Found[] = [];
    for (const member of members) {
      const answer = yield member.lookup(key, options);
      if (answer.kind === "error") return answer;
      // As in Postfix, an empty answer counts only behind one that is not.
      if (answer.kind === "found" && (answer.value !== "" || found.length > 0)) found.push(answer);
    }
    return found.length === 0 ? NOT_FOUND : foundBy(name, key, found.map(({ value }) => value).join(","), found);
  };
  return {
    ...compositeTable(name, members, ask),
    entries() {
      const lists = members.map((member) => member.entries?.());
      return lists.some((list) => list === undefined) ? undefined : joined(lists as Iterable<TableEntry>[]);
    },
  };
}

/**
 * Each member is asked with the answer of the one before it: `pipemap:{type:name, ...}`. Where one has no answer, the table has none.
 *
 * The first member says for which keys the table is asked, and whether they are folded.
 *
 * @see Postfix DATABASE_README, "pipemap"
 */
export function pipeTable(name: string, members: readonly Table[]): Table {
  const ask = function* (key: string, options: LookupOptions): Asking {
    const found: Found[] = [];
    let value = key;
    for (const member of members) {
      const answer = yield member.lookup(value, options);
      if (answer.kind !== "found") return answer;
      found.push(answer);
      value = answer.value;
    }
    return foundBy(name, key, value, found);
  };
  return {
    ...compositeTable(name, members, ask),
    entries() {
      const list = [...(members[0]?.entries?.() ?? [])];
      // What a pattern gives is asked of the next member: nobody can tell what that gives.
      return list.length === 0 || list.some(({ kind }) => kind !== "key") ? undefined : joined([list]);
    },
  };
}

/** The entries of members. What a key gives, the whole table tells. */
function* joined(lists: readonly Iterable<TableEntry>[]): Iterable<TableEntry> {
  for (const list of lists) {
    for (const entry of list) {
      if (entry.kind === "key") {
        const { value, ...place } = entry;
        yield place;
      } else yield entry;
    }
  }
}

function compositeTable(
  name: string,
  [first]: readonly Table[],
  ask: (key: string, options: LookupOptions) => Asking,
): Table {
  const keys = first?.keys ?? "full";
  return {
    name,
    keys,
    lookup: (key, options) => (isUtf8(key) ? settle(ask(keys === "parts" ? fold(key) : key, options)) : NOT_FOUND),
  };
}

/** Asks to the end: at once, as long as the members answer at once. */
function settle(asking: Asking, from = asking.next()): Lookup | Promise<Lookup> {
  let step = from;
  while (step.done !== true) {
    const asked = step.value;
    if (asked instanceof Promise) return asked.then((answer) => settle(asking, asking.next(answer)));
    step = asking.next(asked);
  }
  return step.value;
}

/** One member stands for the answer with its own evidence; of several the last line is shown, and what each answered. */
function foundBy(name: string, key: string, value: string, found: readonly Found[]): Lookup {
  return {
    kind: "found",
    value,
    evidence() {
      const parts = found.map((answer) => answer.evidence());
      const whole = found.length === 1 ? {} : { source: name, key, result: value, detail: parts.map(told).join("; ") };
      return { ...parts.at(-1), ...whole };
    },
  };
}

function told({ source, line, result }: Evidence): string {
  return `${source}${line === undefined ? "" : ` line ${line}`}: ${result}`;
}
