import {
  type Code,
  type Facts,
  fail,
  formatLocalPart,
  type Path,
  pass,
  type Reply,
  type Rule,
  type RuleContext,
  rule,
  skip,
  type Verdict,
} from "@fromguard/core";
import type { Attempt, Outcome } from "./attempt.js";
import type { Smtpd } from "./create-smtpd.js";
import { DEFERRED } from "./stages.js";

/** The facts that smtpd decides on. */
/** The facts that an imported main.cf judges. */
export type MainCfNeed = "login" | "client" | "helo" | "envelopeFrom" | "recipients";

/**
 * An imported main.cf as one rule: the verdict is smtpd's, with its own reply, for each recipient in turn; the first that is
 * refused for good counts, else the first that is deferred.
 *
 * Runs once the recipients are known, as smtpd does by default. Mail that no client sent over the network passes no smtpd and is
 * skipped. A sender beyond ASCII is taken as sent with SMTPUTF8 where main.cf
 * enables that. Fails with the code of the restriction that
 * refused, `restriction-rejected` where it has none, `envelope-malformed` for a syntax error.
 *
 * @see postconf(5) smtpd_recipient_restrictions
 */
export function postfixRestrictions(smtpd: Smtpd): Rule<MainCfNeed> {
  return rule("postfix-restrictions", ["login", "client", "helo", "envelopeFrom", "recipients"], (facts, context) => {
    if (facts.client === null) return skip("no-client");
    return judge(smtpd, facts, facts.client, context, 0, pass());
  });
}

function judge(
  smtpd: Smtpd,
  facts: Pick<Facts, MainCfNeed>,
  client: NonNullable<Facts["client"]>,
  context: RuleContext,
  from: number,
  worst: Verdict,
): Verdict | Promise<Verdict> {
  let found = worst;
  for (let at = from; at < Math.max(1, facts.recipients.length); at += 1) {
    const attempt = attemptOf(facts, client, facts.recipients[at], smtpd.settings.config.bool("smtputf8_enable"));
    const outcome = smtpd.decide(attempt, context);
    if (outcome instanceof Promise) {
      return outcome.then((late) => {
        const verdict = worse(found, verdictOf(late, facts.login));
        return isRefusal(verdict) ? verdict : judge(smtpd, facts, client, context, at + 1, verdict);
      });
    }
    found = worse(found, verdictOf(outcome, facts.login));
    if (isRefusal(found)) return found;
  }
  return found;
}

function worse(found: Verdict, next: Verdict): Verdict {
  return found.kind === "pass" || isRefusal(next) ? next : found;
}

function isRefusal(verdict: Verdict): boolean {
  return verdict.kind === "fail" && verdict.reply.code >= 500;
}

function attemptOf(
  { login, helo, envelopeFrom }: Pick<Facts, MainCfNeed>,
  client: NonNullable<Facts["client"]>,
  recipient: Path | undefined,
  utf8: boolean,
): Attempt {
  const sender = externalForm(envelopeFrom);
  return {
    login,
    sender,
    ...(recipient === undefined ? {} : { recipient: externalForm(recipient) }),
    client: { address: client.address, name: client.name ?? "unknown" },
    helo: helo ?? "",
    smtputf8: utf8 && /[^\x00-\x7f]/.test(sender),
  };
}

/** A path as MAIL FROM has it: with the quotes that it needs, the case as received. */
function externalForm(path: Path): string {
  if (path.kind === "null") return "";
  if (path.kind === "malformed") return path.text.replace(/^<|>$/g, "");
  const { localPart, domain } = path.mailbox;
  return domain.kind === "none" ? formatLocalPart(localPart) : `${formatLocalPart(localPart)}@${domain.text}`;
}

const REPLY = /^([45]\d\d) (\d\.\d{1,3}\.\d{1,3}) (.*)$/s;

function verdictOf(outcome: Outcome, login: string | null): Verdict {
  const { reply } = outcome;
  const [, code, enhanced, text] = REPLY.exec(reply) ?? [];
  if (code === undefined || enhanced === undefined || text === undefined)
    return reply.startsWith("2") ? pass() : unread(reply);
  const parsed: Reply = { code: Number(code), enhanced, text };
  const { trace } = outcome;
  const refusing = trace.findLast(({ result }) => result === "reject");
  if (refusing === undefined) return fail("envelope-malformed", {}, parsed);
  const step =
    refusing.list === DEFERRED ? (trace.find(({ result }) => result === "remembered") ?? refusing) : refusing;
  const about = { detail: `${step.list}: ${step.restriction}`, ...(login === null ? {} : { login }), ...step.evidence };
  return fail(codeOf(refusing.restriction, parsed), about, parsed);
}

/** A reply without a status code: smtpd's own errors. */
function unread(reply: string): Verdict {
  return fail(
    "restriction-rejected",
    {},
    { code: Number(reply.slice(0, 3)) || 451, enhanced: "4.3.0", text: reply.slice(4) },
  );
}

const CODES: ReadonlyMap<string, Code> = new Map<string, Code>([
  ["reject_non_fqdn_sender", "sender-not-fqdn"],
  ["reject_unknown_sender_domain", "sender-domain-unknown"],
  ["reject_unknown_address", "sender-domain-unknown"],
  ["reject_unlisted_sender", "sender-unknown"],
  ["reject_authenticated_sender_login_mismatch", "envelope-not-owned"],
  ["reject_unauthenticated_sender_login_mismatch", "owned-address-needs-login"],
  ["reject_unauth_destination", "relay-denied"],
  ["defer_unauth_destination", "relay-denied"],
  ["check_relay_domains", "relay-denied"],
]);

function codeOf(restriction: string, { code, enhanced, text }: Reply): Code {
  if (code === 451) return "restriction-rejected";
  if (enhanced.endsWith(".7.27")) return "sender-domain-null-mx";
  if (text.endsWith("Malformed DNS server reply")) return "sender-domain-malformed";
  const name = restriction.toLowerCase();
  if (name === "reject_known_sender_login_mismatch") {
    return text.endsWith("not logged in") ? "owned-address-needs-login" : "envelope-not-owned";
  }
  return CODES.get(name) ?? "restriction-rejected";
}
