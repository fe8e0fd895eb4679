import fc from "fast-check";
import type { SmtpdOverrides } from "./postfix.js";
import { of } from "./smtpd-attempts.js";
import { accessMap, files, LOGIN_MAPS } from "./smtpd-tables.js";

/** One Postfix with some smtpds; `@DIR@` in values stands for the folder of the files. */
export interface Configuration {
  /** What all daemons share: what addresses are. */
  readonly mainCf: Readonly<Record<string, string>>;
  readonly smtpds: Readonly<Record<string, SmtpdOverrides>>;
  readonly files: Readonly<Record<string, string>>;
}

/** How many smtpds a configuration has. */
export const SMTPDS = 8;

const ACCESS = [
  "sender",
  "sender",
  "client",
  "reverse_client_hostname",
  "helo",
  "recipient",
  "sasl",
  "sender_mx",
  "sender_a",
  "sender_ns",
  "client_ns",
  "reverse_client_hostname_ns",
  "helo_ns",
  "recipient_ns",
  "client_mx",
  "helo_a",
].map((subject) => `check_${subject}_access`);

const SENDER_RULES = [
  "permit_mynetworks",
  "permit_sasl_authenticated",
  "reject_non_fqdn_sender",
  "reject_unknown_sender_domain",
  "reject_authenticated_sender_login_mismatch",
  "reject_known_sender_login_mismatch",
  "reject_unauthenticated_sender_login_mismatch",
  "reject_sender_login_mismatch",
  "reject_unlisted_sender",
  "some_class",
];
const OTHER_RULES = [
  "permit",
  "reject",
  "defer",
  "permit x",
  "reject y z",
  "defer_if_permit",
  "defer_if_reject",
  "warn_if_reject",
  "reject_unauth_destination",
  "defer_unauth_destination",
  "permit_auth_destination",
  "permit_mx_backup",
  "check_ccert_access static:REJECT",
  "reject_rbl_client",
  "reject_unknown_address",
  "reject_non_fqdn_recipient",
  "reject_unknown_recipient_domain",
  "reject_unlisted_recipient",
  "reject_multi_recipient_bounce",
  "reject_non_fqdn_helo_hostname",
  "reject_invalid_helo_hostname",
  "reject_unknown_helo_hostname",
  "reject_unknown_client_hostname",
  "reject_unknown_reverse_client_hostname",
  "reject_plaintext_session",
  "no_such_restriction",
  "Reject_Non_FQDN_Sender",
  "Reject_Sender_Login_Mismatch",
  "Some_Class",
  "check_sender_access",
  "sleep 0",
];

const DNS_LISTS = [
  "list.test",
  "list.test",
  "list.test=127.0.0.2",
  "list.test=127.0.0.[2;4..10]",
  "list.test=[127.0.0.9]",
  "list.test=127.0.[0..1].[3..9]",
  "down-list.test",
  "empty-list.test",
  "LIST.test",
];
const DNS_LIST_RULES = [
  "reject_rbl_client",
  "reject_rbl_client",
  "reject_rbl",
  "reject_rhsbl_client",
  "reject_rhsbl_reverse_client",
  "reject_rhsbl_helo",
  "reject_rhsbl_sender",
  "reject_rhsbl_sender",
  "reject_rhsbl_recipient",
  "permit_dnswl_client",
  "permit_rhswl_client",
];
const dnsList = fc.tuple(of(DNS_LIST_RULES), of(DNS_LISTS)).map((words) => words.join(" "));

const restriction = fc
  .tuple(
    fc.integer({ min: 0, max: 7 }),
    fc.oneof(
      { weight: 5, arbitrary: of(SENDER_RULES) },
      { weight: 3, arbitrary: of(OTHER_RULES) },
      { weight: 3, arbitrary: fc.tuple(of(ACCESS), accessMap).map(([name, map]) => `${name} ${map}`) },
      { weight: 1, arbitrary: accessMap },
      { weight: 3, arbitrary: dnsList },
    ),
  )
  .map(([one, rule]) => (one === 0 ? `warn_if_reject ${rule}` : rule));
const list = (maxLength: number, rule = restriction): fc.Arbitrary<string> =>
  fc.array(rule, { minLength: 1, maxLength }).map((rules) => rules.join(", "));

/** Each with its usual value first, which is as likely as all others. */
function choices<Name extends string>(
  values: Readonly<Record<Name, readonly string[]>>,
): fc.Arbitrary<Readonly<Record<Name, string>>> {
  const entries = Object.entries<readonly string[]>(values).map(([name, [usual = "", ...others]]) => [
    name,
    fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 2, arbitrary: of([usual, ...others]) }),
  ]);
  return fc.record(Object.fromEntries(entries));
}

/** Parameters that are set now and then. */
function some(values: Readonly<Record<string, fc.Arbitrary<string>>>): fc.Arbitrary<SmtpdOverrides> {
  const unset = { weight: 5, arbitrary: fc.constant(undefined) };
  const entries = Object.entries(values).map(([name, arbitrary]) => [name, fc.oneof(unset, { weight: 1, arbitrary })]);
  return fc
    .record<Record<string, string | undefined>>(Object.fromEntries(entries))
    .map((all) =>
      Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
    );
}

/** Taken as it stands; in a map, main.cf has `$$` for `$`. */
const RBL_REPLIES = [
  `$rbl_code 5.7.1 $rbl_class [$rbl_what] is on $rbl_domain$\{rbl_txt?: $rbl_txt}`,
  "450 $client_name $client_address $client $reverse_client_name",
  "554 5.1.3 from $sender $sender_name $sender_domain",
  "554 $recipient ($recipient_name) {$recipient_domain} $helo_name",
  "250 ok",
  "450 ",
  `554 $$rbl_code $\{rbl_reason:none}`,
];
const RBL_REPLY_MAPS = [
  "inline:{{list.test = 521 4.7.9 map for $$rbl_domain}}",
  "inline:{{list.test=127.0.0.2 = 521 exact}, {list.test = 550 plain}}",
  "pcre:{/^list/ 550 pattern $$$$rbl_what}",
  "fail:down",
  "static:{554 $$broken}",
];

const CODES = ["450", "550", "554", "521"];

/**
 * Whether the sender is listed, smtpd asks once a message, and forgets that it has only at the sender's list: before it, the
 * answer depends on the messages that the process had before.
 */
const beforeSender = restriction.filter((rule) => !rule.endsWith("reject_unlisted_sender"));
/** A class within itself ends smtpd with a segmentation fault; by way of a table it is found out. */
const inClass = beforeSender.filter((rule) => !rule.endsWith("some_class"));

/** smtpd starts with a list that holds a relay check, which no `permit` and no `warn_if_reject` in front of it hides. */
const relayList = fc
  .array(
    restriction.filter((rule) => !/\bpermit\b|warn_if_reject$/.test(rule)),
    { minLength: 1, maxLength: 2 },
  )
  .map((rules) => [...rules, "reject_unauth_destination"].join(", "));

const smtpd = fc
  .record({
    smtpd_sender_restrictions: list(5),
    smtpd_sender_login_maps: of(LOGIN_MAPS),
    some_class: list(3, inClass),
  })
  .chain((always) =>
    some({
      smtpd_client_restrictions: list(2, beforeSender),
      smtpd_helo_restrictions: list(2, beforeSender),
      smtpd_relay_restrictions: relayList,
      smtpd_recipient_restrictions: list(3),
      smtpd_delay_reject: of(["no"]),
      smtpd_relay_before_recipient_restrictions: of(["yes", "no"]),
      smtpd_reject_unlisted_sender: of(["yes"]),
      smtpd_reject_unlisted_recipient: of(["yes", "no"]),
      smtpd_sasl_auth_enable: of(["no"]),
      smtpd_null_access_lookup_key: of(["<>", "alice", "null@"]),
      soft_bounce: of(["yes"]),
      strict_rfc821_envelopes: of(["yes"]),
      strict_smtputf8: of(["yes"]),
      non_fqdn_reject_code: of([...CODES, "204"]),
      unknown_address_reject_code: of(CODES),
      unknown_address_tempfail_action: of(["defer", "defer_if_permit"]),
      reject_tempfail_action: of(["defer"]),
      access_map_reject_code: of(CODES),
      access_map_defer_code: of(CODES),
      relay_domains_reject_code: of(CODES),
      reject_code: of(CODES),
      maps_rbl_reject_code: of(CODES),
      default_rbl_reply: of(RBL_REPLIES),
      rbl_reply_maps: of(RBL_REPLY_MAPS),
      permit_mx_backup_networks: of(["192.0.2.0/24", "192.0.2.7", "mx.a.test", "fail:down"]),
      defer_code: of(["451", "550"]),
    }).map((others): SmtpdOverrides => ({ ...always, ...others })),
  );

const PARENTS =
  "debug_peer_list,fast_flush_domains,mynetworks,permit_mx_backup_networks,qmqpd_authorized_clients,relay_domains,smtpd_access_maps";

const mainCf = choices({
  myorigin: ["$mydomain", "$myhostname", "a.test"],
  mydestination: ["$myhostname, localhost.$mydomain, $mydomain, localhost", "$myhostname, localhost", ""],
  recipient_delimiter: ["+", "+-", "-", ""],
  virtual_mailbox_maps: ["", "inline:{carol@virt.example=1}"],
  local_recipient_maps: ["", "inline:{alice=1,bob=1,root=1}"],
  relay_recipient_maps: ["", "inline:{u@relay.example=1}"],
  canonical_maps: ["", "inline:{bob@a.test=x@y.test}"],
  parent_domain_matches_subdomains: [PARENTS, ""],
  append_dot_mydomain: ["no", "yes"],
  append_at_myorigin: ["yes", "no"],
  resolve_numeric_domain: ["no", "yes"],
  resolve_null_domain: ["no", "yes"],
  resolve_dequoted_address: ["yes", "no"],
  swap_bangpath: ["yes", "no"],
  allow_percent_hack: ["yes", "no"],
  allow_min_user: ["no", "yes"],
  allow_untrusted_routing: ["no", "yes"],
  smtputf8_enable: ["yes", "no"],
  show_user_unknown_table_name: ["yes", "no"],
}).map((chosen) => ({
  mydomain: "example.com",
  mynetworks: "192.0.2.0/24, 127.0.0.0/8, [2001:db8::]/32",
  relay_domains: "relay.example",
  virtual_mailbox_domains: "virt.example",
  virtual_alias_domains: "alias.example",
  virtual_alias_maps: "inline:{known@alias.example=alice@example.com}",
  smtpd_restriction_classes: "some_class",
  smtpd_reject_unlisted_recipient: "no",
  smtpd_sasl_auth_enable: "yes",
  smtpd_client_connection_count_limit: "0",
  // Otherwise XCLIENT takes no IPv6 address.
  inet_protocols: "all",
  ...chosen,
}));

/** What an administrator might have set. */
export const configurations: fc.Arbitrary<Configuration> = fc.record({
  mainCf,
  files,
  smtpds: fc
    .array(smtpd, { minLength: SMTPDS, maxLength: SMTPDS })
    .map((each) => Object.fromEntries(each.map((overrides, index) => [`smtpd${index}`, overrides]))),
});
