import { type DnsAnswer, isMailHost, type MxRecord, parseIpAddress } from "@fromguard/core";
import type { CheckContext, Result } from "../smtpd/check-context.js";
import { dnsName, domainOf, isBracketed } from "./address-form.js";
import { resolved } from "./address-search.js";
import type { Check } from "./restriction.js";

/**
 * Permits a recipient whose domain has this host as a mail server of lower preference, where the first ones are all in
 * `permit_mx_backup_networks`; and all that `permit_auth_destination` permits.
 *
 * @see postconf(5) permit_mx_backup, Postfix smtpd_check.c permit_mx_backup
 */
export const permitMxBackup: Check = (context) => {
  const { recipient } = context.mail;
  if (recipient === undefined) return "dunno";
  return resolved(context, recipient, ({ address, isRouted, isFinal, addressClass }) => {
    const domain = domainOf(address);
    if (domain === undefined) return "ok";
    if (isRouted && !context.settings.config.bool("allow_untrusted_routing")) return "dunno";
    if (isFinal || addressClass === "relay") return "ok";
    const name = isBracketed(domain) ? undefined : dnsName(domain);
    return name === undefined ? "dunno" : backup(context, recipient, name);
  });
};

async function backup(context: CheckContext, recipient: string, domain: string): Promise<Result> {
  const answer: DnsAnswer<MxRecord> = await context.dns.mx(domain, context);
  if (answer.kind === "failed" && answer.permanent !== true) {
    return deferred(context, recipient, `Unable to look up mail exchanger information: ${TRY_AGAIN}`);
  }
  if (answer.kind !== "records" || answer.records.some(({ exchange }) => exchange === "")) return "dunno";
  const records = answer.records.filter(({ exchange }) => isMailHost(exchange));
  const first = Math.min(...records.map(({ preference }) => preference));
  const hosts = (isFirst: boolean) =>
    records.filter(({ preference }) => (preference === first) === isFirst).map(({ exchange }) => exchange);
  if (await isAmong(context, recipient, hosts(true))) return "dunno";
  if (!(await isAmong(context, recipient, hosts(false)))) return "dunno";
  if (context.settings.config.get("permit_mx_backup_networks") === "") return "ok";
  for (const host of hosts(true)) if (!(await isTrusted(context, recipient, host))) return "dunno";
  return "ok";
}

const TRY_AGAIN = "Host not found, try again";

/** Whether this host is among mail servers: by name, else by address. */
async function isAmong(context: CheckContext, recipient: string, hosts: readonly string[]): Promise<boolean> {
  for (const host of hosts) {
    if ((await context.settings.domains("mydestination").has(host)).kind === "listed") return true;
  }
  for (const host of hosts) {
    const { addresses, isUnknown } = await addressesOf(context, host);
    if (addresses.length === 0) {
      const why = isUnknown ? "Temporary failure in name resolution" : "Name or service not known";
      deferred(context, recipient, `Unable to look up mail exchanger host ${host}: ${why}`);
    }
    const { own } = context.addresses;
    if (addresses.some((address) => own.isInterface(address) || own.isProxy(address))) return true;
  }
  return false;
}

async function isTrusted(context: CheckContext, recipient: string, host: string): Promise<boolean> {
  const isAddress = parseIpAddress(host) !== undefined;
  const { addresses, isUnknown } = isAddress ? NO_ADDRESSES : await addressesOf(context, host);
  if (addresses.length === 0) {
    const why = isUnknown ? TRY_AGAIN : "Host not found";
    deferred(context, recipient, `Unable to look up host ${host} as mail exchanger: ${why}`);
    return false;
  }
  for (const address of addresses) {
    const membership = await context.settings.mxBackupNetworks.has({ name: host, address });
    if (membership.kind === "unknown") {
      deferred(context, recipient, `Unable to verify host ${host} as mail exchanger`);
    }
    if (membership.kind !== "listed") return false;
  }
  return true;
}

const NO_ADDRESSES = { addresses: [], isUnknown: false } as const;

async function addressesOf(
  context: CheckContext,
  host: string,
): Promise<{ readonly addresses: readonly string[]; readonly isUnknown: boolean }> {
  if (parseIpAddress(host) !== undefined) return { addresses: [host], isUnknown: false };
  const protocols = context.settings.config.list("inet_protocols");
  const wants = (family: string) => protocols.includes("all") || protocols.includes(family);
  const answers = [
    ...(wants("ipv4") ? [await context.dns.a(host, context)] : []),
    ...(wants("ipv6") ? [await context.dns.aaaa(host, context)] : []),
  ];
  return {
    addresses: answers.flatMap((answer) => (answer.kind === "records" ? answer.records : [])),
    isUnknown: answers.some(({ kind }) => kind === "failed"),
  };
}

function deferred(context: CheckContext, recipient: string, what: string): Result {
  return context.deferIfReject({
    category: "policy",
    code: 450,
    dsn: "4.4.4",
    text: `<${recipient}>: Recipient address rejected: ${what}`,
  });
}
