import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import {
  absurd,
  addSender,
  bodyUnambiguous,
  type CureOptions,
  cure,
  domainExists,
  type EditTarget,
  envelopeHeaderAligned,
  headerOriginatorsOwned,
  hmacSha256,
  localOriginatorsMatchEnvelope,
  loginEqualsSenders,
  loginOwnsEnvelope,
  type Ownership,
  ownedAddressNeedsLogin,
  predicate,
  type Resolver,
  type Rule,
  relayOnlyForLogin,
  requireFqdn,
  requireLogin,
  type StampLoginOptions,
  senderDomainIsOurs,
  senderExists,
  stampLogin,
  type Table,
  unless,
} from "@fromguard/core";
import { organisationalDomain } from "@fromguard/node";
import type { Config } from "./config.js";
import { rewritten } from "./consequences.js";
import type { RuleName } from "./rule-schemas.js";
import type { TableLoader } from "./table-loader.js";

const loggedIn = predicate("logged-in", ["login"], ({ login }) => login !== null);

/** What rules are made from. */
export interface Sources {
  readonly ownership: Ownership | undefined;
  readonly resolver: Resolver;
  readonly tables: TableLoader;
  /** The rule of a main.cf, which follows its files. */
  readonly followed: (file: string, overrides: readonly string[]) => Promise<Rule>;
}

/** Makes a rule of the configuration, without what becomes of its failures. */
export async function buildRule(entry: Config["rules"][number], config: Config, sources: Sources): Promise<Rule> {
  const { resolver, tables } = sources;
  const owned = () => {
    if (sources.ownership !== undefined) return { ownership: sources.ownership };
    throw new Error(
      "needs a source of ownership: add one under ownership:, such as - login-map: pcre:/etc/postfix/sender_login_maps",
    );
  };
  switch (entry.kind) {
    case "sender-fqdn":
      return requireFqdn({ allowLiterals: entry.options["allow-literals"] });
    case "domain-exists":
      return domainExists({ resolver });
    case "login-owns-envelope":
      return loginOwnsEnvelope(owned());
    case "header-originators-owned":
      return originatorsRule(owned(), entry.options, config);
    case "body-unambiguous":
      return bodyUnambiguous({ ...owned(), ...stancesOf(entry.options) });
    case "require-login":
      return requireLogin();
    case "relay-only-for-login":
      return relayOnlyForLogin({ ourDomains: entry.options["our-domains"] });
    case "sender-domain-is-ours":
      return senderDomainIsOurs({ ourDomains: entry.options["our-domains"] });
    case "postfix-restrictions":
      return sources.followed(entry.options["main-cf"], entry.options.override ?? []);
    case "sender-exists":
      return senderExists({ senders: firstFound(await tables.loadAll(entry.options.senders, entry.path)) });
    case "owned-address-needs-login":
      return ownedAddressNeedsLogin(owned());
    case "login-equals-senders":
      return loginEqualsSenders();
    case "envelope-header-aligned": {
      const { alignment, "our-domains": ourDomains, logins, "null-envelope": nullEnvelope } = entry.options;
      const aligned = envelopeHeaderAligned({
        ...(alignment === "organisational" ? { organisationalDomain } : {}),
        ...(ourDomains === undefined ? {} : { ourDomains }),
        nullEnvelope,
      });
      return logins === "skip" ? unless(loggedIn, aligned) : aligned;
    }
    case "local-originators-match-envelope":
      return localOriginatorsMatchEnvelope(stancesOf(entry.options));
    case "stamp-login":
      return stampLogin(await stampOptions(entry.options, tables.folder));
    default:
      return absurd(entry);
  }
}

type RuleOptions<Kind extends RuleName> = Extract<Config["rules"][number], { readonly kind: Kind }>["options"];

function originatorsRule(
  owned: Pick<CureOptions, "ownership">,
  options: RuleOptions<"header-originators-owned">,
  config: Config,
): Rule {
  const judged = { ...owned, ...stancesOf(options) };
  const plain: Rule = headerOriginatorsOwned(judged);
  // Who only watches changes nothing.
  if (config.shadow || options.shadow) return plain;
  const sender = options["add-sender"];
  // Inside of the cure: where a Sender is enough, the From stays.
  const rule =
    sender === undefined ? plain : addSender(plain, { ...owned, to: targetOf(sender.to), when: sender.when });
  const codes = rewritten(config.actions, options.cure !== undefined);
  if (codes.length === 0) return rule;
  const { to = "envelope", "keep-claim": kept, "remove-signatures": removeSignatures = false } = options.cure ?? {};
  return cure(rule, {
    ...judged,
    to: targetOf(to),
    removeSignatures,
    ...(kept === undefined ? {} : { keepClaim: kept === "reply-to" ? "Reply-To" : "X-Original-From" }),
    codes,
  });
}

function targetOf(to: string): EditTarget {
  return to === "envelope" ? to : to === "login" ? { primary: (login) => login } : { fixed: to };
}

function stancesOf({ preset, stances }: Pick<RuleOptions<"body-unambiguous">, "preset" | "stances">) {
  return { preset, ...stances };
}

async function stampOptions(options: RuleOptions<"stamp-login">, folder: string): Promise<StampLoginOptions> {
  const { "authserv-id": authservId, "pseudonym-key": file, field } = options;
  // The schema lets exactly one of the two through.
  if (authservId !== undefined) return { authservId };
  const keyedHash = hmacSha256(await readFile(resolve(folder, file ?? "")));
  return { keyedHash, ...(field === undefined ? {} : { field }) };
}

/** One table of several: the first that has the key, or cannot answer, decides. */
function firstFound(tables: readonly Table[]): Table {
  const [only] = tables;
  if (tables.length === 1 && only !== undefined) return only;
  return {
    name: tables.map(({ name }) => name).join(", "),
    keys: tables.some(({ keys }) => keys === "parts") ? "parts" : "full",
    lookup: async (key, options) => {
      for (const table of tables) {
        const found = await table.lookup(key, options);
        if (found.kind !== "not-found") return found;
      }
      return { kind: "not-found" };
    },
  };
}
