import { formatAddress } from "../address/address.js";
import { type Domain, isSameDomain } from "../domain/domain.js";
import type { Mailbox } from "../headers/mailbox-list.js";
import { readOriginators } from "../headers/originators.js";
import { type Rule, rule } from "../rule/rule.js";
import type { Code } from "../verdict/codes.js";
import type { Evidence } from "../verdict/evidence.js";
import { type Fail, fail, pass, skip } from "../verdict/verdict.js";
import { domainSet } from "./domain-set.js";
import { envelopeMailbox } from "./envelope-mailbox.js";
import { refuseAnomaly } from "./judge-originators.js";
import { originatorPolicy } from "./originator-policy.js";

/** Options of {@link envelopeHeaderAligned}. */
export interface EnvelopeHeaderAlignedOptions {
  /**
   * The domain under which a name was registered, both as lower-case A-labels: `mail.example.co.uk` gives `example.co.uk`; undefined where it has
   * none, as a public suffix. Two domains are then aligned where it is the same. Default: only equal domains are aligned.
   */
  readonly organisationalDomain?: (domain: string) => string | undefined;
  /**
   * Domains whose users log in. Mail of nobody is then held to this alone: a From in one of these is refused, and any other need not be aligned, since
   * lists and forwarders of others change the envelope. Subdomains are not included. Default: mail of nobody must be aligned.
   */
  readonly ourDomains?: readonly string[];
  /** What becomes of the null reverse-path, which has no domain to compare. Default `skip`: bounces and receipts need it. */
  readonly nullEnvelope?: "skip" | "reject";
}

/**
 * Every mailbox of From, members of groups too, is in the domain of the envelope sender: what can be asked without ownership data.
 *
 * With `ourDomains` it also keeps strangers from showing an own domain. It differs from {@link requireLogin}, which refuses all mail of nobody, and from
 * {@link ownedAddressNeedsLogin}, which looks at the envelope and asks an ownership: this looks at the header, and knows domains alone.
 *
 * Fails with `envelope-header-misaligned`, `owned-address-needs-login` (a From in `ourDomains` of a client without a login; a local user is no such client),
 * `envelope-malformed`, `from-missing`, `from-multiple`, `addr-unqualified`, or the code of any anomaly that the default {@link OriginatorPolicy} refuses in the header section or From; all that
 * concerns the header is judged behind the null reverse-path, too. Skips `null-reverse-path`, and `not-ours` for other mail of nobody. Sender, Resent
 * fields, Author and addresses in display names are not looked at: without an owner nothing says whose they may be.
 *
 * @see RFC 7489 section 3.1
 */
export function envelopeHeaderAligned(
  options: EnvelopeHeaderAlignedOptions = {},
): Rule<"login" | "localUser" | "envelopeFrom" | "headers"> {
  const { organisationalDomain, ourDomains, nullEnvelope = "skip" } = options;
  const isOurs = ourDomains === undefined ? undefined : domainSet("ourDomains", ourDomains);
  const isAligned = alignment(organisationalDomain);
  const policy = originatorPolicy();
  return rule(
    "envelope-header-aligned",
    ["login", "localUser", "envelopeFrom", "headers"],
    ({ login, localUser, envelopeFrom, headers }) => {
      const who: Evidence = login === null ? {} : { login };
      const froms = readOriginators(headers).filter(({ name }) => name === "from");
      const odd = refuseAnomaly([...headers.anomalies, ...froms.flatMap(({ anomalies }) => anomalies)], policy, login);
      if (odd !== undefined) return odd;
      const [from, second] = froms;
      if (from === undefined) return fail("from-missing", { ...who, field: "From" });
      if (second !== undefined) return fail("from-multiple", { ...who, field: "From", offset: second.field.offset });
      const { mailboxes, offsetOf } = from;
      const refuse = (code: Code, { address, start }: Mailbox, more: Evidence): Fail =>
        fail(code, { ...who, address: formatAddress(address), field: "From", offset: offsetOf(start), ...more });

      const bare = mailboxes.find(({ address }) => address.domain.kind === "none");
      if (bare !== undefined) return refuse("addr-unqualified", bare, { remedy: "write the domain" });
      if (isOurs !== undefined && login === null && localUser === null) {
        const own = mailboxes.find(({ address }) => isOurs(address.domain));
        if (own === undefined) return skip("not-ours");
        return refuse("owned-address-needs-login", own, { remedy: "log in to send as one of ourDomains" });
      }

      const read = envelopeMailbox(envelopeFrom);
      if ("verdict" in read) {
        if (read.verdict.kind === "fail" || nullEnvelope === "skip") return read.verdict;
        const detail = "the null reverse-path has no domain to compare";
        return fail("envelope-header-misaligned", { ...who, address: "", detail, remedy: 'nullEnvelope: "skip"' });
      }
      const envelope = read.mailbox;
      if (envelope.domain.kind !== "literal" && (envelope.domain.kind !== "name" || envelope.domain.altered)) {
        const detail = "the domain is not in a plain form";
        return fail("envelope-malformed", { ...who, address: formatAddress(envelope), detail });
      }
      const foreign = mailboxes.find(({ address }) => !isAligned(envelope.domain, address.domain));
      if (foreign === undefined) return pass();
      return refuse("envelope-header-misaligned", foreign, {
        detail: `the envelope sender is in ${envelope.domain.ascii}`,
        remedy: "send it with an envelope sender of the same domain",
      });
    },
  );
}

function alignment(organisationalDomain: ((domain: string) => string | undefined) | undefined) {
  return (envelope: Domain, header: Domain): boolean => {
    if (isSameDomain(envelope, header)) return true;
    if (organisationalDomain === undefined || envelope.kind !== "name" || header.kind !== "name") return false;
    const organisation = organisationalDomain(envelope.ascii);
    return organisation !== undefined && organisation === organisationalDomain(header.ascii);
  };
}
