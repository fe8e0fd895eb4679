import { FromguardError, type Table } from "@fromguard/core";
import type { MatchList } from "../../src/lists/match-list.js";
import type { MainCf } from "../../src/main-cf/main-cf.js";
import type { Settings } from "../../src/smtpd/settings.js";

/** What a test sets of main.cf; the rest is as at compatibility level 3.6. */
export interface Given {
  readonly parameters?: Readonly<Record<string, string>>;
  readonly tables?: Readonly<Record<string, readonly Table[]>>;
  /** Lists that are no plain names: by parameter. */
  readonly lists?: Readonly<Record<string, MatchList<string>>>;
}

const DEFAULTS: Readonly<Record<string, string>> = {
  allow_min_user: "no",
  allow_percent_hack: "yes",
  append_at_myorigin: "yes",
  append_dot_mydomain: "no",
  default_transport: "smtp",
  double_bounce_sender: "double-bounce",
  empty_address_recipient: "MAILER-DAEMON",
  inet_interfaces: "127.0.0.1",
  inet_protocols: "ipv4",
  line_length_limit: "2048",
  local_transport: "local:mail.example.com",
  mydestination: "mail.example.com, localhost.example.com, example.com",
  mydomain: "example.com",
  myhostname: "mail.example.com",
  myorigin: "example.com",
  owner_request_special: "yes",
  parent_domain_matches_subdomains: "relay_domains, smtpd_access_maps",
  recipient_delimiter: "+",
  relay_domains: "relay.example",
  relay_transport: "relay",
  resolve_dequoted_address: "yes",
  resolve_null_domain: "no",
  resolve_numeric_domain: "no",
  show_user_unknown_table_name: "yes",
  smtputf8_enable: "yes",
  strict_rfc821_envelopes: "no",
  strict_smtputf8: "no",
  swap_bangpath: "yes",
  virtual_alias_domains: "alias.example",
  virtual_mailbox_domains: "virt.example",
  virtual_transport: "virtual",
};

/** Settings as a main.cf gives them. */
export function settingsOf({ parameters = {}, tables = {}, lists = {} }: Given = {}): Settings {
  const values = new Map(Object.entries({ ...DEFAULTS, ...parameters }));
  const split = (name: string): readonly string[] =>
    (values.get(name) ?? "").split(/[\s,]+/).filter((word) => word !== "");
  const config: MainCf = {
    file: "main.cf",
    names: [...values.keys()],
    get: (name) => values.get(name) ?? "",
    isSet: (name) => values.has(name),
    place: (name) => ({ file: "main.cf", key: name }),
    bool: (name) => {
      const value = values.get(name);
      if (value !== "yes" && value !== "no") throw new FromguardError("FG_CONFIG_INVALID", `${name} = ${value}`);
      return value === "yes";
    },
    int: (name) => Number(values.get(name)),
    seconds: (name) => Number(values.get(name)),
    list: split,
  };
  return {
    config,
    lists: {
      smtpd_client_restrictions: [],
      smtpd_helo_restrictions: [],
      smtpd_sender_restrictions: [],
      smtpd_relay_restrictions: [],
      smtpd_recipient_restrictions: [],
    },
    classes: new Map(),
    tables: (parameter) => tables[parameter] ?? [],
    table: () => undefined,
    myNetworks: { has: () => ({ kind: "not-listed" }) },
    mxBackupNetworks: { has: () => ({ kind: "not-listed" }) },
    domains: (parameter) => lists[parameter] ?? domainList(split(parameter), parameter === "relay_domains"),
  };
}

function domainList(names: readonly string[], withParents: boolean): MatchList<string> {
  return {
    has(domain) {
      const asked = domain.toLowerCase();
      const entry = names.find((name) => name === asked || (withParents && asked.endsWith(`.${name}`)));
      return entry === undefined ? { kind: "not-listed" } : { kind: "listed", entry };
    },
  };
}
