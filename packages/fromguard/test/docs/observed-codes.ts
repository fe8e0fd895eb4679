import {
  bodyUnambiguous,
  createGuard,
  domainExists,
  envelopeHeaderAligned,
  type FactName,
  type FactsInput,
  facts,
  headerOriginatorsOwned,
  localOriginatorsMatchEnvelope,
  loginEqualsSenders,
  loginOwnsEnvelope,
  type OriginatorPreset,
  type Ownership,
  ownedAddresses,
  ownedAddressNeedsLogin,
  type Rule,
  readMessage,
  relayOnlyForLogin,
  requireFqdn,
  requireLogin,
  score,
  senderDomainIsOurs,
  senderExists,
  stampLogin,
  type Verdict,
} from "@fromguard/core";
import { failingOwnership, failingTable, fakeResolver, memoryTable } from "@fromguard/core/testing";
import { postfixRestrictions } from "@fromguard/postfix";
import { attacks } from "../../../core/test/support/header-from.js";
import { smtpdOf } from "../../../postfix/test/smtpd/smtpd-of.js";
import type { RuleName } from "../../src/config/rule-schemas.js";
import { THREATS } from "./threats.js";

const resolver = fakeResolver({
  "example.com": { mx: ["mx.example.com"] },
  "null.test": { mx: [{ preference: 0, exchange: "" }] },
  "odd.test": { mx: ["-"] },
  "down.test": { mx: { failed: "SERVFAIL" } },
});
const known = memoryTable({ "ann@example.com": "x" });
/** Knows ann, and nothing of a domain that is down. */
const senders = {
  ...known,
  lookup: (key: string) => (key.endsWith("down.test") ? failingTable() : known).lookup(key),
};
const ourDomains = ["example.com"];
const STRICT: OriginatorPreset = "strict";

/** A rule of the configuration: the function that makes it, and the rule over an ownership, with every form refused that may be. */
export interface NamedRule {
  readonly madeBy: string;
  readonly ruleOf: (ownership: Ownership) => Rule;
  readonly hasOwnership: boolean;
}

function made<Options>(by: (options: Options) => Rule, optionsOf: (ownership: Ownership) => Options): NamedRule {
  return { madeBy: by.name, ruleOf: (ownership) => by(optionsOf(ownership)), hasOwnership: optionsOf.length > 0 };
}

/** Every rule by its name in the configuration. */
export const RULES: Readonly<Record<RuleName, NamedRule>> = {
  "sender-fqdn": made(requireFqdn, () => ({})),
  "domain-exists": made(domainExists, () => ({ resolver })),
  "login-owns-envelope": made(loginOwnsEnvelope, (ownership) => ({ ownership })),
  "header-originators-owned": made(headerOriginatorsOwned, (ownership) => ({ ownership, preset: STRICT })),
  "body-unambiguous": made(bodyUnambiguous, (ownership) => ({ ownership, preset: STRICT })),
  "require-login": made(requireLogin, () => undefined),
  "relay-only-for-login": made(relayOnlyForLogin, () => ({ ourDomains })),
  "sender-domain-is-ours": made(senderDomainIsOurs, () => ({ ourDomains })),
  "postfix-restrictions": made(postfixRestrictions, () =>
    smtpdOf({ sender: "reject_non_fqdn_sender, reject_unknown_sender_domain, reject" }),
  ),
  "sender-exists": made(senderExists, () => ({ senders })),
  "owned-address-needs-login": made(ownedAddressNeedsLogin, (ownership) => ({ ownership })),
  "login-equals-senders": made(loginEqualsSenders, () => undefined),
  "envelope-header-aligned": made(envelopeHeaderAligned, () => ({ ourDomains })),
  "local-originators-match-envelope": made(localOriginatorsMatchEnvelope, () => ({ preset: STRICT })),
  "stamp-login": made(stampLogin, () => ({ authservId: "mail.example.com" })),
};

const STAGES: readonly (readonly [stage: string, fact: FactName])[] = [
  ["end of the message", "bodyAnomalies"],
  ["end of the header", "headers"],
  ["RCPT TO", "recipients"],
];

/** The facts that a rule asks for, and the stages at which it judges, its parts one after the other. */
export function needsOf({ ruleOf }: NamedRule): { readonly facts: readonly FactName[]; readonly stage: string } {
  const { rules } = createGuard({ rules: [ruleOf(ownedAddresses({}))] });
  const stages = rules.map(({ needs }) => STAGES.find(([, fact]) => needs.includes(fact))?.[0] ?? "MAIL FROM");
  return {
    facts: [...new Set(rules.flatMap(({ needs }) => needs))],
    stage: [...new Set(stages)].join(", then "),
  };
}

interface Sample {
  readonly login: string;
  readonly owned: readonly string[];
  readonly envelopeFrom: string;
  readonly message: Uint8Array;
}

const ENVELOPES = [
  "bob@example.com",
  "a@nowhere.test",
  "a@null.test",
  "a@odd.test",
  "a@down.test",
  "ann",
  "a@[192.0.2.1]",
  "",
  "a b",
];
const plain = Buffer.from("From: ann@example.com\r\n\r\nhello\r\n");
const ANN = { login: "ann", owned: ["ann@example.com"] };

const samples: readonly Sample[] = [
  ...attacks.map(({ login, owned, envelopeFrom, raw }) => ({
    login,
    owned,
    envelopeFrom,
    message: Buffer.from(raw, "base64"),
  })),
  ...THREATS.map(({ envelopeFrom = "ann@example.com", header, body = "hello\r\n" }) => ({
    ...ANN,
    envelopeFrom,
    message: Buffer.from(`${header}\r\n${body}`, "latin1"),
  })),
  ...ENVELOPES.map((envelopeFrom) => ({ ...ANN, envelopeFrom, message: plain })),
];

/** What a rule says of mail. */
export interface Observed {
  /** The codes of its failures. */
  readonly fails: ReadonlySet<string>;
  /** Why it does not apply. */
  readonly skips: ReadonlySet<string>;
  /** Whether there is anything that it may be unable to find out. */
  readonly asks: boolean;
}

async function verdictsOf(rule: Rule, { login, envelopeFrom, message }: Sample): Promise<readonly Verdict[]> {
  const guard = createGuard({ rules: [rule] });
  const identities: readonly FactsInput[] = [{ login }, { localUser: "ann" }, { client: "192.0.2.1" }];
  const decisions = identities.map((identity) => {
    const rest = { client: "192.0.2.1", helo: "c.example.net", recipients: ["r@elsewhere.test"] };
    return guard.check(facts({ ...rest, ...identity, envelopeFrom, ...readMessage(message) }));
  });
  return (await Promise.all(decisions)).flatMap(({ findings }) => findings.map(({ verdict }) => verdict));
}

/**
 * What a rule says where every threat, each message of the corpus and odd envelopes come of a login, of a user of the machine
 * and of nobody; and whether it finds out nothing of one of them where nobody can tell who owns what.
 */
export async function observe({ ruleOf, hasOwnership }: NamedRule): Promise<Observed> {
  const fails = new Set<string>();
  const skips = new Set<string>();
  let asks = false;
  const take = (verdict: Verdict) => {
    if (verdict.kind === "fail") fails.add(verdict.code);
    if (verdict.kind === "skip") skips.add(verdict.code);
    asks ||= verdict.kind === "unknown";
  };
  for (const sample of samples) {
    const ownership = ownedAddresses({ [sample.login]: sample.owned, bob: ["bob@example.com"] });
    for (const verdict of await verdictsOf(ruleOf(ownership), sample)) take(verdict);
  }
  for (const sample of hasOwnership ? samples : []) {
    if (asks) break;
    const verdicts = await verdictsOf(ruleOf(failingOwnership()), sample);
    asks = verdicts.some(({ kind }) => kind === "unknown");
  }
  return { fails, skips, asks };
}

/** Scores fail by codes of their own. */
export const SCORES: readonly Rule[] = [
  score({ reject: 1 }, [requireLogin(), 1]),
  score({ defer: 1 }, [requireLogin(), 1]),
];
