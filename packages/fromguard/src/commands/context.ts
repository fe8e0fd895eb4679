import { didYouMean, type Guard } from "@fromguard/core";
import type { Config } from "../config/config.js";
import type { Policy } from "../config/policy.js";
import { Exit, exitCodes } from "../exit-codes.js";
import { visible } from "../report/style.js";
import { list } from "../report/words.js";

/** A policy context that a check may ask. */
interface Context {
  /** The `policy_context` of a request. */
  readonly name: string;
  /** `NAME@ADDRESS`: the context of one listener. */
  readonly full: string;
  readonly guard: Guard;
}

/**
 * The policy of a context of a policy listener, by its name, or as `NAME@ADDRESS` where several listeners have the name.
 *
 * @throws Exit 64 where there is none of that name, or several; the sentence names those that there are
 */
export function contextNamed(
  wanted: string,
  config: Config,
  { contexts }: Policy,
): { readonly name: string; readonly guard: Guard } {
  const all = config.listeners.flatMap((entry, index): Context[] =>
    entry.kind === "policy"
      ? Object.entries(contexts.get(index) ?? {}).map(([name, guard]) => ({
          name,
          full: `${name}@${entry.options.policy}`,
          guard,
        }))
      : [],
  );
  const found = all.filter(({ name, full }) => wanted === name || wanted === full);
  const [context, another] = found;
  if (context !== undefined && another === undefined) return context;
  throw new Exit(
    exitCodes.usage,
    `--context ${visible(wanted)}: ${whyNot(wanted, all, found)}; see fromguard check --help`,
  );
}

function whyNot(wanted: string, all: readonly Context[], found: readonly Context[]): string {
  if (all.length === 0) return "no policy listener of this configuration has contexts";
  if (found.length > 1)
    return `several listeners have it: ask ${list(
      found.map(({ full }) => visible(full)),
      "or",
    )}`;
  const names = [...new Set(all.map(({ name }) => name))];
  return `there is no such context, but ${list(names.map(visible), "and")}${didYouMean(wanted, names)}`;
}
