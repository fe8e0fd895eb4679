import {
  type DnsAnswer,
  domainExists,
  headerOriginatorsOwned,
  loginMap,
  loginOwnsEnvelope,
  type Ownership,
  pcreTable,
  type Resolver,
  type Rule,
  requireFqdn,
  requireLogin,
} from "@fromguard/core";

/** The login map of the scenario: local users, subaddresses allowed, and a second domain whose DNS is down. */
export const SEED_MAP = `/^([^@+]*)(\\+[^@]*)?@example\\.com$/  \${1}
/^([^@+]*)(\\+[^@]*)?@down\\.test$/  \${1}
`;

/** Zone data: domains that exist; `down.test` cannot be asked, everything else does not exist. */
const EXISTING: ReadonlySet<string> = new Set(["example.com", "other.test"]);

function answer<Record>(name: string, records: readonly Record[]): Promise<DnsAnswer<Record>> {
  if (name === "down.test") return Promise.resolve({ kind: "failed", cause: "SERVFAIL" });
  return Promise.resolve(EXISTING.has(name) ? { kind: "records", records } : { kind: "none" });
}

/** A resolver without sockets over that zone. */
const resolver: Resolver = {
  mx: (name) => answer(name, [{ preference: 10, exchange: `mx.${name}` }]),
  a: (name) => answer(name, ["192.0.2.1"]),
  aaaa: () => Promise.resolve({ kind: "none" }),
};

/** The ownership of the scenario. */
function seedOwnership(): Ownership {
  return loginMap({ tables: [pcreTable(SEED_MAP, { file: "senders" }).table] });
}

/** The four rules that the administrator wants, and a login for everybody. */
export function seedRules(ownership: Ownership = seedOwnership()): readonly Rule[] {
  return [
    requireLogin(),
    requireFqdn(),
    domainExists({ resolver }),
    loginOwnsEnvelope({ ownership }),
    headerOriginatorsOwned({ ownership }),
  ];
}

/** One message of the scenario, and what must become of it; `policy` is absent where only the header tells. */
export interface Case {
  readonly name: string;
  readonly login: string | undefined;
  readonly mailFrom: string;
  readonly header: string;
  /** The reply codes that are right behind a policy service, which sees the envelope alone. */
  readonly policy?: RegExp;
  readonly milter: RegExp;
}

const QUEUED = /^250 2\.0\.0 Ok: queued/;
const NOT_OWNED = /^553 5\.7\.1 /;
const own = "From: Ann <ann@example.com>\r\n";

/** Honest and forged mail of two users. */
export const CASES: readonly Case[] = [
  { name: "honest", login: "ann", mailFrom: "<ann@example.com>", header: own, policy: QUEUED, milter: QUEUED },
  {
    name: "honest, other user",
    login: "bob",
    mailFrom: "<bob@example.com>",
    header: "From: bob@example.com\r\n",
    policy: QUEUED,
    milter: QUEUED,
  },
  {
    name: "subaddress",
    login: "ann",
    mailFrom: "<ann+lists@example.com>",
    header: "From: ann+lists@example.com\r\n",
    policy: QUEUED,
    milter: QUEUED,
  },
  {
    name: "case of the address",
    login: "ann",
    mailFrom: "<Ann@EXAMPLE.com>",
    header: "From: Ann@Example.COM\r\n",
    policy: QUEUED,
    milter: QUEUED,
  },
  {
    name: "forged envelope",
    login: "ann",
    mailFrom: "<bob@example.com>",
    header: own,
    policy: NOT_OWNED,
    milter: NOT_OWNED,
  },
  {
    name: "foreign domain in the envelope",
    login: "ann",
    mailFrom: "<ann@other.test>",
    header: own,
    policy: NOT_OWNED,
    milter: NOT_OWNED,
  },
  {
    name: "forged From behind an honest envelope",
    login: "ann",
    mailFrom: "<ann@example.com>",
    header: "From: Bob <bob@example.com>\r\n",
    milter: NOT_OWNED,
  },
  {
    name: "display name shows another address",
    login: "ann",
    mailFrom: "<ann@example.com>",
    header: 'From: "director@example.com" <ann@example.com>\r\n',
    milter: /^550 5\.7\.1 /,
  },
  {
    name: "two From fields",
    login: "ann",
    mailFrom: "<ann@example.com>",
    header: `${own}From: bob@example.com\r\n`,
    milter: /^55\d 5\./,
  },
  {
    name: "two mailboxes, one foreign",
    login: "ann",
    mailFrom: "<ann@example.com>",
    header: "From: ann@example.com, bob@example.com\r\n",
    milter: NOT_OWNED,
  },
  {
    name: "foreign Sender",
    login: "ann",
    mailFrom: "<ann@example.com>",
    header: `${own}Sender: bob@example.com\r\n`,
    milter: NOT_OWNED,
  },
  { name: "no From", login: "ann", mailFrom: "<ann@example.com>", header: "Subject: x\r\n", milter: /^550 5\.6\.0 / },
  {
    name: "not fully qualified",
    login: "ann",
    mailFrom: "<ann@localhost>",
    header: own,
    policy: /^504 5\.5\.2 /,
    milter: /^504 5\.5\.2 /,
  },
  {
    name: "nonexistent domain",
    login: "ann",
    mailFrom: "<ann@nowhere.test>",
    header: own,
    policy: /^550 5\.1\.8 /,
    milter: /^550 5\.1\.8 /,
  },
  {
    name: "DNS down",
    login: "ann",
    mailFrom: "<ann@down.test>",
    header: own,
    policy: /^4\d\d 4\./,
    milter: /^4\d\d 4\./,
  },
  { name: "null sender, own From", login: "ann", mailFrom: "<>", header: own, policy: QUEUED, milter: QUEUED },
  {
    name: "null sender, forged From",
    login: "ann",
    mailFrom: "<>",
    header: "From: bob@example.com\r\n",
    milter: NOT_OWNED,
  },
  {
    name: "no login",
    login: undefined,
    mailFrom: "<ann@example.com>",
    header: own,
    policy: /^530 5\.7\.0 /,
    milter: /^530 5\.7\.0 /,
  },
];
