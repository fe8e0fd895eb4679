import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Answer,
  bodyUnambiguous,
  type Code,
  codes,
  createGuard,
  cure,
  domainExists,
  envelopeHeaderAligned,
  type Facts,
  facts,
  formatReply,
  headerOriginatorsOwned,
  localOriginatorsMatchEnvelope,
  loginEqualsSenders,
  loginOwnsEnvelope,
  type Ownership,
  ownedAddressNeedsLogin,
  type ReplyChanges,
  type Resolver,
  type Rule,
  readMessage,
  relayOnlyForLogin,
  requireFqdn,
  requireLogin,
  score,
  senderDomainIsOurs,
  senderExists,
  stampLogin,
  type Table,
  TRY_LATER,
} from "../../src/index.js";
import { fakeResolver } from "../../src/testing/index.js";

/** What a reply must never hold: an owner, a table, a file, an internal domain. None of them is in what the sender gave. */
interface Secrets {
  readonly owner: string;
  readonly table: string;
  readonly file: string;
  readonly domain: string;
}

const word = fc.stringMatching(/^zq[a-z]{6,12}$/);
const secrets: fc.Arbitrary<Secrets> = fc.record({ owner: word, table: word, file: word, domain: word });

/** An ownership that says everything that it knows, in every place where it can. */
function talkative({ owner, table, file, domain }: Secrets, kind: Answer["kind"]): Ownership {
  const evidence = () => ({
    login: owner,
    address: `${owner}@${domain}.example`,
    field: table,
    source: `pcre:/etc/${file}`,
    file: `/etc/${file}`,
    line: 3,
    key: table,
    pattern: `/^${owner}$/`,
    captures: [owner],
    result: owner,
    detail: `${owner} in ${table}`,
    remedy: `add it to /etc/${file}`,
  });
  const answer = { kind, code: table, cause: `${owner} at /etc/${file}`, evidence } as Answer;
  return { name: `pcre:/etc/${file}`, ask: (_, questions) => questions.map(() => answer) };
}

function missingTable({ table, file }: Secrets): Table {
  return { name: `${table}:/etc/${file}`, keys: "parts", lookup: () => ({ kind: "not-found" }) };
}

function brokenTable({ owner, table, file }: Secrets): Table {
  const evidence = () => ({ source: table, file, result: owner });
  const lookup = () => ({ kind: "error", code: "down", cause: `${owner}: /etc/${file}`, evidence }) as const;
  return { ...missingTable({ owner, table, file, domain: "" }), lookup };
}

const brokenResolver = ({ domain, file }: Secrets): Resolver =>
  new Proxy({} as Resolver, {
    get: () => async () => {
      throw new Error(`${domain} from /etc/${file}`);
    },
  });

const OTHERS = "no-others-own-it";
const FOREIGN = "From: ann@example.org\r\n\r\n";
const INNER =
  "From: bob@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; hp=clear\r\nFrom: ann@example.org\r\n\r\nx\r\n--b--\r\n";

type Who = "bob" | null;
type Outcome = Code | "later" | "accepted";

interface Case {
  readonly what: string;
  readonly rule: (known: Secrets) => Rule;
  readonly input?: { readonly envelopeFrom?: string; readonly message?: string; readonly localUser?: string };
  /** With the login bob, and without one. */
  readonly told: readonly [login: Outcome, stranger: Outcome];
}

const owns =
  (make: (options: { readonly ownership: Ownership }) => Rule, kind: Answer["kind"] = OTHERS): Case["rule"] =>
  (known) =>
    make({ ownership: talkative(known, kind) });

const header = (what: string, message: string, code: Code): Case => ({
  what,
  rule: owns(headerOriginatorsOwned),
  input: { message },
  told: [code, "accepted"],
});

const CASES: readonly Case[] = [
  {
    what: "sender-fqdn",
    rule: () => requireFqdn(),
    input: { envelopeFrom: "bob@host" },
    told: ["sender-not-fqdn", "sender-not-fqdn"],
  },
  {
    what: "sender-fqdn, literal",
    rule: () => requireFqdn(),
    input: { envelopeFrom: "bob@[192.0.2.1]" },
    told: ["sender-literal", "sender-literal"],
  },
  {
    what: "malformed envelope",
    rule: () => requireFqdn(),
    input: { envelopeFrom: "bob(x@y" },
    told: ["envelope-malformed", "envelope-malformed"],
  },
  {
    what: "domain-exists",
    rule: () => domainExists({ resolver: fakeResolver({}) }),
    told: ["sender-domain-unknown", "sender-domain-unknown"],
  },
  {
    what: "domain-exists, DNS down",
    rule: (known) => domainExists({ resolver: brokenResolver(known) }),
    told: ["later", "later"],
  },
  {
    what: "login-owns-envelope, others own it",
    rule: owns(loginOwnsEnvelope),
    told: ["envelope-not-owned", "accepted"],
  },
  {
    what: "login-owns-envelope, nobody owns it",
    rule: owns(loginOwnsEnvelope, "no-nobody-owns-it"),
    told: ["envelope-not-owned", "accepted"],
  },
  { what: "login-owns-envelope, source down", rule: owns(loginOwnsEnvelope, "unknown"), told: ["later", "accepted"] },
  header("From", FOREIGN, "from-not-owned"),
  header("no From", "X: 1\r\n\r\n", "from-missing"),
  header("Sender alone, malformed From", "From: <a\r\n\r\n", "from-malformed"),
  header("two From", `From: ann@example.org\r\n${FOREIGN}`, "from-not-owned"),
  header("a NUL", `X: \0\r\n${FOREIGN}`, "header-nul"),
  {
    what: "header-originators-owned, source down",
    rule: owns(headerOriginatorsOwned, "unknown"),
    told: ["later", "accepted"],
  },
  {
    what: "body-unambiguous",
    rule: owns((options) => bodyUnambiguous({ ...options, preset: "strict" })),
    input: { message: INNER },
    told: ["from-not-owned", "accepted"],
  },
  {
    what: "body-unambiguous, smuggling",
    rule: owns(bodyUnambiguous),
    input: { message: `${FOREIGN}a\n.\r\nb` },
    told: ["smuggling", "smuggling"],
  },
  { what: "require-login", rule: () => requireLogin(), told: ["accepted", "login-required"] },
  {
    what: "relay-only-for-login",
    rule: ({ domain }) => relayOnlyForLogin({ ourDomains: [`${domain}.example`] }),
    told: ["accepted", "relay-denied"],
  },
  {
    what: "sender-domain-is-ours",
    rule: ({ domain }) => senderDomainIsOurs({ ourDomains: [`${domain}.example`] }),
    told: ["sender-domain-not-ours", "sender-domain-not-ours"],
  },
  {
    what: "sender-exists",
    rule: (known) => senderExists({ senders: missingTable(known) }),
    told: ["sender-unknown", "sender-unknown"],
  },
  {
    what: "sender-exists, table down",
    rule: (known) => senderExists({ senders: brokenTable(known) }),
    told: ["later", "later"],
  },
  {
    what: "owned-address-needs-login",
    rule: owns(ownedAddressNeedsLogin),
    told: ["accepted", "owned-address-needs-login"],
  },
  {
    what: "owned-address-needs-login, source down",
    rule: owns(ownedAddressNeedsLogin, "unknown"),
    told: ["accepted", "later"],
  },
  { what: "login-equals-senders", rule: () => loginEqualsSenders(), told: ["login-differs-from-sender", "accepted"] },
  {
    what: "envelope-header-aligned",
    rule: () => envelopeHeaderAligned(),
    input: { envelopeFrom: "bob@example.net" },
    told: ["envelope-header-misaligned", "envelope-header-misaligned"],
  },
  {
    what: "envelope-header-aligned, our domains",
    rule: ({ domain }) => envelopeHeaderAligned({ ourDomains: [`${domain}.example`, "example.org"] }),
    told: ["accepted", "owned-address-needs-login"],
  },
  {
    what: "local-originators-match-envelope",
    rule: () => localOriginatorsMatchEnvelope(),
    input: { localUser: "root" },
    told: ["from-not-owned", "from-not-owned"],
  },
  {
    what: "stamp-login, header over a limit",
    rule: ({ table }) => stampLogin({ authservId: table }),
    input: { message: "X: 1\r\n".repeat(1_300) },
    told: ["header-too-long", "header-too-long"],
  },
  {
    what: "cure without an own target",
    rule: owns((options) => cure(headerOriginatorsOwned(options), { ...options, to: "envelope" })),
    told: ["from-not-owned", "accepted"],
  },
  {
    what: "score",
    rule: owns(({ ownership }) => score({ reject: 1 }, [loginOwnsEnvelope({ ownership }), 1])),
    told: ["score-reject", "accepted"],
  },
];

async function decide({ rule, input = {} }: Case, known: Secrets, login: Who, replies: ReplyChanges = {}) {
  const { envelopeFrom = "bob@example.org", message = FOREIGN, localUser = null } = input;
  const given: Partial<Facts> = facts({
    login,
    localUser,
    client: "192.0.2.1",
    helo: "client.example",
    envelopeFrom,
    recipients: ["x@example.net"],
    ...readMessage(new TextEncoder().encode(message)),
  });
  return createGuard({ rules: [rule(known)], replies }).check(given);
}

const shownInFull: ReplyChanges = Object.fromEntries(
  Object.keys(codes).map((code) => [code, { text: "{field} and {address}" }]),
);

describe("public replies", () => {
  const cases = CASES.flatMap((one) =>
    (
      [
        ["bob", one.told[0]],
        [null, one.told[1]],
      ] as const
    ).map(([login, told]) => [one.what, login, told, one] as const),
  );

  test.each(cases)("%s, login %s: %s, and nothing of what the operator knows", async (_, login, told, one) => {
    await fc.assert(
      fc.asyncProperty(secrets, async (known) => {
        for (const replies of [{}, shownInFull]) {
          const { action, code, reply } = await decide(one, known, login, replies);
          if (told === "accepted") {
            expect([action, reply]).toEqual(["accept", undefined]);
            continue;
          }
          if (told === "later") expect(reply).toEqual(TRY_LATER);
          else expect(code).toBe(told);
          const wire = formatReply(reply ?? TRY_LATER);
          for (const secret of Object.values(known)) expect(wire).not.toContain(secret);
          if (login === null && told !== "later") expect(reply).toEqual(codes[told].reply);
        }
      }),
      { numRuns: 10 },
    );
  });

  test("to a login are the same whether others own the address or nobody does", async () => {
    const [known] = fc.sample(secrets, { numRuns: 1, seed: 1 });
    for (const make of [loginOwnsEnvelope, headerOriginatorsOwned]) {
      const [others, nobody] = await Promise.all(
        ([OTHERS, "no-nobody-owns-it"] as const).map((kind) =>
          decide({ what: "", rule: owns(make, kind), told: ["later", "later"] }, known as Secrets, "bob"),
        ),
      );
      expect(others?.reply).toEqual(nobody?.reply);
    }
  });
});
