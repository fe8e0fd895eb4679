import {
  bodyUnambiguous,
  createGuard,
  domainExists,
  envelopeHeaderAligned,
  type FactsInput,
  facts,
  headerOriginatorsOwned,
  localOriginatorsMatchEnvelope,
  loginEqualsSenders,
  loginOwnsEnvelope,
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
} from "@fromguard/core";
import { fakeResolver, memoryTable } from "@fromguard/core/testing";
import { postfixRestrictions } from "@fromguard/postfix";
import { attacks } from "../../../core/test/support/header-from.js";
import { smtpdOf } from "../../../postfix/test/smtpd/smtpd-of.js";
import { THREATS } from "./threats.js";

const resolver = fakeResolver({
  "example.com": { mx: ["mx.example.com"] },
  "null.test": { mx: [{ preference: 0, exchange: "" }] },
  "odd.test": { mx: ["-"] },
});
const ourDomains = ["example.com"];

/** Each rule over an ownership, with every form refused that may be. */
export const RULES: Readonly<Record<string, (ownership: Ownership) => Rule>> = {
  "sender-fqdn": () => requireFqdn(),
  "domain-exists": () => domainExists({ resolver }),
  "login-owns-envelope": (ownership) => loginOwnsEnvelope({ ownership, nullReversePath: "reject" }),
  "header-originators-owned": (ownership) => headerOriginatorsOwned({ ownership, preset: "strict" }),
  "body-unambiguous": (ownership) => bodyUnambiguous({ ownership, preset: "strict" }),
  "require-login": () => requireLogin(),
  "relay-only-for-login": () => relayOnlyForLogin({ ourDomains }),
  "sender-domain-is-ours": () => senderDomainIsOurs({ ourDomains }),
  "postfix-restrictions": () =>
    postfixRestrictions(smtpdOf({ sender: "reject_non_fqdn_sender, reject_unknown_sender_domain, reject" })),
  "sender-exists": () => senderExists({ senders: memoryTable({ "ann@example.com": "x" }) }),
  "owned-address-needs-login": (ownership) => ownedAddressNeedsLogin({ ownership }),
  "login-equals-senders": () => loginEqualsSenders(),
  "envelope-header-aligned": () => envelopeHeaderAligned({ ourDomains }),
  "local-originators-match-envelope": () => localOriginatorsMatchEnvelope({ preset: "strict" }),
  "stamp-login": () => stampLogin({ authservId: "mail.example.com" }),
};

interface Sample {
  readonly login: string;
  readonly owned: readonly string[];
  readonly envelopeFrom: string;
  readonly message: Uint8Array;
}

const ENVELOPES = ["bob@example.com", "a@nowhere.test", "a@null.test", "a@odd.test", "ann", "a@[192.0.2.1]", "", "a b"];
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

/** The codes with which a rule fails where every threat, each message of the corpus and odd envelopes come of a login, of a user of the machine and of nobody. */
export async function observedCodes(ruleOf: (ownership: Ownership) => Rule): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const { login, owned, envelopeFrom, message } of samples) {
    const guard = createGuard({ rules: [ruleOf(ownedAddresses({ [login]: owned, bob: ["bob@example.com"] }))] });
    const identities: readonly FactsInput[] = [{ login }, { localUser: "ann" }, { client: "192.0.2.1" }];
    for (const identity of identities) {
      const rest = { client: "192.0.2.1", helo: "c.example.net", recipients: ["r@elsewhere.test"] };
      const { findings } = await guard.check(facts({ ...rest, ...identity, envelopeFrom, ...readMessage(message) }));
      for (const { verdict } of findings) if (verdict.kind === "fail") found.add(verdict.code);
    }
  }
  return found;
}

/** Scores fail by codes of their own. */
export const SCORES: readonly Rule[] = [
  score({ reject: 1 }, [requireLogin(), 1]),
  score({ defer: 1 }, [requireLogin(), 1]),
];
