import {
  bodyUnambiguous,
  createGuard,
  domainExists,
  type FactName,
  fail,
  type Guard,
  headerOriginatorsOwned,
  loginOwnsEnvelope,
  ownedAddresses,
  ownedAddressNeedsLogin,
  type Predicate,
  pass,
  predicate,
  type Rule,
  requireFqdn,
  rule,
  when,
} from "@fromguard/core";
import { nodeResolver } from "@fromguard/node";
import { failures } from "./failures.js";
import type { Sources } from "./sources.js";
import { EDITS, FACTS, TRIGGERS, ZONE } from "./transactions.js";

/** All that a policy is made of, as plain data: hosts that are processes of their own read it too. */
export interface Policy {
  readonly owned: Readonly<Record<string, readonly string[]>>;
  readonly sources: Sources;
  /** What the surface sees; rules that need more are left out, as the surface would refuse them at start. */
  readonly sees: readonly FactName[];
}

/** Below what every host waits, above what a loaded machine takes for a decision. */
const TIMEOUT_MS = 1500;

/** The policy of the suite: who owns what in envelope, header and body, and one rule for each thing that may go wrong. */
export function guardOf({ owned, sources, sees }: Policy): Guard {
  const ownership = ownedAddresses(owned);
  const known = nodeResolver({ servers: [sources.zone] });
  const rules = [
    requireFqdn(),
    when(isUnder(ZONE), domainExists({ resolver: known })),
    ownedAddressNeedsLogin({ ownership }),
    loginOwnsEnvelope({ ownership }),
    headerOriginatorsOwned({ ownership }),
    bodyUnambiguous({ ownership }),
    ...Object.entries(failures(sources)).flatMap(([name, failing]) => [
      when(isFrom(name), failing),
      when(isFrom(atHeader(name), ["headers"]), failing),
    ]),
    ...EDITS.map((edit) =>
      when(
        isFrom(edit.kind),
        rule("edits", [], () => pass("ok", [edit])),
      ),
    ),
    ...FACTS.map((fact) => when(isFrom(witnessOf(fact)), witness(fact))),
  ];
  return createGuard({
    rules: rules.filter(({ needs }) => needs.every((need) => sees.includes(need))),
    timeoutMs: TIMEOUT_MS,
  });
}

/** Names of things that may go wrong, as they begin: with the sender, or with the header. */
export function failureNames(sees: readonly FactName[], sources: Sources): readonly string[] {
  const names = Object.keys(failures(sources));
  return sees.includes("headers") ? [...names, ...names.map(atHeader)] : names;
}

const atHeader = (name: string) => `header-${name}`;

/** The name of the rule that tells whether a fact comes. */
export function witnessOf(fact: FactName): string {
  return `sees-${fact.toLowerCase()}`;
}

/** Refuses where a fact has something in it. */
function witness(fact: FactName): Rule {
  return rule(witnessOf(fact), [fact], (known) => {
    const value = known[fact];
    const isNobody = fact === "localUser" ? value !== null : value === null;
    return isNobody || (Array.isArray(value) && value.length === 0) ? pass() : fail("restriction-rejected");
  });
}

function isFrom(name: string, needs: readonly FactName[] = []): Predicate {
  const sender = new RegExp(`^<?${name}@${TRIGGERS.replace(".", "\\.")}>?$`, "i");
  return predicate(name, ["envelopeFrom", ...needs], ({ envelopeFrom }) => sender.test(envelopeFrom.text));
}

function isUnder(domain: string): Predicate {
  return predicate("is-under", ["envelopeFrom"], ({ envelopeFrom }) => envelopeFrom.text.includes(`.${domain}`));
}
