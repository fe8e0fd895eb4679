import { actOn, type Code, codes, type FailAction, orElse, type Rule, warnOnly } from "@fromguard/core";
import type { Actions } from "./actions.js";
import type { Config } from "./config.js";

/** The codes that are to be rewritten: those that say so, and where the rule has a cure, those that say nothing. */
export function rewritten(actions: Actions, hasCure: boolean): readonly Code[] {
  const curable = (Object.keys(codes) as Code[]).filter((code) => codes[code].curable);
  return curable.filter((code) => (actions[code] ?? (hasCure ? "rewrite" : undefined)) === "rewrite");
}

/** The rule with what becomes of its failures, of what it cannot find out, and of all that where it only watches. */
export function withConsequences(rule: Rule, { options }: Config["rules"][number], config: Config): Rule {
  const { actions } = config;
  // What could not be rewritten is refused, whatever the default says.
  const actionOf = (code: string): FailAction | undefined => {
    const action = Object.hasOwn(actions, code) ? actions[code as Code] : undefined;
    return action === "rewrite" ? undefined : (action ?? actions.default);
  };
  const hasActions = Object.values(actions).some((action) => action !== undefined && action !== "rewrite");
  // Who only watches sees what it would be, not what would become of it.
  const watches = config.shadow || options.shadow;
  const acting = hasActions && !watches ? actOn(rule, actionOf) : rule;
  const onError = options["on-error"] ?? config.onError;
  const erring = onError === "accept" && !watches ? orElse(acting, "accept") : acting;
  return options.shadow ? warnOnly(erring) : erring;
}
