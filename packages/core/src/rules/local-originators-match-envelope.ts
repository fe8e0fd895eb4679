import { type Address, formatAddress } from "../address/address.js";
import { lowerAscii } from "../address/fold.js";
import { isSameDomain } from "../domain/domain.js";
import { readOriginators } from "../headers/originators.js";
import type { Answer, Ownership } from "../ownership/ownership.js";
import { type Rule, rule } from "../rule/rule.js";
import { fail, skip } from "../verdict/verdict.js";
import { aboutSender, envelopeMailbox } from "./envelope-mailbox.js";
import { judgeOriginators, refuseAnomaly } from "./judge-originators.js";
import { type OriginatorPreset, originatorPolicy } from "./originator-policy.js";

/** Options of {@link localOriginatorsMatchEnvelope}. */
export interface LocalOriginatorsMatchEnvelopeOptions {
  /** Default `default`. */
  readonly preset?: OriginatorPreset;
}

/**
 * In mail of a local user, every address that a reader may show as the sender is the envelope sender.
 *
 * A milter does not learn who runs `sendmail`. Where Postfix binds the envelope to the user (`local_login_sender_maps`), the envelope stands
 * for him, and this binds the header to it. Without that it binds nothing. Domains are compared in canonical form, local parts without
 * regard to the case of A to Z. Mail of the network is skipped (`not-local`). Fails as {@link headerOriginatorsOwned} does, and with `envelope-not-owned` for the
 * null reverse-path, which names nobody.
 *
 * @see postconf(5) local_login_sender_maps, non_smtpd_milters
 */
export function localOriginatorsMatchEnvelope(
  options: LocalOriginatorsMatchEnvelopeOptions = {},
): Rule<"localUser" | "envelopeFrom" | "headers"> {
  const policy = originatorPolicy(options);
  return rule(
    "local-originators-match-envelope",
    ["localUser", "envelopeFrom", "headers"],
    ({ localUser, envelopeFrom, headers }, context) => {
      if (localUser === null) return skip("not-local");
      if (envelopeFrom.kind === "null") {
        const detail = "the null reverse-path names nobody with whom the header could be compared";
        return fail("envelope-not-owned", { address: "", detail });
      }
      const read = envelopeMailbox(envelopeFrom);
      if ("verdict" in read) return read.verdict;
      const { domain } = read.mailbox;
      if (domain.kind !== "literal" && (domain.kind !== "name" || domain.altered)) {
        return fail("envelope-malformed", aboutSender(read.mailbox, { detail: "the domain is not in a plain form" }));
      }
      const login = formatAddress(read.mailbox);
      const refused = refuseAnomaly(headers.anomalies, policy, login);
      if (refused !== undefined) return refused;
      return judgeOriginators(readOriginators(headers), {
        login,
        ownership: onlyItself(read.mailbox),
        policy,
        recipientDelimiter: "",
        unqualifiedDomain: undefined,
        of: "header",
        context,
      });
    },
  );
}

function onlyItself(own: Address): Ownership {
  const name = "the envelope sender";
  const isOwn = ({ localPart, domain }: Address) =>
    isSameDomain(own.domain, domain) && lowerAscii(own.localPart) === lowerAscii(localPart);
  return {
    name,
    ask: (login, questions) =>
      questions.map(({ address }): Answer => {
        const evidence = () => ({ login, address: formatAddress(address), source: name });
        return isOwn(address)
          ? { kind: "yes", as: own, evidence }
          : { kind: "no-nobody-owns-it", evidence: () => ({ ...evidence(), remedy: `send it as ${login}` }) };
      }),
  };
}
