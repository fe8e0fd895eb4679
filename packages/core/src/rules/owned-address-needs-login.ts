import type { Answer, Ownership } from "../ownership/ownership.js";
import { type Rule, rule } from "../rule/rule.js";
import { fail, pass, skip, unknown, type Verdict } from "../verdict/verdict.js";
import { aboutSender, envelopeMailbox } from "./envelope-mailbox.js";

/** Options of {@link ownedAddressNeedsLogin}. */
export interface OwnedAddressNeedsLoginOptions {
  readonly ownership: Ownership;
}

/** No login has this name, so that a source asked for it tells only whether others own an address. */
const NOBODY = "";

/**
 * Who is not logged in may not use, as envelope sender, an address that somebody owns.
 *
 * With a login or a local user it skips: {@link loginOwnsEnvelope} judges those. The ownership is asked for the empty login, which owns
 * nothing. Fails with `owned-address-needs-login`, `envelope-malformed` for a path that names no mailbox, or `sender-not-fqdn`
 * for an address without a domain, which the host completes with its own. The null reverse-path is skipped. A source that cannot answer is `unknown`.
 *
 * @see postconf(5) reject_unauthenticated_sender_login_mismatch
 */
export function ownedAddressNeedsLogin(
  options: OwnedAddressNeedsLoginOptions,
): Rule<"login" | "localUser" | "envelopeFrom"> {
  const { ownership } = options;
  return rule(
    "owned-address-needs-login",
    ["login", "localUser", "envelopeFrom"],
    ({ login, localUser, envelopeFrom }, context) => {
      if (login !== null) return skip("logged-in");
      if (localUser !== null) return skip("local-user");
      const read = envelopeMailbox(envelopeFrom);
      if ("verdict" in read) return read.verdict;
      const { mailbox } = read;
      if (mailbox.domain.kind === "none") {
        const detail = "the host appends its own domain, so that the address may be owned";
        return fail("sender-not-fqdn", aboutSender(mailbox, { detail }));
      }
      const judge = ([answer]: readonly Answer[]): Verdict => {
        if (answer?.kind === "no-nobody-owns-it") return pass();
        if (answer === undefined || answer.kind === "unknown") {
          const { code, cause } = answer ?? {
            code: "ownership-incomplete",
            cause: "a question was left without an answer",
          };
          return unknown(code, cause, aboutSender(mailbox, answer?.evidence()));
        }
        const { login: _nobody, remedy: _grant, ...evidence } = answer.evidence();
        return fail("owned-address-needs-login", aboutSender(mailbox, { ...evidence, remedy: "log in as an owner" }));
      };
      const answers = ownership.ask(NOBODY, [{ address: mailbox, role: "envelope" }], context);
      return "then" in answers ? answers.then(judge) : judge(answers);
    },
  );
}
