import { isFullyQualified } from "../domain/domain.js";
import { type Rule, rule } from "../rule/rule.js";
import { fail, pass } from "../verdict/verdict.js";
import { aboutSender, envelopeMailbox } from "./envelope-mailbox.js";

/** Options of {@link requireFqdn}. */
export interface RequireFqdnOptions {
  /** Whether `user@[192.0.2.1]` is let pass, as Postfix does. Default false. */
  readonly allowLiterals?: boolean;
}

/**
 * The envelope sender's domain has at least two labels and is a valid host name.
 *
 * The domain stands behind the last at sign; one trailing dot is let pass; the null reverse-path is skipped. Fails with
 * `sender-not-fqdn`, `sender-literal` or, for a path that names no mailbox, `envelope-malformed`.
 *
 * @see postconf(5) reject_non_fqdn_sender, RFC 5321 section 2.3.5
 */
export function requireFqdn(options: RequireFqdnOptions = {}): Rule<"envelopeFrom"> {
  const { allowLiterals = false } = options;
  return rule("sender-fqdn", ["envelopeFrom"], ({ envelopeFrom }) => {
    const read = envelopeMailbox(envelopeFrom);
    if ("verdict" in read) return read.verdict;
    const { mailbox } = read;
    if (mailbox.domain.kind === "literal") {
      return allowLiterals ? pass() : fail("sender-literal", aboutSender(mailbox));
    }
    return isFullyQualified(mailbox.domain)
      ? pass()
      : fail("sender-not-fqdn", aboutSender(mailbox, { remedy: "send as user@host.domain" }));
  });
}
