import type { Evidence, Table } from "@fromguard/core";
import { type FakeZone, fakeResolver } from "@fromguard/core/testing";
import { createAddressResolver } from "../../src/address/create-address-resolver.js";
import type { MatchList } from "../../src/lists/match-list.js";
import { restrictions } from "../../src/restrictions/registry.js";
import type { CheckContext, Mail, Rejection, Result } from "../../src/smtpd/check-context.js";
import { settingsOf } from "../address/settings.js";

/** What a case sets; the rest is as at compatibility level 3.6, with SASL on. */
export interface Given {
  readonly mail?: Partial<Mail>;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly tables?: Readonly<Record<string, readonly Table[]>>;
  readonly domains?: Readonly<Record<string, MatchList<string>>>;
  readonly networks?: MatchList<{ readonly name: string; readonly address: string }>;
  readonly mxBackupNetworks?: MatchList<{ readonly name: string; readonly address: string }>;
  /** The word behind the name. */
  readonly argument?: string;
  readonly zones?: Readonly<Record<string, FakeZone>>;
}

/** What one restriction came to. */
export interface Came {
  /** The result; where it rejects or is remembered, that with `CODE DSN text`. */
  readonly result: string;
  readonly warnings: readonly string[];
  readonly evidence: Evidence | undefined;
  /** Whether the answer came without a promise. */
  readonly atOnce: boolean;
}

const PARAMETERS = {
  allow_untrusted_routing: "no",
  double_bounce_sender: "double-bounce",
  invalid_hostname_reject_code: "501",
  default_rbl_reply: "$rbl_code Service unavailable; $rbl_class [$rbl_what] blocked using $rbl_domain; $rbl_reason",
  inet_protocols: "ipv4",
  maps_rbl_reject_code: "554",
  non_fqdn_reject_code: "504",
  plaintext_reject_code: "450",
  relay_domains_reject_code: "554",
  smtpd_sasl_auth_enable: "yes",
  unknown_address_reject_code: "450",
  unknown_address_tempfail_action: "defer_if_permit",
  unknown_client_reject_code: "450",
  unknown_helo_hostname_tempfail_action: "defer_if_permit",
  unknown_hostname_reject_code: "450",
  unknown_local_recipient_reject_code: "550",
  unknown_relay_recipient_reject_code: "550",
  unknown_virtual_alias_reject_code: "550",
  unknown_virtual_mailbox_reject_code: "550",
};

const MAIL: Mail = {
  login: null,
  saslMethod: "",
  sender: "",
  recipient: undefined,
  clientAddress: "198.51.100.7",
  clientName: "client.example.org",
  helo: "client.example.org",
  smtputf8: false,
};

/** Evaluates one restriction of the registry. */
export async function evaluate(name: string, given: Given = {}): Promise<Came> {
  const { mail = {}, parameters = {}, tables = {}, domains = {}, zones = {} } = given;
  const configured = settingsOf({ parameters: { ...PARAMETERS, ...parameters }, tables, lists: domains });
  const settings = {
    ...configured,
    myNetworks: given.networks ?? configured.myNetworks,
    mxBackupNetworks: given.mxBackupNetworks ?? configured.mxBackupNetworks,
  };
  const warnings: string[] = [];
  let evidence: Evidence | undefined;
  let told = "";
  const tell =
    (prefix: string, result: Result) =>
    ({ code, dsn, text, category, evidence: why }: Rejection): Result => {
      told = `${prefix}${category === "policy" ? "" : `${category} `}${code} ${dsn} ${text}`;
      evidence = why;
      return result;
    };
  const context: CheckContext = {
    mail: { ...MAIL, ...mail },
    settings,
    addresses: createAddressResolver(settings),
    dns: fakeResolver(zones),
    signal: new AbortController().signal,
    reject: tell("reject ", "reject"),
    fail: tell("end ", "end"),
    deferIfPermit: tell("later ", "dunno"),
    deferIfReject: tell("instead ", "dunno"),
    warn: (text) => warnings.push(text),
    note: (why) => {
      evidence = why();
    },
  };
  const restriction = restrictions.get(name);
  if (restriction === undefined) throw new Error(`no restriction ${name}`);
  const answer = restriction.check(context, { name: "TARGET", replyClass: "Sender address" }, given.argument ?? "");
  const result = await answer;
  return { result: told === "" ? result : told, warnings, evidence, atOnce: !(answer instanceof Promise) };
}
