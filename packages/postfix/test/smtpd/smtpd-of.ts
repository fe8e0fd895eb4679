import { failTable, inlineTable, splitOutsideBraces, staticTable, type Table } from "@fromguard/core";
import { fakeResolver } from "@fromguard/core/testing";
import { createAddressResolver } from "../../src/address/create-address-resolver.js";
import type { AskPolicy } from "../../src/policy/ask-policy-service.js";
import type { Attempt } from "../../src/smtpd/attempt.js";
import { createSmtpd, type Smtpd } from "../../src/smtpd/create-smtpd.js";
import type { ListName, Settings } from "../../src/smtpd/settings.js";
import { settingsOf } from "../address/settings.js";

/** What a test sets: lists by their short names, classes, parameters. */
export interface Lists {
  readonly client?: string;
  readonly helo?: string;
  readonly sender?: string;
  readonly relay?: string;
  readonly recipient?: string;
  readonly classes?: Readonly<Record<string, string>>;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly askPolicy?: AskPolicy;
  /** By parameter: `smtpd_sender_login_maps`. */
  readonly maps?: Readonly<Record<string, readonly Table[]>>;
}

const DEFAULTS = {
  access_map_defer_code: "450",
  access_map_reject_code: "554",
  allow_untrusted_routing: "no",
  defer_code: "450",
  inet_protocols: "ipv4",
  non_fqdn_reject_code: "504",
  plaintext_reject_code: "450",
  reject_code: "554",
  reject_tempfail_action: "defer_if_permit",
  relay_domains_reject_code: "554",
  smtpd_delay_reject: "yes",
  smtpd_null_access_lookup_key: "<>",
  smtpd_policy_service_default_action: "451 4.3.5 Server configuration problem",
  smtpd_policy_service_max_idle: "300",
  smtpd_policy_service_max_ttl: "1000",
  smtpd_policy_service_policy_context: "",
  smtpd_policy_service_request_limit: "0",
  smtpd_tls_auth_only: "no",
  smtpd_tls_security_level: "",
  smtpd_tls_wrappermode: "no",
  smtpd_policy_service_retry_delay: "1",
  smtpd_policy_service_timeout: "100",
  smtpd_policy_service_try_limit: "2",
  smtpd_reject_unlisted_recipient: "no",
  smtpd_reject_unlisted_sender: "no",
  smtpd_relay_before_recipient_restrictions: "yes",
  smtpd_sasl_auth_enable: "yes",
  soft_bounce: "no",
  unknown_address_reject_code: "450",
  unknown_address_tempfail_action: "defer_if_permit",
};

/** An smtpd whose maps stand in its lists: `inline:{...}`, `static:...`, `fail:...`. */
export function smtpdOf(given: Lists): Smtpd {
  const { classes = {}, parameters = {}, askPolicy, maps = {} } = given;
  const words = (list: string | undefined) => splitOutsideBraces(list ?? "");
  const lists = Object.fromEntries(
    (["client", "helo", "sender", "relay", "recipient"] as const).map((name) => [
      `smtpd_${name}_restrictions`,
      words(given[name]),
    ]),
  ) as Record<ListName, readonly string[]>;
  const tables = new Map<string, Table | undefined>();
  const settings: Settings = {
    ...settingsOf({ parameters: { ...DEFAULTS, ...parameters }, tables: maps }),
    lists,
    classes: new Map(Object.entries(classes).map(([name, list]) => [name, words(list)])),
    table: (spec) => {
      if (!tables.has(spec)) tables.set(spec, open(spec));
      return tables.get(spec);
    },
  };
  const dns = fakeResolver({
    "mx.test": { mx: ["host.bad.test"] },
    "malformed.test": { mx: ["-x-.test", "host.bad.test"] },
    "host.bad.test": { a: ["192.0.2.1"] },
    "null.test": { mx: [{ preference: 0, exchange: "" }] },
    "down.test": { mx: { failed: "SERVFAIL" }, a: { failed: "SERVFAIL" }, aaaa: { failed: "SERVFAIL" } },
  });
  return createSmtpd({
    settings,
    addresses: createAddressResolver(settings),
    dns,
    wait: async () => {},
    ...(askPolicy === undefined ? {} : { askPolicy }),
  });
}

function open(spec: string): Table | undefined {
  const source = spec.slice(spec.indexOf(":") + 1);
  if (spec.startsWith("inline:")) return inlineTable(source);
  if (spec.startsWith("static:")) return staticTable(source);
  return spec.startsWith("fail:") ? failTable(source) : undefined;
}

/** An attempt of a stranger, but for what differs. */
export function attemptOf(differs: Partial<Attempt> = {}): Attempt {
  return {
    login: null,
    sender: "u@a.test",
    recipient: "r@relay.example",
    client: { address: "198.51.100.7", name: "client.example.org" },
    helo: "client.example.org",
    smtputf8: false,
    ...differs,
  };
}
