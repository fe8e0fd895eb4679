import type { ResolvedAddress } from "../address/address-resolver.js";
import type { CheckContext, ReplyClass, Result } from "../smtpd/check-context.js";
import { fixDsn, splitDsn } from "../smtpd/dsn.js";
import { resolved, searched } from "./address-search.js";
import type { Check } from "./restriction.js";

type Answer = Result | Promise<Result>;

/** The sender is an address that this host knows, where its domain is this host's. Once for each list is the evaluator's. */
export const rejectUnlistedSender: Check = (context) => {
  const { sender } = context.mail;
  return sender === "" ? "dunno" : listed(context, { address: sender, replyClass: "Sender address" });
};

/** The same of the recipient. */
export const rejectUnlistedRecipient: Check = (context) => {
  const { recipient = "" } = context.mail;
  return recipient === "" ? "dunno" : listed(context, { address: recipient, replyClass: "Recipient address" });
};

interface Judged {
  readonly address: string;
  readonly replyClass: Extract<ReplyClass, "Sender address" | "Recipient address">;
}

/** The tables of the users of an address class, and how a user who is in none is refused. */
const CLASSES: Partial<
  Record<ResolvedAddress["addressClass"], { readonly maps: string; readonly code: string; readonly table: string }>
> = {
  local: {
    maps: "local_recipient_maps",
    code: "unknown_local_recipient_reject_code",
    table: "local recipient table",
  },
  "virtual-mailbox": {
    maps: "virtual_mailbox_maps",
    code: "unknown_virtual_mailbox_reject_code",
    table: "virtual mailbox table",
  },
  relay: {
    maps: "relay_recipient_maps",
    code: "unknown_relay_recipient_reject_code",
    table: "relay recipient table",
  },
};

/** @see Postfix smtpd_check.c check_rcpt_maps */
function listed(context: CheckContext, judged: Judged): Answer {
  const { config } = context.settings;
  if (config.list("receive_override_options").includes("no_unknown_recipient_checks")) return "dunno";
  const isSender = judged.replyClass === "Sender address";
  return resolved(context, judged.address, (address) => {
    const rewritingMaps = [
      "recipient_canonical_maps",
      ...(isSender ? ["sender_canonical_maps"] : []),
      "canonical_maps",
      "virtual_alias_maps",
    ];
    return isIn(context, judged, address, rewritingMaps, (isKnown) =>
      isKnown ? "dunno" : deliverable(context, judged, address),
    );
  });
}

function deliverable(context: CheckContext, judged: Judged, resolvedAddress: ResolvedAddress): Answer {
  const { config } = context.settings;
  const { address, addressClass, transport, nexthop } = resolvedAddress;
  const dsn = judged.replyClass === "Sender address" ? "5.1.0" : "5.1.1";
  if (transport === "error") {
    const code = addressClass === "virtual-alias" ? config.int("unknown_virtual_alias_reject_code") : 550;
    return undeliverable(context, judged, address, { code, ...splitDsn(nexthop, dsn) });
  }
  if (transport === "retry") {
    return undeliverable(context, judged, address, { code: 450, ...splitDsn(nexthop, dsn.replace("5", "4")) });
  }
  const users = CLASSES[addressClass];
  if (users === undefined || config.list(users.maps).length === 0) return "dunno";
  if (addressClass === "local" && isAlwaysKnown(context, address)) return "dunno";
  return isIn(context, judged, resolvedAddress, [users.maps], (isKnown) => {
    if (isKnown) return "dunno";
    const suffix = config.bool("show_user_unknown_table_name") ? ` in ${users.table}` : "";
    return context.reject({
      category: "policy",
      code: config.int(users.code),
      dsn,
      text: `<${judged.address}>: ${judged.replyClass} rejected: User unknown${suffix}`,
      evidence: { address, source: users.maps, key: address, remedy: `add ${address} to ${users.maps}` },
    });
  });
}

/** The text of the error or retry transport, told to the client. */
function undeliverable(
  context: CheckContext,
  { address: shown, replyClass }: Judged,
  address: string,
  why: { readonly code: number; readonly dsn: string; readonly text: string },
): Result {
  return context.reject({
    category: "policy",
    code: why.code,
    dsn: fixDsn(why.dsn, replyClass),
    text: `<${shown}>: ${replyClass} rejected: ${why.text}`,
    evidence: { address, detail: why.text },
  });
}

/** Addresses that Postfix itself sends from, or must take mail for. */
function isAlwaysKnown({ settings: { config } }: CheckContext, address: string): boolean {
  const users = [config.get("double_bounce_sender"), "postmaster", "mailer-daemon"];
  return users.some((user) => address.startsWith(`${user.toLowerCase()}@`));
}

/** Whether the address is in a table of one of the parameters; the first that has it is noted. */
function isIn(
  context: CheckContext,
  judged: Judged,
  address: ResolvedAddress,
  parameters: readonly string[],
  next: (isKnown: boolean) => Answer,
): Answer {
  const [parameter, ...others] = parameters;
  if (parameter === undefined) return next(false);
  const tables = context.settings.tables(parameter);
  return searched(context, { tables, parameter, replyName: judged.address }, address, (found) => {
    if (found === undefined) return isIn(context, judged, address, others, next);
    const { table, key, lookup } = found;
    context.note(() => ({ ...lookup.evidence(), address: address.address, source: table.name, key }));
    return next(true);
  });
}
