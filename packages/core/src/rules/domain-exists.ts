import type { Address } from "../address/address.js";
import { type DomainExistence, domainExistence } from "../dns/domain-existence.js";
import type { Resolver } from "../dns/resolver.js";
import { type Rule, rule } from "../rule/rule.js";
import type { Evidence } from "../verdict/evidence.js";
import { fail, pass, skip, unknown, type Verdict } from "../verdict/verdict.js";
import { domainSet } from "./domain-set.js";
import { aboutSender, envelopeMailbox } from "./envelope-mailbox.js";

/** Options of {@link domainExists}. */
export interface DomainExistsOptions {
  readonly resolver: Resolver;
  /** Domains that pass without a query, since mail to them ends here: they need not be in public DNS. Default none. */
  readonly ourDomains?: readonly string[];
}

/**
 * The envelope sender's domain can receive mail: it has an MX record, or an address.
 *
 * Fails with `sender-domain-unknown`, `sender-domain-null-mx`, `sender-domain-malformed` or, for a path that names no
 * mailbox, `envelope-malformed`. A DNS failure is `unknown` with the code `dns-unavailable`. Address literals, the null
 * reverse-path and addresses without a domain are skipped.
 *
 * @see postconf(5) reject_unknown_sender_domain
 */
export function domainExists(options: DomainExistsOptions): Rule<"envelopeFrom"> {
  const { resolver } = options;
  const isOurs = domainSet("ourDomains", options.ourDomains ?? []);
  return rule("domain-exists", ["envelopeFrom"], ({ envelopeFrom }, context) => {
    const read = envelopeMailbox(envelopeFrom);
    if ("verdict" in read) return read.verdict;
    const { domain } = read.mailbox;
    if (domain.kind === "literal") return skip("address-literal");
    if (domain.kind === "none") return skip("no-domain");
    if (domain.kind === "invalid") {
      return fail("sender-domain-unknown", about(read.mailbox, { detail: "it is no domain name" }));
    }
    if (isOurs(domain)) return pass();
    const existence = domainExistence(resolver, domain.ascii, context);
    return existence instanceof Promise
      ? existence.then((late) => judge(late, read.mailbox))
      : judge(existence, read.mailbox);
  });
}

function judge(existence: DomainExistence, mailbox: Address): Verdict {
  switch (existence.kind) {
    case "exists":
      return pass();
    case "not-found":
      return fail("sender-domain-unknown", about(mailbox, { result: "no MX, A or AAAA record" }));
    case "null-mx":
      return fail("sender-domain-null-mx", about(mailbox, { result: "null MX" }));
    case "malformed":
      return fail("sender-domain-malformed", about(mailbox, { result: "MX records that name no host" }));
    case "unanswerable":
    case "unknown":
      return unknown("dns-unavailable", existence.cause, about(mailbox));
  }
}

function about(mailbox: Address, more: Evidence = {}): Evidence {
  return aboutSender(mailbox, { source: "dns", key: mailbox.domain.ascii, ...more });
}
