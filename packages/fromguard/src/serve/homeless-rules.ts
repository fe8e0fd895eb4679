import type { FactName, Guard } from "@fromguard/core";
import { MILTER_FACTS } from "@fromguard/milter";
import { invalid } from "@fromguard/node";
import { POLICY_FACTS } from "@fromguard/policy";
import type { Config } from "../config/config.js";
import { list } from "../report/words.js";

/** A kind of listener. */
export type Kind = Config["listeners"][number]["kind"];

/** What each kind of listener can ever know of a transaction; who asks over HTTP may tell everything. */
export const FACTS: Readonly<Record<Kind, readonly FactName[] | "all">> = {
  policy: POLICY_FACTS,
  milter: MILTER_FACTS,
  http: "all",
};

/** The rules that can run on a kind of listener. */
function rulesOn(kind: Kind, guard: Guard): Guard["rules"] {
  const facts = FACTS[kind];
  return facts === "all" ? guard.rules : guard.rules.filter(({ needs }) => needs.every((need) => facts.includes(need)));
}

/**
 * Refuses a policy of which a rule could run on none of the listeners.
 *
 * @throws FromguardError that names the rules, and the listener that would have what they need
 */
export function refuseHomelessRules(config: Config, guard: Guard): void {
  const kinds = [...new Set(config.listeners.map(({ kind }) => kind))];
  const homeless = guard.rules.filter((rule) => !kinds.some((kind) => rulesOn(kind, guard).includes(rule)));
  if (homeless.length === 0) return;
  const names = homeless.map(({ name }) => name);
  const [need, rules] = names.length > 1 ? ["they need", "the rules"] : ["it needs", "the rule"];
  // HTTP sees everything, so that one of the two is found.
  const cure = (["milter", "http"] as const).find((kind) =>
    homeless.every((rule) => rulesOn(kind, guard).includes(rule)),
  );
  throw invalid(
    config.document,
    ["listeners"],
    `${list(names, "and")} could never run: a ${list(kinds, "or")} listener does not see what ${need}; add a listener of the kind ${cure}, or leave ${rules} out under rules:`,
  );
}
