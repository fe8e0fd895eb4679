import { formatAddress } from "../address/address.js";
import type { Path } from "../address/path.js";
import { type Rule, rule } from "../rule/rule.js";
import { fail, pass, skip } from "../verdict/verdict.js";
import { type DomainSet, domainSet } from "./domain-set.js";

/** Options of {@link relayOnlyForLogin}. */
export interface RelayOnlyForLoginOptions {
  /** Domains (and address literals) that this server accepts mail for. Subdomains are not included. */
  readonly ourDomains: readonly string[];
}

/**
 * Only logins and local users may send to domains that are not ours: what `permit_sasl_authenticated,
 * reject_unauth_destination` does.
 *
 * `postmaster` without a domain is ours (RFC 5321 section 4.5.1); any other recipient without one is not. So is none whose
 * local part routes on (`user%elsewhere@ours`), or that is no mailbox. Fails with `relay-denied`. Without recipients it skips.
 *
 * @see postconf(5) reject_unauth_destination, allow_untrusted_routing
 */
export function relayOnlyForLogin(options: RelayOnlyForLoginOptions): Rule<"login" | "localUser" | "recipients"> {
  const isOurs = domainSet("ourDomains", options.ourDomains);
  return rule("relay-only-for-login", ["login", "localUser", "recipients"], ({ login, localUser, recipients }) => {
    if (login !== null || localUser !== null) return pass();
    if (recipients.length === 0) return skip("no-recipients");
    const foreign = recipients.find((recipient) => !endsHere(recipient, isOurs));
    if (foreign === undefined) return pass();
    return fail("relay-denied", {
      address: foreign.kind === "mailbox" ? formatAddress(foreign.mailbox) : foreign.text,
      detail: "the recipient is not in a domain of this server, and nobody is logged in",
      remedy: "log in, or add the domain to ourDomains",
    });
  });
}

function endsHere(recipient: Path, isOurs: DomainSet): boolean {
  if (recipient.kind !== "mailbox") return false;
  const { localPart, domain } = recipient.mailbox;
  if (domain.kind === "none") return localPart.toLowerCase() === "postmaster";
  return isOurs(domain) && !/[@%!]/.test(localPart);
}
