import { readOriginators } from "../headers/originators.js";
import type { HeaderSection } from "../headers/section.js";
import type { Ownership } from "../ownership/ownership.js";
import { type Rule, rule } from "../rule/rule.js";
import { mostSevere } from "../rule/run.js";
import { fail, pass, skip, type Verdict } from "../verdict/verdict.js";
import { judgeOriginators, refuseAnomaly } from "./judge-originators.js";
import { type OriginatorPolicy, type OriginatorPreset, originatorPolicy } from "./originator-policy.js";

/** Options of {@link bodyUnambiguous}; each stance of the policy stands in place of the preset's. */
export interface BodyUnambiguousOptions extends Partial<OriginatorPolicy> {
  readonly ownership: Ownership;
  /** Default `default`: smuggling is refused, a protected inner From is not judged. */
  readonly preset?: OriginatorPreset;
  /** Characters that begin a subaddress, for `unlistedSubaddress`. Default `+`. */
  readonly recipientDelimiter?: string;
  /** What the host appends to an address without a domain, for `bareLocalPart`. Default: the domain of the login. */
  readonly unqualifiedDomain?: string;
}

/**
 * The body claims no other sender: it holds no end-of-data sequence that a later hop could take for the end of the message
 * (`smuggling`), and, where the policy refuses `innerFrom`, every From among the protected headers of its parts is judged as the outer one.
 *
 * Smuggling is judged with and without a login; protected headers, and a limit that their search reached (`header-too-long`, whatever the
 * policy), only with one. Skips (`no-login`) where nothing else is to be judged.
 *
 * @see CVE-2023-51764, RFC 9788
 */
export function bodyUnambiguous(options: BodyUnambiguousOptions): Rule<"login" | "bodyAnomalies"> {
  const { ownership, recipientDelimiter = "+", unqualifiedDomain } = options;
  const policy = originatorPolicy(options);
  return rule("body-unambiguous", ["login", "bodyAnomalies"], ({ login, bodyAnomalies }, context) => {
    const { smugglingOffset, protectedHeaders, isLimitReached } = bodyAnomalies;
    if (smugglingOffset !== undefined && policy.smuggling === "reject") {
      const offset = { offset: smugglingOffset, detail: "the offset is that in the body" };
      return fail("smuggling", login === null ? offset : { login, ...offset });
    }
    if (login === null) return policy.smuggling === "reject" ? pass() : skip("no-login");
    if (isLimitReached) {
      return fail("header-too-long", { login, detail: "too many MIME parts, or a part with too long a header" });
    }
    if (policy.innerFrom === "accept") return pass();
    const judge = (section: HeaderSection): Verdict | Promise<Verdict> => {
      const froms = readOriginators(section).filter(({ name }) => name === "from");
      if (froms.length === 0) return pass();
      const refused = refuseAnomaly(section.anomalies, policy, login);
      if (refused !== undefined) return refused;
      return judgeOriginators(froms, {
        login,
        ownership,
        policy: { ...policy, severalAuthorsWithoutSender: "accept" },
        recipientDelimiter,
        unqualifiedDomain,
        of: "part",
        context,
      });
    };
    const verdicts = protectedHeaders.map(judge);
    const worst = (all: readonly Verdict[]) => mostSevere(all) ?? pass();
    return verdicts.some((verdict) => verdict instanceof Promise)
      ? Promise.all(verdicts).then(worst)
      : worst(verdicts as Verdict[]);
  });
}
