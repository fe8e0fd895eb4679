import { type Address, addressFromInternal, formatAddress } from "../address/address.js";
import { lowerAscii } from "../address/fold.js";
import { isSameDomain } from "../domain/domain.js";
import { readOriginators } from "../headers/originators.js";
import { all } from "../rule/combinators.js";
import { type Rule, rule } from "../rule/rule.js";
import type { Evidence } from "../verdict/evidence.js";
import { type Fail, fail, pass, skip } from "../verdict/verdict.js";
import { envelopeMailbox } from "./envelope-mailbox.js";
import { refuseAnomaly } from "./judge-originators.js";
import { originatorPolicy } from "./originator-policy.js";

const NAME = "login-equals-senders";

/**
 * The envelope sender and every mailbox of From are the login itself, which must be an address: sender verification without a map.
 *
 * Domains are compared in canonical form, local parts without regard to the case of A to Z. A null reverse-path is no fault of the envelope. The envelope is
 * judged as soon as it is there. Without a login it skips (`no-login`). Fails with `login-differs-from-sender`,
 * `envelope-malformed`, `from-missing`, `from-multiple`, or the code of an anomaly that could hide another From. Sender and
 * Resent fields are not looked at.
 *
 * @see Rspamd rule FROM_HEADER_MISMATCH, qmail-spamcontrol
 */
export function loginEqualsSenders(): Rule {
  const envelope = rule(NAME, ["login", "envelopeFrom"], ({ login, envelopeFrom }) => {
    if (login === null) return skip("no-login");
    const read = envelopeMailbox(envelopeFrom);
    if ("verdict" in read) return read.verdict;
    return isLogin(login, read.mailbox) ? pass() : differs(login, read.mailbox);
  });

  const policy = originatorPolicy();
  const header = rule(NAME, ["login", "headers"], ({ login, headers }) => {
    if (login === null) return skip("no-login");
    const froms = readOriginators(headers).filter(({ name }) => name === "from");
    const [from, second] = froms;
    for (const { mailboxes, offsetOf } of froms) {
      const foreign = mailboxes.find(({ address }) => !isLogin(login, address));
      if (foreign !== undefined) {
        return differs(login, foreign.address, { field: "From", offset: offsetOf(foreign.start) });
      }
    }
    const odd = refuseAnomaly([...headers.anomalies, ...froms.flatMap(({ anomalies }) => anomalies)], policy, login);
    if (odd !== undefined) return odd;
    if (from === undefined) return fail("from-missing", { login, field: "From" });
    if (second !== undefined) return fail("from-multiple", { login, field: "From", offset: second.field.offset });
    return pass();
  });

  return { ...all(envelope, header), name: NAME };
}

function isLogin(login: string, address: Address): boolean {
  const own = addressFromInternal(login);
  return isSameDomain(own.domain, address.domain) && lowerAscii(own.localPart) === lowerAscii(address.localPart);
}

function differs(login: string, address: Address, more: Evidence = {}): Fail {
  return fail("login-differs-from-sender", {
    login,
    address: formatAddress(address),
    ...more,
    remedy: `send as ${login}, or log in as ${formatAddress(address)}`,
  });
}
