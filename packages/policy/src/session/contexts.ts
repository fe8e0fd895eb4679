import type { Guard } from "@fromguard/core";
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
}

/** Finds the policy of a request by its `policy_context`; undefined where there is none. */
export function policyFinder({ guard, contexts }: Policies): (request: PolicyRequest) => ContextPolicy | undefined {
  const own = guard && policyOf(guard);
  if (contexts === undefined) return () => own;
  const byName = new Map(Object.entries(contexts).map(([name, guard]) => [name, policyOf(guard)]));
  return (request) => {
    const context = request.get("policy_context");
    return context ? byName.get(context) : own;
  };
}

function policyOf(guard: Guard): ContextPolicy {
  return { guard, needsRecipients: guard.needs.includes("recipients") };
}
