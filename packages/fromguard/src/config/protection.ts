import type { RuleName } from "./schema.js";

/** What the policy would let through though it looks as if it protected; one sentence each. */
export function protectionGaps(rules: readonly RuleName[]): readonly string[] {
  const has = (name: RuleName) => rules.includes(name);
  if (has("require-login") || has("owned-address-needs-login")) return [];
  if (has("relay-only-for-login")) {
    return [
      "clients without a login may still send to our domains in the name of any of our users: add owned-address-needs-login unless the MTA demands a login on this port",
    ];
  }
  return [
    "no rule refuses anything to clients without a login, and the login rules do not apply to them: the policy protects only where everybody who sends must log in; let the MTA demand it, or add require-login, owned-address-needs-login or relay-only-for-login",
  ];
}
