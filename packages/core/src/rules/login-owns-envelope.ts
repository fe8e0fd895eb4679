import { type Address, formatAddress } from "../address/address.js";
import { fold } from "../address/fold.js";
import type { Answer, Ownership } from "../ownership/ownership.js";
import { type Rule, rule } from "../rule/rule.js";
import type { Evidence } from "../verdict/evidence.js";
import { LateFail } from "../verdict/late-fail.js";
import { fail, pass, skip, unknown, type Verdict } from "../verdict/verdict.js";
import { aboutSender, envelopeMailbox } from "./envelope-mailbox.js";

/** Options of {@link loginOwnsEnvelope}. */
export interface LoginOwnsEnvelopeOptions {
  readonly ownership: Ownership;
  /** Whether the null reverse-path, which receipts need, is accepted. Default `accept`. */
  readonly nullReversePath?: "accept" | "reject";
  /**
   * `exact` refuses a local part whose case differs from that of the owned address, where the ownership tells it
   * ({@link Answer}'s `as`). Default `any`: the ownership's own comparison stands.
   */
  readonly localPartCase?: "any" | "exact";
}

/**
 * The authenticated login owns the envelope sender.
 *
 * Without a login it skips (`no-login`). Fails with `envelope-not-owned`, or `envelope-malformed` for a path that names no mailbox or
 * whose domain is invalid or is not in a form that every reader takes for the same name. A source that cannot answer is `unknown`.
 * An address that is owned only beside a Sender field is not owned in the envelope.
 *
 * @see postconf(5) reject_authenticated_sender_login_mismatch, RFC 6409 section 6.1
 */
export function loginOwnsEnvelope(options: LoginOwnsEnvelopeOptions): Rule<"login" | "envelopeFrom"> {
  const { ownership, nullReversePath = "accept", localPartCase = "any" } = options;
  return rule("login-owns-envelope", ["login", "envelopeFrom"], ({ login, envelopeFrom }, context) => {
    if (login === null) return skip("no-login");
    if (envelopeFrom.kind === "null" && nullReversePath === "reject") {
      return fail("envelope-not-owned", { login, address: "", detail: "the policy refuses the null reverse-path" });
    }
    const read = envelopeMailbox(envelopeFrom);
    if ("verdict" in read) return read.verdict;
    const { mailbox } = read;
    const { domain } = mailbox;
    if (domain.kind === "invalid" || (domain.kind === "name" && domain.altered)) {
      return fail("envelope-malformed", aboutSender(mailbox, { login, detail: "the domain is not in a plain form" }));
    }
    const answers = ownership.ask(login, [{ address: mailbox, role: "envelope" }], context);
    return "then" in answers
      ? answers.then(([late]) => judgeAnswer(late, login, mailbox, localPartCase))
      : judgeAnswer(answers[0], login, mailbox, localPartCase);
  });
}

function judgeAnswer(
  answer: Answer | undefined,
  login: string,
  mailbox: Address,
  localPartCase: "any" | "exact",
): Verdict {
  if (answer === undefined) return unknown("ownership-incomplete", "the ownership left a question without an answer");
  switch (answer.kind) {
    case "yes":
      if (answer.requires !== undefined) {
        return notOwned(answer, login, mailbox, {
          detail: "it is owned only beside a Sender field, not in the envelope",
        });
      }
      if (localPartCase === "exact" && answer.as !== undefined && isOtherCase(answer.as.localPart, mailbox.localPart)) {
        return notOwned(answer, login, mailbox, {
          detail: "the case of the local part differs from the owned address",
        });
      }
      return pass();
    case "no-others-own-it":
    case "no-nobody-owns-it":
      return notOwned(answer, login, mailbox, {});
    case "unknown":
      return unknown(answer.code, answer.cause, evidenceOf(answer, login, mailbox, {}));
  }
}

function notOwned(answer: Answer, login: string, mailbox: Address, more: Evidence): LateFail {
  const about = { address: formatAddress(mailbox) };
  return new LateFail("envelope-not-owned", about, () => evidenceOf(answer, login, mailbox, more));
}

function evidenceOf(answer: Answer, login: string, mailbox: Address, more: Evidence): Evidence {
  return aboutSender(mailbox, { login, ...answer.evidence(), ...more });
}

function isOtherCase(own: string, used: string): boolean {
  return own !== used && fold(own) === fold(used);
}
