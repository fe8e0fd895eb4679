import { type Rule, rule } from "../rule/rule.js";
import { fail, pass } from "../verdict/verdict.js";
import { domainSet } from "./domain-set.js";
import { aboutSender, envelopeMailbox } from "./envelope-mailbox.js";

/** Options of {@link senderDomainIsOurs}. */
export interface SenderDomainIsOursOptions {
  /** Domains (and address literals) in which senders may be. Subdomains are not included. */
  readonly ourDomains: readonly string[];
}

/**
 * The envelope sender is in one of our domains.
 *
 * The null reverse-path is skipped. Fails with `sender-domain-not-ours`, or `envelope-malformed` for a path that names no mailbox.
 *
 * @see qmail-spamcontrol, local senders only
 */
export function senderDomainIsOurs(options: SenderDomainIsOursOptions): Rule<"envelopeFrom"> {
  const isOurs = domainSet("ourDomains", options.ourDomains);
  return rule("sender-domain-is-ours", ["envelopeFrom"], ({ envelopeFrom }) => {
    const read = envelopeMailbox(envelopeFrom);
    if ("verdict" in read) return read.verdict;
    const { mailbox } = read;
    if (isOurs(mailbox.domain)) return pass();
    return fail("sender-domain-not-ours", aboutSender(mailbox, { remedy: "add its domain to ourDomains" }));
  });
}
