import type { Address, Delivery, DomainRule, Grant, Grantee, Membership, Target } from "@fromguard/core";

/** A statement of any kind. */
export type AnyStatement = Grant | Membership | Delivery | DomainRule;

/**
 * What a statement is about: a domain, or empty, and a name there. Those that mean the same are about the same, and mostly there is
 * one. Names are as they stand in the statement: a text put together for each would be made, hashed and dropped.
 */
export function subjectOf(statement: AnyStatement): readonly [domain: string, name: string] {
  if ("member" in statement) return ["", granteeKey(statement.member)];
  if (!("target" in statement)) return [statement.domain, ""];
  const { target } = statement;
  return target.kind === "address" ? [target.address.domain.ascii, target.address.localPart] : [target.domain, ""];
}

/** What a statement means, in one text: two that have it in common say the same. */
export function meaningOf(statement: AnyStatement): string {
  const { expires, scope } = statement;
  const meaning = within(statement);
  return expires === undefined && scope === undefined ? meaning : `${meaning}\n${expires}\n${scope?.join(" ")}`;
}

function within(statement: AnyStatement): string {
  if ("grantee" in statement) {
    const { right, grantee, target } = statement;
    return `${right}\n${granteeKey(grantee)}\n${target.kind}\n${targetKey(target)}`;
  }
  if ("member" in statement) return `in\n${granteeKey(statement.member)}\n${statement.group}`;
  if ("domain" in statement) return `domain\n${statement.domain}`;
  const { target, to, maySend } = statement;
  const receiver = to.kind === "login" ? granteeKey(to) : addressKey(to.address);
  return `to\n${receiver}\n${target.kind}\n${targetKey(target)}\n${maySend}`;
}

function targetKey(target: Target): string {
  return target.kind === "address" ? addressKey(target.address) : target.domain;
}

function addressKey({ localPart, domain }: Address): string {
  return `${localPart}@${domain.ascii}`;
}

function granteeKey(grantee: Grantee): string {
  return grantee.kind === "login" ? `login ${grantee.login}` : `group ${grantee.group}`;
}
