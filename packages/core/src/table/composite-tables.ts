import { andThen } from "../verdict/and-then.js";
import { type Lookup, NOT_FOUND, type Table } from "./table.js";

type LookupOptions = Parameters<Table["lookup"]>[1];

/**
 * The answers of all members that have the key, joined with commas in their order: `unionmap:{type:name, ...}`.
 * An error of a member is the answer. The first member says for which keys the table is asked.
 *
 * @see Postfix DATABASE_README, "unionmap"
 */
export function unionTable(name: string, members: readonly Table[]): Table {
  const from = (
    index: number,
    found: readonly Found[],
    key: string,
    options: LookupOptions,
  ): Lookup | Promise<Lookup> => {
    const member = members[index];
    if (member === undefined) return joined(name, key, found);
    return andThen(member.lookup(key, options), (answer) =>
      answer.kind === "error"
        ? answer
        : from(index + 1, answer.kind === "found" ? [...found, answer] : found, key, options),
    );
  };
  return { name, keys: keysOf(members), lookup: (key, options) => from(0, [], key, options) };
}

type Found = Extract<Lookup, { readonly kind: "found" }>;

function joined(name: string, key: string, found: readonly Found[]): Lookup {
  const value = found.map((answer) => answer.value).join(",");
  if (value === "") return NOT_FOUND;
  return {
    kind: "found",
    value,
    evidence: () => ({ ...(found.length === 1 ? found[0]?.evidence() : { source: name }), key, result: value }),
  };
}

/**
 * Each member is asked with the answer of the one before it: `pipemap:{type:name, ...}`. Where one has no answer, the table has none.
 * The first member says for which keys the table is asked.
 *
 * @see Postfix DATABASE_README, "pipemap"
 */
export function pipeTable(name: string, members: readonly Table[]): Table {
  const from = (index: number, key: string, last: Lookup, options: LookupOptions): Lookup | Promise<Lookup> => {
    const member = members[index];
    if (member === undefined) return last;
    return andThen(member.lookup(key, options), (answer) =>
      answer.kind === "found" ? from(index + 1, answer.value, answer, options) : answer,
    );
  };
  return { name, keys: keysOf(members), lookup: (key, options) => from(0, key, NOT_FOUND, options) };
}

const keysOf = (members: readonly Table[]): Table["keys"] => members[0]?.keys ?? "parts";
