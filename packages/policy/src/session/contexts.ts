import type { FactName, Guard } from "@fromguard/core";
import type { PolicyRequest } from "../codec/request.js";

/** The policies of a server: one for requests that name no context of their own, and one for each context. */
export interface Policies {
  /** For requests without a `policy_context`, and, where `contexts` is absent, for all. */
  readonly guard?: Guard | undefined;
  /** By `policy_context`. Where they are given, a request that names another is deferred. */
  readonly contexts?: Readonly<Record<string, Guard>> | undefined;
}

/** A guard, and what its rules need. */
export interface ContextPolicy {
  readonly guard: Guard;
  readonly needsRecipients: boolean;
  /** What its rules need, and what its replies tell. */
  readonly facts: ReadonlySet<FactName>;
}

/** The policies of a server, to be found by the `policy_context` of a request. */
export class PolicyIndex {
  readonly #own: ContextPolicy | undefined;
  readonly #byName: ReadonlyMap<string, ContextPolicy> | undefined;

  constructor({ guard, contexts }: Policies) {
    this.#own = guard && policyOf(guard);
    this.#byName = contexts && new Map(Object.entries(contexts).map(([name, guard]) => [name, policyOf(guard)]));
  }

  /** The policy of a request; undefined where there is none. */
  find(request: PolicyRequest): ContextPolicy | undefined {
    if (this.#byName === undefined) return this.#own;
    const context = request.get("policy_context");
    return context ? this.#byName.get(context) : this.#own;
  }
}

/** Reads the guard's needs each time: those of one that stands for a policy that is replaced change with it. */
function policyOf(guard: Guard): ContextPolicy {
  let needs: Guard["needs"] | undefined;
  let facts: ReadonlySet<FactName> = new Set();
  return {
    guard,
    get needsRecipients() {
      return guard.needs.includes("recipients");
    },
    get facts() {
      const now = guard.needs;
      if (now !== needs) facts = new Set<FactName>(["login", ...now]);
      needs = now;
      return facts;
    },
  };
}
