import type { MainCf } from "@fromguard/postfix";
import { list } from "../report/words.js";
import type { Config } from "./config.js";
import type { RuleName } from "./rule-schemas.js";

/** What of a configuration says how much it protects. */
export interface Protecting {
  readonly rules: readonly (Pick<Config["rules"][number], "kind"> & {
    readonly options?: {
      readonly shadow?: boolean;
      readonly "on-error"?: "defer" | "accept" | undefined;
      readonly "our-domains"?: readonly string[] | undefined;
    };
  })[];
  readonly listeners: readonly (Pick<Config["listeners"][number], "kind"> & {
    readonly options?: { readonly shadow?: boolean; readonly [address: string]: unknown };
  })[];
  /** Rules that stand in place of `rules`, by `policy_context`. */
  readonly contexts?: readonly {
    readonly listener: number;
    readonly name: string;
    readonly rules: Protecting["rules"];
  }[];
  readonly onError?: Config["onError"];
  readonly shadow?: boolean;
  readonly actions?: Config["actions"];
  readonly ownership?: { readonly sources: readonly { readonly options: { readonly "on-failure": string } }[] };
}

/** What the policy would let through though it looks as if it protected; one sentence each. */
export function protectionGaps(config: Protecting): readonly string[] {
  if (config.shadow === true) {
    return ["the policy refuses nothing (shadow): everything is decided and logged, and accepted"];
  }
  const hasMilter = config.listeners.some(({ kind }) => kind === "milter");
  return [
    ...shadowedListeners(config),
    ...gapsOfRules(config),
    ...(hasMilter ? gapsOfLocalMail(protecting(config)) : []),
    ...gapsOfActions(config.actions ?? {}),
    ...deadRewrites(config),
    ...gapsOfContexts(config),
  ];
}

/** A rule that only watches protects as if it were not there. */
function protecting({ rules }: Protecting): readonly RuleName[] {
  return rules.filter(({ options }) => options?.shadow !== true).map(({ kind }) => kind);
}

/** What a list of rules leaves open. */
function gapsOfRules(config: Protecting): readonly string[] {
  return [
    ...shadowedRules(config),
    ...gapsWithoutLogin(config),
    ...gapsWithLogin(protecting(config)),
    ...gapsOfFailures(config),
  ];
}

/** What a milter or who asks over HTTP judges beside a policy listener. */
const OF_HEADERS: readonly RuleName[] = ["header-originators-owned", "login-equals-senders", "envelope-header-aligned"];

/** What the rules of a context leave open, which judge in place of the others where the MTA names it. */
function gapsOfContexts(config: Protecting): readonly string[] {
  const seesHeaders = config.listeners.some(({ kind, options }) => kind !== "policy" && options?.shadow !== true);
  const beside = seesHeaders ? config.rules.filter(({ kind }) => OF_HEADERS.includes(kind)) : [];
  return (config.contexts ?? []).flatMap(({ listener, name, rules }) => {
    if (config.listeners[listener]?.options?.shadow === true) return [];
    const gaps = gapsOfRules({ ...config, rules: [...rules, ...beside] });
    return gaps.map((gap) => `in the context ${name}: ${gap}`);
  });
}

/** Listeners that only watch. */
function shadowedListeners({ listeners }: Protecting): readonly string[] {
  const watching = listeners.flatMap(({ kind, options }) => (options?.shadow ? [`${kind} ${options[kind]}`] : []));
  return watching.length === 0
    ? []
    : [`${list(watching, "and")} refuses nothing (shadow): what comes there is decided and logged, and accepted`];
}

/** Rules that only watch. */
function shadowedRules({ rules }: Protecting): readonly string[] {
  const quiet = rules.flatMap(({ kind, options }) => (options?.shadow ? [kind] : []));
  return quiet.length === 0 ? [] : [`${list(quiet, "and")} refuses nothing (shadow): what it finds is only logged`];
}

/** Fail-open: what is accepted because it could not be found out. */
function gapsOfFailures({ rules, onError = "defer", ownership }: Protecting): readonly string[] {
  const open = rules.filter(({ options }) => (options?.["on-error"] ?? onError) === "accept").map(({ kind }) => kind);
  const ignoring = ownership?.sources.some(({ options }) => options["on-failure"] === "ignore") ?? false;
  return [
    ...(open.length === 0
      ? []
      : [
          `fail-open: mail is accepted where ${list(open, "or")} cannot find out (on-error: accept), so that whoever keeps DNS or a source from answering sends as anybody`,
        ]),
    ...(ignoring && rules.some(({ kind }) => kind === "owned-address-needs-login")
      ? [
          "fail-open: while a source with on-failure: ignore cannot answer, its addresses are nobody's, and owned-address-needs-login lets clients without a login use them",
        ]
      : []),
  ];
}

/** Rewriting that no rule does: mail is refused, which its author did not want. */
function deadRewrites({ rules, actions = {} }: Protecting): readonly string[] {
  const codes = Object.entries(actions).flatMap(([code, action]) => (action === "rewrite" ? [code] : []));
  if (codes.length === 0 || rules.some(({ kind }) => kind === "header-originators-owned")) return [];
  return [
    `${list(codes, "and")} is refused, not rewritten (actions: rewrite): only header-originators-owned rewrites, and it is not among the rules`,
  ];
}

/** Failures that are accepted all the same. */
function gapsOfActions(actions: Config["actions"]): readonly string[] {
  return (["observe", "tag"] as const).flatMap((action) => {
    const codes = Object.entries(actions).flatMap(([code, taken]) => (taken === action ? [code] : []));
    if (codes.length === 0) return [];
    const what = codes.includes("default") ? "every failure without an action of its own" : list(codes, "and");
    return [
      `${what} is accepted (actions: ${action}): ${action === "tag" ? "the tag protects only where somebody reads it" : "it is only logged"}`,
    ];
  });
}

function gapsWithoutLogin(config: Protecting): readonly string[] {
  const rules = protecting(config);
  const has = (name: RuleName) => rules.includes(name);
  const keepsFrom = config.rules.some(
    ({ kind, options }) =>
      kind === "envelope-header-aligned" && options?.shadow !== true && options?.["our-domains"] !== undefined,
  );
  // What an imported main.cf leaves open is told by fromguard lint main.cf.
  if (has("require-login") || has("postfix-restrictions")) return [];
  if (has("owned-address-needs-login") && keepsFrom) return [];
  if (keepsFrom) {
    return [
      "clients without a login may still use the address of any of our users as envelope sender, behind a From that is not ours: add owned-address-needs-login unless the MTA demands a login on this port",
    ];
  }
  if (has("owned-address-needs-login")) {
    return [
      "clients without a login may still write the address of any of our users into the From header, behind an envelope sender that nobody owns: add require-login unless the MTA demands a login on this port",
    ];
  }
  if (has("relay-only-for-login")) {
    return [
      "clients without a login may still send to our domains in the name of any of our users: add owned-address-needs-login unless the MTA demands a login on this port",
    ];
  }
  return [
    "no rule refuses anything to clients without a login, and the login rules do not apply to them: the policy protects only where everybody who sends must log in; let the MTA demand it, or add require-login, owned-address-needs-login or relay-only-for-login",
  ];
}

function gapsWithLogin(rules: readonly RuleName[]): readonly string[] {
  const has = (name: RuleName) => rules.includes(name);
  if (has("login-equals-senders")) return [];
  const ownsEnvelope = has("login-owns-envelope") || has("postfix-restrictions");
  if (has("header-originators-owned")) {
    return ownsEnvelope
      ? []
      : ["whoever logs in may use any envelope sender: add login-owns-envelope unless the MTA itself checks it"];
  }
  return ownsEnvelope
    ? [
        "whoever logs in may write any address into the From header: add header-originators-owned unless it runs elsewhere",
      ]
    : [
        "no rule compares the sender with the login, so that whoever logs in may send in the name of anybody: add login-owns-envelope and header-originators-owned",
      ];
}

/** Rules that skip mail without a login, so that they say nothing of what local users send. */
const OF_LOGINS: readonly RuleName[] = ["login-owns-envelope", "header-originators-owned", "login-equals-senders"];

function gapsOfLocalMail(rules: readonly RuleName[]): readonly string[] {
  if (rules.includes("local-originators-match-envelope") || !OF_LOGINS.some((name) => rules.includes(name))) return [];
  return [
    "mail that users of this machine hand to sendmail has no login, and the rules on owned senders skip it: where the MTA has local users, set authorized_submit_users and local_login_sender_maps in main.cf, name this milter in non_smtpd_milters, and add local-originators-match-envelope (docs/local-submission.md)",
  ];
}

/**
 * What a main.cf leaves open to the users of its machine though it shows their mail to a milter, which does not learn who they are; one
 * sentence each.
 */
export function gapsOfLocalSenders(mainCf: Pick<MainCf, "get">): readonly string[] {
  if (mainCf.get("non_smtpd_milters") === "" || mainCf.get("local_login_sender_maps") !== "static:*") return [];
  return [
    "mail from sendmail reaches a milter (non_smtpd_milters), but its envelope sender is whatever the user says, and nobody owns it: set authorized_submit_users and local_login_sender_maps in main.cf (docs/local-submission.md)",
  ];
}
