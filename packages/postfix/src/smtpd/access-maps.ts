import {
  accessMapKeys,
  andThen,
  domainAndParents,
  type Hit,
  type KeyStep,
  parseIpAddress,
  searchTables,
} from "@fromguard/core";
import { extensionOptions } from "../address/extension-options.js";
import type { Target } from "../restrictions/restriction.js";
import type { AccessCheck } from "./access-checks.js";
import type { AccessResult } from "./access-result.js";
import { lookupFailed, otherAddress } from "./check-context.js";
import type { Evaluation } from "./evaluation.js";

/** What a lookup came to: a result to act on, nothing, or the end of the evaluation. */
export type Access =
  | { readonly kind: "result"; readonly result: AccessResult; readonly isSuspicious: boolean }
  | { readonly kind: "none" }
  | { readonly kind: "end" };

const NONE: Access = { kind: "none" };
const END: Access = { kind: "end" };

/** What is done where a table cannot answer, or is none. */
const BROKEN = "451 4.3.5 Server configuration error";

/**
 * Looks up what an access restriction is about.
 *
 * @see access(5), Postfix smtpd_check.c check_mail_access, check_namadr_access, check_domain_access, check_access
 */
export function lookUpAccess(
  evaluation: Evaluation,
  name: string,
  check: AccessCheck,
  spec: string,
): Access | Promise<Access> {
  const { mail, settings } = evaluation;
  const { replyClass } = check;
  const find = (target: Target, ...searches: Search[]) => search(evaluation, spec, target, searches);
  switch (check.subject) {
    case "client":
      return find(
        { name: evaluation.client, replyClass },
        domainSearch(evaluation, mail.clientName),
        addressSearch(mail.clientAddress),
      );
    case "reverse-client": {
      const name = mail.reverseClientName ?? mail.clientName;
      return find({ name, replyClass }, domainSearch(evaluation, name), addressSearch(mail.clientAddress));
    }
    case "helo":
      return mail.helo === "" ? NONE : find({ name: mail.helo, replyClass }, domainSearch(evaluation, mail.helo));
    case "sender": {
      if (evaluation.command === "CONNECT" || evaluation.command === "EHLO") return NONE;
      if (mail.sender !== "") return findAddress(evaluation, spec, { name: mail.sender, replyClass });
      const key = settings.config.get("smtpd_null_access_lookup_key");
      return find({ name: "", replyClass }, keySearch(key));
    }
    case "recipient":
      if (mail.recipient === undefined) return NONE;
      return findAddress(evaluation, spec, { name: mail.recipient, replyClass });
    case "login":
      if (!settings.config.bool("smtpd_sasl_auth_enable")) {
        evaluation.warn(`restriction \`${name}' ignored: no SASL support`);
        return NONE;
      }
      if (mail.login === null || mail.login === "") return NONE;
      return find(
        { name: mail.login.replace(/[\x00-\x1f\x7f]/g, "_"), replyClass },
        keySearch(mail.login, "check_access"),
      );
    case "nothing":
      return NONE;
  }
}

/** Keys to ask a table for, and the name under which the log shows what was looked up. */
export interface Search {
  readonly datum: string;
  readonly steps: readonly KeyStep[];
  /** Postfix's function, as its warnings name it. */
  readonly by: string;
}

function keySearch(key: string, by = "check_access"): Search {
  return { datum: key, steps: key === "" ? [] : [{ keys: [key], whole: true }], by };
}

/** A domain and its parents. */
export function domainSearch(evaluation: Evaluation, domain: string): Search {
  const dotted = hasDottedParents(evaluation);
  const names = parseIpAddress(domain) === undefined ? domainAndParents(domain, dotted) : [domain];
  return { datum: domain, steps: names.map(toStep), by: "check_domain_access" };
}

/** An IP address and its networks at octet (IPv6: group) borders. */
export function addressSearch(address: string): Search {
  const delimiter = address.includes(":") ? ":" : ".";
  const names: string[] = [];
  for (let name = address; name !== ""; name = name.slice(0, Math.max(0, name.lastIndexOf(delimiter))))
    names.push(name);
  return { datum: address, steps: names.map(toStep), by: "check_addr_access" };
}

function toStep(name: string, index: number): KeyStep {
  return { keys: [name], whole: index === 0 };
}

function hasDottedParents({ settings }: Evaluation): boolean {
  return !settings.config.list("parent_domain_matches_subdomains").includes("smtpd_access_maps");
}

function findAddress(evaluation: Evaluation, spec: string, target: Target): Access | Promise<Access> {
  const { settings } = evaluation;
  return andThen(evaluation.addresses.resolve(target.name, otherAddress(evaluation.mail, target.name)), (resolved) => {
    if (resolved.kind === "unknown") {
      lookupFailed(evaluation, target.name);
      return END;
    }
    const address = resolved.kind === "resolved" ? resolved.address : target.name;
    const at = address.lastIndexOf("@");
    if (at < 0) {
      evaluation.warn(`check_mail_access: no @domain in address: ${address}`);
      return NONE;
    }
    const steps = accessMapKeys(address.slice(0, at), address.slice(at + 1), {
      ...extensionOptions(settings.config),
      dottedParents: hasDottedParents(evaluation),
    });
    const found = search(evaluation, spec, target, [{ datum: address, steps, by: "check_mail_access" }]);
    const isSuspicious =
      target.replyClass === "Recipient address" &&
      resolved.kind === "resolved" &&
      resolved.isRouted &&
      !settings.config.bool("allow_untrusted_routing");
    return andThen(found, (access) => (access.kind === "result" ? { ...access, isSuspicious } : access));
  });
}

/** Asks a table for the keys of each search in turn, until one is found. */
export function search(
  evaluation: Evaluation,
  spec: string,
  target: Target,
  searches: readonly Search[],
): Access | Promise<Access> {
  const [first, ...others] = searches;
  if (first === undefined) return NONE;
  const result = (value: string, more: Partial<AccessResult> = {}): Access => ({
    kind: "result",
    isSuspicious: false,
    result: { source: spec, value, datum: first.datum, target, ...more },
  });
  const table = spec.startsWith("{") ? undefined : evaluation.settings.table(spec);
  if (table === undefined) {
    evaluation.warn(`${first.by}: unexpected dictionary: ${spec}`);
    return result(BROKEN);
  }
  return andThen(searchTables([table], first.steps, evaluation), (hit: Hit | undefined) => {
    if (hit === undefined) return search(evaluation, spec, target, others);
    const { key, lookup } = hit;
    const evidence = { ...lookup.evidence(), source: table.name, key };
    if (lookup.kind === "found" && lookup.value !== "") {
      return result(lookup.value, { evidence: { ...evidence, result: lookup.value } });
    }
    const cause = lookup.kind === "error" ? lookup.cause : `${spec} lookup of ${key} returns an empty string result`;
    evaluation.warn(cause);
    return result(BROKEN, { evidence: { ...evidence, detail: cause } });
  });
}
