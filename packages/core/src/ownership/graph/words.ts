import { formatAddress, formatMailbox } from "../../address/address.js";
import type { Delivery, DomainRule, Grant, Grantee, Membership, Statement, Target } from "../grants.js";

/** A target as it is shown: `alice@example.com`, `@example.com`, `@*.example.com`, `@example.com (catch-all)`. */
export function formatTarget(target: Target): string {
  switch (target.kind) {
    case "address":
      return formatAddress(target.address);
    case "domain":
      return `@${target.domain}`;
    case "subdomains":
      return `@*.${target.domain}`;
    case "catch-all":
      return `@${target.domain} (catch-all)`;
  }
}

/** One membership as words: `bob is in group sales (grants.yaml:7)`. */
export function membershipWords(statement: Membership): string {
  return `${formatGrantee(statement.member)} is in group ${statement.group}${tail(statement)}`;
}

/** One grant as words. */
export function grantWords(statement: Grant): string {
  const may = statement.right === "send-as" ? "may send as" : "may send on behalf of";
  return `${formatGrantee(statement.grantee)} ${may} ${formatTarget(statement.target)}${tail(statement)}`;
}

/** One delivery as words. */
export function deliveryWords(statement: Delivery): string {
  const { to, maySend } = statement;
  const who = to.kind === "login" ? to.login : formatAddress(to.address);
  const may = maySend ? ", and who receives it may send as it" : "";
  return `${formatTarget(statement.target)} is delivered to ${who}${may}${tail(statement)}`;
}

/** What one rule of a domain makes of an address. */
export function aliasWords(statement: DomainRule): string {
  return `${statement.domain} is an alias of ${statement.aliasOf}${tail(statement)}`;
}

/** That an address is a subaddress. */
export function subaddressWords(statement: DomainRule): string {
  return `at ${statement.domain}, ${JSON.stringify(statement.subaddress)} starts a subaddress${tail(statement)}`;
}

/** The line that would grant this, to be put under `grants:` of a grants file. */
export function grantLine(login: string, address: Parameters<typeof formatMailbox>[0]): string {
  return `- { login: ${scalar(login)}, send-as: ${scalar(formatMailbox(address))} }`;
}

/** The entry that would put a login in a group, under `groups:` of a grants file. */
export function memberLine(login: string, group: string): string {
  return `${scalar(group)}: [${scalar(login)}]`;
}

/** `group sales`, or a login. */
function formatGrantee(grantee: Grantee): string {
  return grantee.kind === "login" ? grantee.login : `group ${grantee.group}`;
}

const PLAIN = /^[A-Za-z_][\w.+@-]*$/;
const NOT_TEXT = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

function scalar(text: string): string {
  return PLAIN.test(text) && !NOT_TEXT.test(text) ? text : JSON.stringify(text);
}

function tail({ origin, reason, expires }: Statement): string {
  const { file, line, source } = origin ?? {};
  const place = file === undefined ? source : line === undefined ? file : `${file}:${line}`;
  const parts = [
    place,
    reason,
    expires === undefined || !Number.isFinite(expires) ? undefined : `until ${day(expires)}`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? "" : ` (${parts.join("; ")})`;
}

function day(instant: number): string {
  const date = new Date(instant);
  return Number.isNaN(date.getTime()) ? String(instant) : date.toISOString().replace("T00:00:00.000Z", "");
}
