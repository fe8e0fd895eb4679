import {
  domainExists,
  headerOriginatorsOwned,
  loginMap,
  loginOwnsEnvelope,
  pcreTable,
  type Resolver,
  type Rule,
  requireFqdn,
} from "@fromguard/core";
import { SEED_PATTERN } from "../subjects.js";

/** The login map, as an administrator writes it. */
export const LOGIN_MAP = `/${SEED_PATTERN}/ $1\n`;

/** The rules that everything began with, by their names in a configuration. */
export const ENVELOPE_RULES = ["sender-fqdn", "domain-exists", "login-owns-envelope"] as const;
export const HEADER_RULE = "header-originators-owned";

/** The same rules in code: the envelope's, and the header's where there is one. */
export function seedRules(resolver: Resolver, { headers }: { readonly headers: boolean }): readonly Rule[] {
  const ownership = loginMap({ tables: [pcreTable(LOGIN_MAP, { file: "senders" }).table] });
  return [
    requireFqdn(),
    domainExists({ resolver }),
    loginOwnsEnvelope({ ownership }),
    ...(headers ? [headerOriginatorsOwned({ ownership })] : []),
  ];
}

/** A mail of the benchmark: half are honest, a quarter has a forged envelope, a quarter a forged From. */
export interface SeedMail {
  readonly login: string;
  readonly envelopeFrom: string;
  readonly headerFrom: string;
  readonly recipient: string;
}

/** Different mails that are sent round and round; a whole number of times the four kinds. */
export const SEED_MAILS = 400;

/** The mails of the benchmark. Of every four one forges its envelope and one its From; without headers both forge the envelope. */
export function seedMails({ headers }: { readonly headers: boolean }): readonly SeedMail[] {
  return Array.from({ length: SEED_MAILS }, (_, index) => {
    const own = `user${index}@example.com`;
    const other = `user${(index + 1) % SEED_MAILS}@example.com`;
    const forged = index % 4 === 1 || index % 4 === 3;
    const forgesHeader = headers && index % 4 === 3;
    return {
      login: `user${index}`,
      envelopeFrom: forged && !forgesHeader ? other : index % 4 === 2 ? own.replace("@", "+lists@") : own,
      headerFrom: forgesHeader ? other : own,
      recipient: "someone@partner.test",
    };
  });
}

/** Whether a mail is to be let through. */
export function isHonest({ login, envelopeFrom, headerFrom }: SeedMail): boolean {
  return [envelopeFrom, headerFrom].every((address) => /^[^@+]+/.exec(address)?.[0] === login);
}
