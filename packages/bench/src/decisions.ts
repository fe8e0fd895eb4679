import {
  cachedResolver,
  createGuard,
  domainExists,
  type Facts,
  facts,
  loginMap,
  loginOwnsEnvelope,
  pcreTable,
  type Resolver,
  type Rule,
  requireFqdn,
  requireLogin,
} from "@fromguard/core";
import { createAddressResolver, createSmtpd, loadSettings, postfixRestrictions, readMainCf } from "@fromguard/postfix";
import { SEED_PATTERN, type Subject } from "./subjects.js";

const MAP = `/${SEED_PATTERN}/ $1\n`;

/** What an administrator writes for a submission service whose users own what the map says. */
const MAIN_CF = `compatibility_level = 3.6
myhostname = mail.example.com
mydestination = $myhostname
mynetworks =
alias_maps =
local_recipient_maps =
smtpd_sasl_auth_enable = yes
smtpd_sender_login_maps = pcre:/etc/postfix/senders
smtpd_sender_restrictions = reject_non_fqdn_sender, reject_unknown_sender_domain, reject_sender_login_mismatch
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
`;

const MAILS = 100;

/**
 * The scenario that everything began with: a login, a fully qualified sender of a domain that exists, as a cache knows, and that
 * the login owns by a pcre map; once by rules of ours, once by the main.cf that says the same. Nothing is refused.
 */
export async function policies(): Promise<readonly Subject[]> {
  const resolver = cachedResolver(existing);
  const senders = () => pcreTable(MAP, { file: "/etc/postfix/senders" });
  const ownership = loginMap({ tables: [senders().table] });
  const { config } = readMainCf(MAIN_CF, { file: "main.cf" });
  const { settings } = await loadSettings(config, { openTable: async () => senders() });
  const smtpd = createSmtpd({ settings, addresses: createAddressResolver(settings), dns: resolver });
  return [
    policy("composed rules", [
      requireLogin(),
      requireFqdn(),
      domainExists({ resolver }),
      loginOwnsEnvelope({ ownership }),
    ]),
    policy("imported main.cf", [postfixRestrictions(smtpd)]),
  ];
}

/** Every domain has a mail server. */
const existing: Resolver = {
  mx: (name) => Promise.resolve({ kind: "records", records: [{ preference: 10, exchange: `mx.${name}` }] }),
  a: () => Promise.resolve({ kind: "none" }),
  aaaa: () => Promise.resolve({ kind: "none" }),
};

function policy(name: string, rules: readonly Rule[]): Subject {
  const guard = createGuard({ rules });
  const mails = Array.from({ length: MAILS }, (_, i) => mail(i));
  return {
    name,
    lookups: MAILS,
    run: async () => {
      for (const one of mails) {
        const { action, code } = await guard.decide(one);
        if (action !== "accept") throw new Error(`${name}: ${code}`);
      }
    },
  };
}

/** Half of the mails have an extension. */
function mail(index: number): Partial<Facts> {
  return facts({
    login: `user${index}`,
    client: { address: "198.51.100.7", name: "client.example.org" },
    helo: "client.example.org",
    envelopeFrom: `user${index}${index % 2 === 0 ? "" : "+lists"}@example.com`,
    recipients: ["someone@partner.test"],
  });
}
