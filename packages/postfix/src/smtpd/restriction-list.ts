import type { PolicyService } from "../policy/policy-service.js";
import type { Restriction } from "../restrictions/restriction.js";
import { type AccessCheck, accessChecks } from "./access-checks.js";

/** One restriction of a list, read as far as can be known before it is reached. */
export type Step =
  | { readonly kind: "warn-if-reject" }
  | { readonly kind: "permit"; readonly ignored?: string }
  | { readonly kind: "reject"; readonly ignored?: string }
  | { readonly kind: "defer"; readonly ignored?: string }
  | { readonly kind: "defer-if-permit" }
  | { readonly kind: "defer-if-reject" }
  | { readonly kind: "sleep" }
  | { readonly kind: "implicit-access"; readonly table: string }
  | { readonly kind: "access"; readonly name: string; readonly check: AccessCheck; readonly table: string }
  | { readonly kind: "policy"; readonly server: string; readonly service: PolicyService }
  | {
      readonly kind: "restriction";
      readonly name: string;
      readonly restriction: Restriction;
      readonly argument: string;
    }
  | { readonly kind: "class"; readonly name: string }
  /** A word that lacks its argument and is passed over. */
  | { readonly kind: "passed-over"; readonly warning: string }
  /** What makes the evaluation end in a configuration error once it is reached. */
  | { readonly kind: "broken"; readonly warning: string };

/** A list, read. */
export interface RestrictionList {
  /** As shown in traces: the parameter, the class, or `result of TABLE`. */
  readonly name: string;
  readonly steps: readonly (Step & { /** As written. */ readonly text: string })[];
}

/** What the words of a list may name. */
export interface Vocabulary {
  readonly restrictions: ReadonlyMap<string, Restriction>;
  readonly classes: { has(name: string): boolean };
  policyService(word: string): PolicyService;
}

/**
 * Reads the words of a list. Names are case-blind, classes are not; a word with a colon where a name is due is an access map of
 * the stage in which the list is run. What is wrong answers 451 4.3.5 when it is reached, not before.
 *
 * @see Postfix smtpd_check.c generic_checks
 */
export function readList(name: string, words: readonly string[], vocabulary: Vocabulary): RestrictionList {
  const steps: RestrictionList["steps"][number][] = [];
  for (let at = 0; at < words.length; ) {
    const { step, used } = readStep(words, at, vocabulary);
    steps.push({ ...step, text: words.slice(at, at + used).join(" ") });
    at += used;
  }
  return { name, steps };
}

type Read = { readonly step: Step; readonly used: 1 | 2 };

const one = (step: Step): Read => ({ step, used: 1 });

function readStep(words: readonly string[], at: number, vocabulary: Vocabulary): Read {
  const word = words[at] as string;
  const next = words[at + 1];
  if (word.includes(":")) return one({ kind: "implicit-access", table: word });
  const name = word.toLowerCase();
  const generic = readGeneric(name, next);
  if (generic !== undefined) return generic;
  if (name === "check_policy_service") {
    if (!next?.includes(":")) {
      return one({ kind: "broken", warning: `restriction ${name} must be followed by transport:server` });
    }
    return { step: { kind: "policy", server: next, service: vocabulary.policyService(next) }, used: 2 };
  }
  const check = accessChecks.get(name);
  if (check !== undefined) {
    if (next?.includes(":")) return { step: { kind: "access", name, check, table: next }, used: 2 };
    const warning = `restriction ${name}: bad argument "${next ?? word}": need maptype:mapname`;
    return one({ kind: "broken", warning });
  }
  const restriction = vocabulary.restrictions.get(name);
  if (restriction?.argument === "domain") {
    if (next !== undefined) return { step: { kind: "restriction", name, restriction, argument: next }, used: 2 };
    return one({ kind: "passed-over", warning: `restriction ${word} requires domain name argument` });
  }
  if (restriction !== undefined) return one({ kind: "restriction", name, restriction, argument: "" });
  if (vocabulary.classes.has(word)) return one({ kind: "class", name: word });
  return one({ kind: "broken", warning: `unknown smtpd restriction: "${word}"` });
}

function readGeneric(name: string, next: string | undefined): Read | undefined {
  const ignored = next === undefined ? {} : { ignored: next };
  switch (name) {
    case "warn_if_reject":
      return one({ kind: "warn-if-reject" });
    case "permit":
    case "reject":
    case "defer":
      return one({ kind: name, ...ignored });
    case "defer_if_permit":
      return one({ kind: "defer-if-permit" });
    case "defer_if_reject":
      return one({ kind: "defer-if-reject" });
    case "sleep":
      if (next !== undefined && /^\d+$/.test(next)) return { step: { kind: "sleep" }, used: 2 };
      return one({ kind: "broken", warning: "restriction sleep must be followed by number" });
    default:
      return undefined;
  }
}
