import type { LintFacts, TableText } from "./finding.js";
import type { FlatList, FlatStep } from "./flat-list.js";
import { flatLists } from "./flat-list.js";

/** What every check of {@link lintMainCf} works with. */
export interface LintModel extends LintFacts {
  readonly lists: readonly FlatList[];
  /** Somebody here: `alice@example.com` with a domain of this main.cf. */
  readonly somebody: string;
}

export function lintModel(facts: LintFacts): LintModel {
  return { ...facts, lists: flatLists(facts.config), somebody: `alice@${ownDomain(facts)}` };
}

/** A domain that mail ends in, for examples. */
function ownDomain({ config }: LintFacts): string {
  const named = ["virtual_mailbox_domains", "virtual_alias_domains", "mydestination"].flatMap((name) =>
    config.list(name),
  );
  return (
    named.find((word) => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(word) && word !== config.get("myhostname")) ??
    "example.com"
  );
}

/** The three rules that compare login and sender, and whom each can refuse. */
const LOGIN_RULES: ReadonlyMap<string, readonly ("login" | "stranger")[]> = new Map([
  ["reject_authenticated_sender_login_mismatch", ["login"]],
  ["reject_known_sender_login_mismatch", ["login", "stranger"]],
  ["reject_unauthenticated_sender_login_mismatch", ["stranger"]],
]);

export function isLoginRule({ name }: FlatStep): boolean {
  return LOGIN_RULES.has(name);
}

/** Whom a login rule can refuse: who has logged in, who has not. */
export function refuses({ name }: FlatStep, whom: "login" | "stranger"): boolean {
  return LOGIN_RULES.get(name)?.includes(whom) ?? false;
}

/** The name under which a login rule is written: the predefined class, or the rule. */
export function ruleAsWritten(step: FlatStep, { words }: { readonly words: readonly string[] }): string {
  return words.includes(PREDEFINED) && !words.some((word) => word.toLowerCase() === step.name) ? PREDEFINED : step.text;
}

export const PREDEFINED = "reject_sender_login_mismatch";

/** Where the cures put it. */
export const LIST = "smtpd_sender_restrictions";

/** For whom a step ends its list with "accepted": nobody, or in words. */
export interface Permit {
  readonly whom: string;
  /** Whether it is for everybody who has logged in, and for nobody else. */
  readonly onlyLogins: boolean;
}

export function permitOf(step: FlatStep, { texts, unusable }: LintFacts): Permit | undefined {
  const { name, argument } = step;
  switch (name) {
    case "permit":
      return { whom: "everybody", onlyLogins: false };
    case "permit_mynetworks":
      return { whom: "every client in $mynetworks", onlyLogins: false };
    case "permit_inet_interfaces":
      return { whom: "every client on this host", onlyLogins: false };
    case "permit_naked_ip_address":
      return { whom: "every client that says HELO with an IP address", onlyLogins: false };
    case "permit_auth_destination":
      return { whom: "everybody who writes to a domain of this host", onlyLogins: false };
    case "permit_sasl_authenticated":
      return { whom: "everybody who has logged in", onlyLogins: true };
    case "check_policy_service":
      return { whom: `everybody to whom ${argument} answers OK`, onlyLogins: false };
    default: {
      if (!/^check_.*_access$/.test(name) || unusable.has(argument)) return undefined;
      const where = permittingLine(argument, texts.get(argument));
      return where === undefined
        ? undefined
        : { whom: `everybody to whom ${where}`, onlyLogins: name === "check_sasl_access" };
    }
  }
}

const PERMITS = /^(?:ok|relay|permit\w*|\d+)$/i;

/** Where an access map answers OK: not at all where its text is known and does not. */
function permittingLine(spec: string, source: TableText | undefined): string | undefined {
  if (spec.startsWith("static:")) return PERMITS.test(spec.slice("static:".length)) ? `${spec} answers OK` : undefined;
  if (spec.startsWith("inline:")) return /=\s*(?:ok|relay|permit\w*)\b/i.test(spec) ? `${spec} answers OK` : undefined;
  if (source === undefined) return `${spec} answers OK`;
  const lines = source.text.split("\n");
  const at = lines.findIndex((line) => !/^\s*#/.test(line) && PERMITS.test(/\s(\S+)\s*$/.exec(line)?.[1] ?? ""));
  return at < 0 ? undefined : `${source.file}:${at + 1} answers OK`;
}

/** `name = a, b`, as a line to paste. */
export function asLine(name: string, words: readonly string[]): string {
  const parts: string[] = [];
  for (const word of words) {
    if (word.includes(":") && /^(?:check_\w+)$/i.test(parts.at(-1) ?? "")) parts.push(`${parts.pop()} ${word}`);
    else if (/^warn_if_reject$/i.test(parts.at(-1) ?? "")) parts.push(`${parts.pop()} ${word}`);
    else parts.push(word);
  }
  return `${name} = ${parts.join(", ")}`;
}
