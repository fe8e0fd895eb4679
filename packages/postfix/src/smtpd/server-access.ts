import { isMailHost, parseIpAddress } from "@fromguard/core";
import { toALabels } from "../address/a-labels.js";
import { addressOfLiteral, isAscii } from "../address/mail-host.js";
import type { Target } from "../restrictions/restriction.js";
import type { AccessCheck } from "./access-checks.js";
import { type Access, addressSearch, domainSearch, type Search, search } from "./access-maps.js";
import type { Evaluation } from "./evaluation.js";

/** The most addresses of servers that are looked up (`dns_rr_list_limit`, 100). */
const MAX_ADDRESSES = 100;

/**
 * Looks up the servers of a domain in an access map: their names, then their addresses. For `A` the domain itself is the only
 * server, by its addresses; for `MX` it is where it has no MX records; for `NS` those of the nearest parent stand in. Where DNS
 * cannot answer, nothing is looked up, as in Postfix.
 *
 * @see postconf(5) check_sender_mx_access and the like, Postfix smtpd_check.c check_server_access
 */
export async function lookUpServers(
  evaluation: Evaluation,
  { subject, replyClass }: AccessCheck,
  type: "MX" | "A" | "NS",
  table: string,
): Promise<Access> {
  const text = textOf(evaluation, subject);
  if (text === "") return { kind: "none" };
  const target: Target = { name: subject === "client" ? evaluation.client : text, replyClass };
  const domain = text.slice(text.lastIndexOf("@") + 1);
  const look = (found: Search) => search(evaluation, table, target, [found]);
  if (domain.startsWith("[")) {
    if (type === "NS") return { kind: "none" };
    const address = addressOfLiteral(domain);
    return address === undefined ? { kind: "none" } : look(addressSearch(address));
  }
  const ascii = isAscii(domain) ? domain : (toALabels(domain) ?? domain);
  const servers = await serversOf(evaluation, type, ascii);
  let left = MAX_ADDRESSES;
  for (const server of servers) {
    const isAddress = parseIpAddress(server) !== undefined;
    if (type !== "A" && !isAddress) {
      const byName = await look(domainSearch(evaluation, server));
      if (byName.kind !== "none") return byName;
    }
    const addresses = isAddress ? [server] : await addressesOf(evaluation, server);
    if (addresses.length === 0 && type !== "A") {
      evaluation.warn(`Unable to look up ${type} host ${server} for ${target.replyClass} ${target.name}`);
    }
    for (const address of addresses) {
      if (left === 0) return { kind: "none" };
      left -= 1;
      const byAddress = await look(addressSearch(address));
      if (byAddress.kind !== "none") return byAddress;
    }
  }
  return { kind: "none" };
}

/** What the servers are of; empty where it is not known. */
function textOf({ mail }: Evaluation, subject: AccessCheck["subject"]): string {
  const named = (name: string) => (name.toLowerCase() === "unknown" ? "" : name);
  switch (subject) {
    case "client":
      return named(mail.clientName);
    case "reverse-client":
      return named(mail.reverseClientName ?? mail.clientName);
    case "helo":
      return mail.helo;
    case "sender":
      return mail.sender;
    case "recipient":
      return mail.recipient ?? "";
    default:
      return "";
  }
}

function serversOf(evaluation: Evaluation, type: "MX" | "A" | "NS", domain: string): Promise<readonly string[]> {
  switch (type) {
    case "A":
      return Promise.resolve([domain]);
    case "MX":
      return mailServers(evaluation, domain);
    case "NS":
      return nameServers(evaluation, domain);
  }
}

/** Of the domain, or of the nearest parent that has any. */
async function nameServers(evaluation: Evaluation, domain: string): Promise<readonly string[]> {
  const unable = (cause: string) => {
    evaluation.warn(`Unable to look up NS host for ${domain}: ${cause}`);
    return [];
  };
  const { dns } = evaluation;
  if (dns.ns === undefined) return unable("the resolver does not ask for NS");
  for (let name = domain; name !== ""; name = name.includes(".") ? name.slice(name.indexOf(".") + 1) : "") {
    const answer = await dns.ns(name.toLowerCase(), evaluation);
    if (answer.kind === "failed") return unable(answer.cause);
    if (answer.kind === "records") return answer.records.filter(isMailHost);
  }
  return unable("no records");
}

async function mailServers(evaluation: Evaluation, domain: string): Promise<readonly string[]> {
  const answer = await evaluation.dns.mx(domain.toLowerCase(), evaluation);
  if (answer.kind === "none") return [domain];
  if (answer.kind === "failed") {
    evaluation.warn(`Unable to look up MX host for ${domain}: ${answer.cause}`);
    return [];
  }
  const hosts = answer.records.map(({ exchange }) => exchange);
  return hosts.includes("") ? [] : hosts.filter(isMailHost);
}

async function addressesOf({ dns, settings, signal }: Evaluation, host: string): Promise<readonly string[]> {
  const protocols = settings.config.list("inet_protocols");
  const wants = (family: string) => protocols.includes("all") || protocols.includes(family);
  const name = host.toLowerCase();
  const answers = [
    ...(wants("ipv4") ? [await dns.a(name, { signal })] : []),
    ...(wants("ipv6") ? [await dns.aaaa(name, { signal })] : []),
  ];
  return answers.flatMap((answer) => (answer.kind === "records" ? answer.records : []));
}
