import { parseIpAddress } from "@fromguard/core";
import { type CheckContext, type ReplyClass, type Result, serverError } from "../smtpd/check-context.js";
import { dnsName, domainOf } from "./address-form.js";
import { refuseAsListed } from "./dns-list-reply.js";
import { permitAuthDestination } from "./relay.js";
import { readReplyFilter } from "./reply-filter.js";
import type { Check } from "./restriction.js";

/** Refuses a client whose address is on a DNS list, `list.example` or `list.example=127.0.0.[2;4]`. */
export const rejectRblClient: Check = rejectListed(byClient);
/** Refuses a client whose verified name is on a list of domains. */
export const rejectRhsblClient: Check = rejectListed(byClientName);
/** The same of its unverified name. */
export const rejectRhsblReverseClient: Check = rejectListed(byReverseName);
/** The same of its HELO name. */
export const rejectRhsblHelo: Check = rejectListed(byHelo);
/** The same of the domain of the sender. */
export const rejectRhsblSender: Check = rejectListed(bySender);
/** The same of the domain of the recipient. */
export const rejectRhsblRecipient: Check = rejectListed(byRecipient);
/** Permits a client whose address is on a list; not for a recipient that this host does not take mail for. */
export const permitDnswlClient: Check = permitListed(byClient);
/** The same of its verified name. */
export const permitRhswlClient: Check = permitListed(byClientName);

/** What is looked up; `name` is what stands before the list's domain, undefined where nothing is asked. */
interface Listed {
  readonly what: string;
  readonly replyClass: ReplyClass;
  readonly name: string | undefined;
}
type Subject = (context: CheckContext) => Listed | undefined;

/** Octets of the text of a list that replies show. */
const MAX_TEXT_OCTETS = 500;

function rejectListed(subject: Subject): Check {
  return async (context, _target, list) => {
    const listed = subject(context);
    if (listed === undefined) return "dunno";
    const answer = await find(context, list, listed);
    if (answer.kind === "broken") return serverError(context, { source: list });
    if (answer.kind !== "listed") return "dunno";
    return refuseAsListed(context, { list, what: listed.what, replyClass: listed.replyClass, text: answer.text });
  };
}

function permitListed(subject: Subject): Check {
  return async (context, target, list) => {
    const listed = subject(context);
    if (listed === undefined) return "dunno";
    if (context.mail.recipient !== undefined) {
      const authorised = await permitAuthDestination(context, target, "");
      if (authorised !== "ok") return authorised;
    }
    const answer: Answer = await find(context, list, listed);
    switch (answer.kind) {
      case "broken":
        return serverError(context, { source: list });
      case "listed":
        context.note(() => ({ source: list, key: listed.what }));
        return "ok";
      case "not-listed":
        return "dunno";
      case "unknown":
        return unavailable(context, listed);
    }
  };
}

function unavailable(context: CheckContext, { what, replyClass }: Listed): Result {
  return context.deferIfReject({
    category: "policy",
    code: 450,
    dsn: "4.7.1",
    text: `<${what}>: ${replyClass} rejected: Service unavailable`,
  });
}

type Answer =
  | { readonly kind: "listed"; readonly text: string }
  | { readonly kind: "not-listed" | "unknown" }
  /** The filter cannot be read: smtpd ends there. */
  | { readonly kind: "broken" };

/** A list that cannot be asked keeps nobody out. @see Postfix smtpd_check.c find_dnsxl_addr, find_dnsxl_domain, rbl_pagein */
async function find(context: CheckContext, list: string, { name }: Listed): Promise<Answer> {
  if (name === undefined) return { kind: "not-listed" };
  const [domain = ""] = list.split("=", 1);
  const query = `${name}.${domain}`.toLowerCase();
  const answer = await context.dns.a(query, context);
  const filter = list.includes("=") ? readReplyFilter(list.slice(domain.length + 1)) : () => true;
  if (filter === undefined) {
    context.warn(`RBL reply error: ${list}`);
    return { kind: "broken" };
  }
  if (answer.kind === "failed") {
    context.warn(`${query}: RBL lookup error: ${answer.cause}`);
    return { kind: "unknown" };
  }
  if (answer.kind === "none" || !answer.records.some(filter)) return { kind: "not-listed" };
  return { kind: "listed", text: await textOf(context, query) };
}

/** Of each TXT record the first string; empty where there is none, or the resolver cannot ask. */
async function textOf(context: CheckContext, query: string): Promise<string> {
  const answer = await context.dns.txt?.(query, context);
  if (answer?.kind !== "records") return "";
  let text = "";
  for (const [at, [first = ""]] of answer.records.entries()) {
    text += first.replace(/[^ -~]/g, " ").slice(0, MAX_TEXT_OCTETS - text.length);
    const left = MAX_TEXT_OCTETS - text.length;
    if (left <= 0) break;
    if (at + 1 < answer.records.length && left > 3) text += " / ";
  }
  return text;
}

function byClient({ mail: { clientAddress } }: CheckContext): Listed {
  return { what: clientAddress, replyClass: "Client host", name: reversed(clientAddress) };
}

function byClientName({ mail: { clientName } }: CheckContext): Listed | undefined {
  return ofHost(clientName, "Client host");
}

function byReverseName({ mail: { clientName, reverseClientName = clientName } }: CheckContext): Listed | undefined {
  return ofHost(reverseClientName, "Unverified Client host");
}

function byHelo({ mail: { helo } }: CheckContext): Listed | undefined {
  return helo === "" ? undefined : ofDomain(helo, "Helo command");
}

function bySender({ mail: { sender } }: CheckContext): Listed | undefined {
  return sender === "" ? undefined : ofDomain(sender, "Sender address");
}

function byRecipient({ mail: { recipient } }: CheckContext): Listed | undefined {
  return recipient === undefined ? undefined : ofDomain(recipient, "Recipient address");
}

function ofHost(name: string, replyClass: ReplyClass): Listed | undefined {
  return name.toLowerCase() === "unknown" ? undefined : ofDomain(name, replyClass);
}

/** Names that end in a number are not asked for: they are addresses to some lists. */
function ofDomain(what: string, replyClass: ReplyClass): Listed {
  const domain = domainOf(what) ?? what;
  const isNumeric = /(?:^|\.)\d+$/.test(domain);
  return { what, replyClass, name: isNumeric ? undefined : dnsName(domain) };
}

/** IPv4 by octets as written, IPv6 by half octets, backwards. */
function reversed(address: string): string {
  if (!address.includes(":")) return address.split(".").reverse().join(".");
  const octets = parseIpAddress(address) ?? [];
  const full = octets.length === 4 ? [...MAPPED, ...octets] : [...octets];
  return full
    .reverse()
    .map((octet) => `${(octet & 15).toString(16)}.${(octet >> 4).toString(16)}`)
    .join(".");
}

/** `::ffff:` before an IPv4 address. */
const MAPPED: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255];
