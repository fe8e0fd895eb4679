import { andThen, searchTables } from "@fromguard/core";
import { expand } from "../main-cf/expand.js";
import { type CheckContext, type ReplyClass, type Result, serverError } from "../smtpd/check-context.js";
import { fixDsn, splitDsn } from "../smtpd/dsn.js";
import { domainOf } from "./address-form.js";

/** What a DNS list has said of whom. */
export interface Listing {
  /** With its filter, as written. */
  readonly list: string;
  readonly what: string;
  readonly replyClass: ReplyClass;
  /** What TXT records say; empty where they say nothing. */
  readonly text: string;
}

/**
 * Refuses by the template of `rbl_reply_maps`, looked up with the filter as written, or by `default_rbl_reply`. (Postfix 3.12
 * looks up a list without its filter, too; 3.7, which is the reference, does not.) In `$localtime` there is nothing: no clock is read here.
 *
 * @see postconf(5) default_rbl_reply, Postfix smtpd_check.c rbl_reject_reply
 */
export function refuseAsListed(context: CheckContext, listing: Listing): Result | Promise<Result> {
  const { settings } = context;
  const { list, what, replyClass, text } = listing;
  const [domain = ""] = list.split("=", 1);
  const evidence = { source: "dns", key: what, result: list, ...(text === "" ? {} : { detail: text }) };
  const keys = [{ keys: [list], whole: true }];
  return andThen(searchTables(settings.tables("rbl_reply_maps"), keys, context), (hit) => {
    if (hit !== undefined && (hit.lookup.kind === "error" || hit.lookup.value === "")) {
      context.warn(`rbl_reply_maps: lookup error for ${hit.key}`);
      return serverError(context, evidence);
    }
    const own = hit?.lookup.kind === "found" ? filled(context, hit.lookup.value, listing, domain) : undefined;
    if (hit !== undefined && own === undefined) context.warn(`bad rbl reply template for domain ${list}`);
    const reply = own ?? filled(context, settings.config.get("default_rbl_reply"), listing, domain);
    if (reply === undefined) return serverError(context, evidence);
    const [, code, rest = ""] = /^([45]\d\d) (.*)$/s.exec(reply) ?? [];
    if (code === undefined) {
      context.warn(`rbl response code configuration error: ${reply}`);
      return context.reject({ category: "policy", code: 450, dsn: "4.7.1", text: UNAVAILABLE, evidence });
    }
    const split = splitDsn(rest, "4.7.1");
    return context.reject({
      category: "policy",
      code: Number(code),
      dsn: fixDsn(split.dsn, replyClass),
      text: split.text || UNAVAILABLE,
      evidence,
    });
  });
}

const UNAVAILABLE = "Service unavailable";

/** A template with its names filled in; undefined where it cannot be read or `$name` names nothing. */
function filled(context: CheckContext, template: string, listing: Listing, domain: string): string | undefined {
  const values = valuesOf(context, listing, domain);
  let isUndefined = false;
  try {
    const reply = expand(template, (name) => {
      const value = values[name];
      if (value === undefined) isUndefined = true;
      // What a name stands for is not expanded in turn.
      return value === undefined ? undefined : filtered(value).replaceAll("$", "$$$$");
    });
    return isUndefined ? undefined : reply;
  } catch {
    return undefined; // an ExpansionFault: the template is as good as none
  }
}

function valuesOf({ mail, settings: { config } }: CheckContext, listing: Listing, domain: string) {
  const { clientName, clientAddress, reverseClientName = clientName } = mail;
  const values: Readonly<Record<string, string | undefined>> = {
    rbl_code: String(config.int("maps_rbl_reject_code")),
    rbl_domain: domain,
    rbl_reason: listing.text,
    rbl_txt: listing.text,
    rbl_what: listing.what,
    rbl_class: listing.replyClass,
    server_name: config.get("myhostname"),
    client: `${clientName}[${clientAddress}]`,
    client_address: clientAddress,
    client_name: clientName,
    reverse_client_name: reverseClientName,
    helo_name: mail.helo,
    localtime: "",
    ...partsOf("sender", mail.sender),
    ...(mail.recipient === undefined
      ? { recipient: "", recipient_name: "", recipient_domain: "" }
      : partsOf("recipient", mail.recipient)),
  };
  return values;
}

function partsOf(name: string, address: string): Readonly<Record<string, string>> {
  const domain = domainOf(address);
  const local = domain === undefined ? address : address.slice(0, address.length - domain.length - 1);
  return { [name]: address || "<>", [`${name}_name`]: address === "" ? "<>" : local, [`${name}_domain`]: domain ?? "" };
}

/** `smtpd_expansion_filter` as it is by default: printable ASCII and tabs; any other octet becomes an underscore. */
function filtered(value: string): string {
  return value.replace(/[^\t -~]/gu, (char) => "_".repeat(new TextEncoder().encode(char).length));
}
