import type { Guard } from "@fromguard/core";

/**
 * A guard that stands for another, which may be replaced: each decision, and each transaction to its end, is that of the guard that was in
 * force when it began.
 *
 * @param current the guard in force
 */
export function liveGuard(current: () => Guard): Guard {
  return {
    get rules() {
      return current().rules;
    },
    get needs() {
      return current().needs;
    },
    get counters() {
      return current().counters;
    },
    decide: (facts, options) => current().decide(facts, options),
    check: (facts, options) => current().check(facts, options),
    explain: (facts, options) => current().explain(facts, options),
    begin: () => current().begin(),
    within: (transport) => liveGuard(derived(current, (guard) => guard.within(transport))),
  };
}

/** What is made of the value in force, once for each; the first at once, so that its faults are told. */
export function derived<From, To>(current: () => From, make: (from: From) => To): () => To {
  let from = current();
  let made = make(from);
  return () => {
    const now = current();
    if (now === from) return made;
    made = make(now);
    from = now;
    return made;
  };
}
