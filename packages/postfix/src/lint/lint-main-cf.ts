import type { MainCf } from "../main-cf/main-cf.js";
import type { MasterService } from "../master-cf/read-master-cf.js";
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
import { loginRuleDropped, loginsUnchecked } from "./logins.js";
import { type LintModel, lintModel } from "./model.js";
import { unknownNames } from "./names.js";
import { deadRestrictions, delayRejectOff, permitsBeforeLoginRules, warningsLeft } from "./order.js";
import { inService, isLoopback, keyOf, nameOf } from "./service.js";

type Check = (model: LintModel) => readonly LintFinding[];

/** What concerns one smtpd. */
const OF_SMTPD: readonly Check[] = [
  unknownNames,
  permitsBeforeLoginRules,
  deadRestrictions,
  warningsLeft,
  delayRejectOff,
  loginRuleNeeds,
  loginRuleDropped,
  loginsUnchecked,
  shadowedMaps,
  capitalsInPatterns,
  strangersUseOurAddresses,
  headerUnchecked,
  networksOpen,
  softBounceOn,
  unusableTables,
];

/** What no service of master.cf changes. */
const OF_HOST: readonly Check[] = [localSubmissionOpen];

/**
 * Looks for what makes a main.cf protect less than it seems to: restrictions in an order in which they are not reached, rules that
 * lack what they need, ways around them. Findings stand in the order of the file, those of nothing that is written last.
 *
 * Only main.cf is looked at; {@link lintServices} looks at what the services of master.cf make of it.
 *
 * @throws FromguardError FG_CONFIG_INVALID for a value that Postfix cannot read
 */
export function lintMainCf(facts: LintFacts): readonly LintFinding[] {
  return inOrder(facts, [...findingsOf(facts, OF_SMTPD), ...findingsOf(facts, OF_HOST)]);
}

/** An smtpd of master.cf, and the parameters that it sees. */
export interface LintedService {
  readonly service: MasterService;
  readonly config: MainCf;
}

/**
 * {@link lintMainCf} for a main.cf whose services are known. What is wrong in every service is told once, as of main.cf; what is wrong
 * in some, once, with their names; what is wrong in main.cf and in none of them, not at all.
 *
 * Without any smtpd, main.cf alone is looked at.
 *
 * @param facts with the tables of all services
 * @throws FromguardError FG_CONFIG_INVALID for a value that Postfix cannot read
 */
export function lintServices(facts: LintFacts, services: readonly LintedService[]): readonly LintFinding[] {
  if (services.length === 0) return lintMainCf(facts);
  const found = new Map<string, Found>();
  for (const finding of findingsOf(within(facts, facts.config), OF_SMTPD))
    found.set(keyOf(finding), { finding, services: [] });
  for (const { service, config } of services) {
    for (const finding of findingsOf({ ...within(facts, config), main: facts.config }, OF_SMTPD)) {
      if (finding.code === "no-header-check" && isLoopback(service)) continue;
      const known = found.get(keyOf(finding));
      if (known === undefined) found.set(keyOf(finding), { finding: inService(finding, service), services: [service] });
      else if (known.services.at(-1) !== service) known.services.push(service);
    }
  }
  const told = [...found.values()].flatMap(({ finding, services: named }) => {
    if (named.length === 0) return [];
    return named.length === services.length ? [finding] : [{ ...finding, services: named.map(nameOf) }];
  });
  return inOrder(facts, [...told, ...findingsOf(facts, OF_HOST)]);
}

interface Found {
  readonly finding: LintFinding;
  readonly services: MasterService[];
}

/** With these parameters, and the tables that they name alone. */
function within(facts: LintFacts, config: MainCf): LintFacts {
  const named = new Set(lintedTables({ config }));
  return { ...facts, config, texts: new Map([...facts.texts].filter(([spec]) => named.has(spec))) };
}

function findingsOf(facts: LintFacts, checks: readonly Check[]): readonly LintFinding[] {
  const model = lintModel(facts);
  return checks.flatMap((check) => check(model));
}

/** By line: those of main.cf, those of master.cf and of tables, those of nothing that is written. */
function inOrder({ config }: LintFacts, findings: readonly LintFinding[]): readonly LintFinding[] {
  const files = [...new Set([config.file, ...findings.flatMap(({ place }) => place.file ?? [])])];
  const order = ({ place: { file = config.file, line } }: LintFinding): readonly [number, number] =>
    line === undefined ? [files.length, 0] : [files.indexOf(file), line];
  const compare = (a: readonly [number, number], b: readonly [number, number]) => a[0] - b[0] || a[1] - b[1];
  return [...findings].sort((a, b) => compare(order(a), order(b)));
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
