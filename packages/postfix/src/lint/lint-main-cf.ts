import {
  headerUnchecked,
  localSubmissionOpen,
  networksOpen,
  softBounceOn,
  strangersUseOurAddresses,
  unusableTables,
} from "./exposure.js";
import type { LintFacts, LintFinding } from "./finding.js";
import { capitalsInPatterns, loginRuleNeeds, shadowedMaps } from "./login.js";
import { type LintModel, lintModel } from "./model.js";
import { unknownNames } from "./names.js";
import { deadRestrictions, delayRejectOff, permitsBeforeLoginRules, warningsLeft } from "./order.js";

const CHECKS: readonly ((model: LintModel) => readonly LintFinding[])[] = [
  unknownNames,
  permitsBeforeLoginRules,
  deadRestrictions,
  warningsLeft,
  delayRejectOff,
  loginRuleNeeds,
  shadowedMaps,
  capitalsInPatterns,
  strangersUseOurAddresses,
  headerUnchecked,
  localSubmissionOpen,
  networksOpen,
  softBounceOn,
  unusableTables,
];

/**
 * Looks for what makes a main.cf protect less than it seems to: restrictions in an order in which they are not reached, rules that
 * lack what they need, ways around them. Findings stand in the order of the file, those of nothing that is written last.
 *
 * Only main.cf is looked at: what a service of master.cf overrides has to be given as overrides.
 *
 * @throws FromguardError FG_CONFIG_INVALID for a value that Postfix cannot read
 */
export function lintMainCf(facts: LintFacts): readonly LintFinding[] {
  const model = lintModel(facts);
  const findings = CHECKS.flatMap((check) => check(model));
  const order = ({ place }: LintFinding) => place.line ?? Number.POSITIVE_INFINITY;
  return findings.sort((a, b) => (order(a) === order(b) ? 0 : order(a) - order(b)));
}

/** The tables that smtpd's lists and `smtpd_sender_login_maps` name, as written. */
export function lintedTables(facts: Pick<LintFacts, "config">): readonly string[] {
  const { lists } = lintModel({ ...facts, texts: new Map(), unusable: new Map() });
  const named = lists.flatMap(({ steps }) =>
    steps.flatMap(({ name, argument }) =>
      name === "check_policy_service" || !argument.includes(":") ? [] : [argument],
    ),
  );
  return [...new Set([...facts.config.list("smtpd_sender_login_maps"), ...named])];
}
