import { readOriginators } from "../headers/originators.js";
import type { Ownership } from "../ownership/ownership.js";
import { type Rule, rule } from "../rule/rule.js";
import { skip } from "../verdict/verdict.js";
import { judgeOriginators, refuseAnomaly } from "./judge-originators.js";
import { type OriginatorPolicy, type OriginatorPreset, originatorPolicy } from "./originator-policy.js";

/** Options of {@link headerOriginatorsOwned}; each stance of the policy stands in place of the preset's. */
export interface HeaderOriginatorsOwnedOptions extends Partial<OriginatorPolicy> {
  readonly ownership: Ownership;
  /** Default `default`. */
  readonly preset?: OriginatorPreset;
  /** Characters that begin a subaddress, for `unlistedSubaddress`. Default `+`. */
  readonly recipientDelimiter?: string;
  /** What the host appends to an address without a domain, for `bareLocalPart`. Default: the domain of the login. */
  readonly unqualifiedDomain?: string;
}

/**
 * Every address that a reader may show as the sender is the login's own: all mailboxes of From, Sender, Resent-From,
 * Resent-Sender and Author, and all addresses in their names and comments. Sender never stands for From.
 *
 * Without a login it skips (`no-login`). Fails with the code of the first anomaly of the header section that the policy refuses, or
 * with `from-not-owned` and its kin, or with the code of a malformed field. Asks the ownership once for all addresses; where it cannot answer, and
 * nothing else refuses, the verdict is `unknown`. In the list view it judges what it sees: `headers.blindTo` says what it cannot.
 *
 * @see RFC 5322 section 3.6.2, RFC 6409 section 6.1, RFC 6854, RFC 9057
 */
export function headerOriginatorsOwned(options: HeaderOriginatorsOwnedOptions): Rule<"login" | "headers"> {
  const { ownership, recipientDelimiter = "+", unqualifiedDomain } = options;
  const policy = originatorPolicy(options);
  return rule("header-originators-owned", ["login", "headers"], ({ login, headers }, context) => {
    if (login === null) return skip("no-login");
    const refused = refuseAnomaly(headers.anomalies, policy, login);
    if (refused !== undefined) return refused;
    const fields = readOriginators(headers);
    return judgeOriginators(fields, {
      login,
      ownership,
      policy,
      recipientDelimiter,
      unqualifiedDomain,
      of: "header",
      context,
    });
  });
}
