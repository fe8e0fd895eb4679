import { andThen } from "@fromguard/core";
import type { Attempt, Outcome } from "./attempt.js";
import type { Result } from "./check-context.js";
import type { Command, Evaluation } from "./evaluation.js";
import type { ListRunner } from "./list-runner.js";
import { probeSender } from "./probe-sender.js";
import { sendable } from "./reply.js";
import type { Settings } from "./settings.js";

/** The parameters that say when each list is run. */
export interface StageOrder {
  readonly delayReject: boolean;
  readonly relayBeforeRecipient: boolean;
  readonly softBounce: boolean;
  readonly rejectUnlistedSender: boolean;
  readonly rejectUnlistedRecipient: boolean;
  /** Whether a recipient is accepted unseen. */
  readonly isProbeSender: (internal: string) => boolean;
}

/** Reads {@link StageOrder}. */
export function readStageOrder({ config }: Settings): StageOrder {
  return {
    delayReject: config.bool("smtpd_delay_reject"),
    relayBeforeRecipient: config.bool("smtpd_relay_before_recipient_restrictions"),
    softBounce: config.bool("soft_bounce"),
    rejectUnlistedSender: config.bool("smtpd_reject_unlisted_sender"),
    rejectUnlistedRecipient: config.bool("smtpd_reject_unlisted_recipient"),
    isProbeSender: probeSender(config),
  };
}

/** The reply to a refused command; undefined where it was not. */
type Refusal = string | undefined;

/** One thing that is done at a command, and may refuse it. */
type Stage =
  | "parse-sender"
  | "parse-recipient"
  | "denied-client"
  | "client"
  | "helo"
  | "mail"
  | "undeclared"
  | "recipient"
  | "deferred";

/** What is done at MAIL and behind it with `smtpd_delay_reject`, and below without. */
const DELAYED = {
  mail: ["parse-sender", "undeclared"],
  recipient: ["parse-recipient", "client", "helo", "mail", "recipient"],
  noRecipient: ["client", "helo", "mail", "deferred"],
} as const satisfies Readonly<Record<string, readonly Stage[]>>;
const AT_ONCE = {
  mail: ["denied-client", "helo", "parse-sender", "mail", "undeclared"],
  recipient: ["parse-recipient", "recipient"],
  noRecipient: ["deferred"],
} as const satisfies Readonly<Record<string, readonly Stage[]>>;

/** The list of the trace under which stands what is deferred once every list has accepted. */
export const DEFERRED = "accepted";

const SENDER_OK = "250 2.1.0 Ok";
const RECIPIENT_OK = "250 2.1.5 Ok";

/**
 * Takes an attempt through the commands of a session: client, HELO, MAIL FROM, RCPT TO.
 *
 * With `smtpd_delay_reject = no` each list runs at its own command, and what refuses the client or its HELO is told at MAIL,
 * which is the first command that this session answers.
 *
 * @see Postfix smtpd.c mail_cmd, rcpt_cmd; smtpd_check.c smtpd_check_rcpt
 */
export class Session {
  constructor(
    private readonly evaluation: Evaluation,
    private readonly runner: ListRunner,
    private readonly order: StageOrder,
    private readonly attempt: Attempt,
  ) {}

  run(): Outcome | Promise<Outcome> {
    const stages = this.order.delayReject ? DELAYED : AT_ONCE;
    return andThen(this.#inOrder(stages.mail), (refused) => {
      if (refused !== undefined) return this.#outcome("MAIL", refused);
      const rest = this.attempt.recipient === undefined ? stages.noRecipient : stages.recipient;
      return andThen(this.#inOrder(rest), (reply) => this.#atRecipient(reply));
    });
  }

  #inOrder(stages: readonly Stage[], from = 0): Refusal | Promise<Refusal> {
    for (let at = from; at < stages.length; at += 1) {
      const refused = this.#run(stages[at] as Stage);
      if (refused instanceof Promise) {
        return refused.then((late) => (late === undefined ? this.#inOrder(stages, at + 1) : late));
      }
      if (refused !== undefined) return refused;
    }
    return undefined;
  }

  #run(stage: Stage): Refusal | Promise<Refusal> {
    switch (stage) {
      case "parse-sender":
        return this.#parseSender();
      case "parse-recipient":
        return this.#parseRecipient();
      case "denied-client":
        return this.#deniedClient();
      case "client":
        return this.#client();
      case "helo":
        return this.#helo();
      case "mail":
        return this.#mail();
      case "undeclared":
        return this.#undeclared;
      case "recipient":
        return this.#recipient();
      case "deferred":
        return this.#deferred();
    }
  }

  #atRecipient(refused: Refusal): Outcome {
    if (refused !== undefined && refused !== RECIPIENT_OK) return this.#outcome("RCPT", refused);
    return this.attempt.recipient === undefined
      ? this.#outcome("MAIL", SENDER_OK)
      : this.#outcome("RCPT", RECIPIENT_OK);
  }

  #outcome(stage: Outcome["stage"], reply: string): Outcome {
    const { evaluation } = this;
    const { log, policyRequest } = evaluation;
    const outcome: Outcome = {
      stage,
      reply,
      log,
      get trace() {
        return evaluation.trace();
      },
    };
    return policyRequest === undefined ? outcome : Object.assign(outcome, { policyRequest });
  }

  #parseSender(): Refusal | Promise<Refusal> {
    const { sender, smtputf8 } = this.attempt;
    this.#enter("MAIL");
    if (sender === "" && !smtputf8) return undefined;
    return andThen(this.evaluation.addresses.parse(sender, { name: "MAIL", smtputf8 }), (parsed) => {
      if (!parsed.ok) return sendable(parsed.reply, this.order.softBounce);
      this.#sender = parsed.internal;
      if (parsed.undeclared !== undefined) this.#undeclared = sendable(parsed.undeclared, this.order.softBounce);
      this.#enter("MAIL");
      return undefined;
    });
  }

  #parseRecipient(): Refusal | Promise<Refusal> {
    const { recipient = "", smtputf8 } = this.attempt;
    return andThen(this.evaluation.addresses.parse(recipient, { name: "RCPT", smtputf8 }), (parsed) => {
      if (!parsed.ok) return sendable(parsed.reply, this.order.softBounce);
      if (parsed.undeclared !== undefined) return sendable(parsed.undeclared, this.order.softBounce);
      // RFC 5321 section 4.5.1: mail for postmaster is accepted, also without a domain; no list is run.
      if (parsed.internal.toLowerCase() === "postmaster" || this.order.isProbeSender(parsed.internal)) {
        return RECIPIENT_OK;
      }
      this.#recipientAddress = parsed.internal;
      this.#enter("RCPT");
      return undefined;
    });
  }

  #deniedClient(): Refusal | Promise<Refusal> {
    this.#enter("CONNECT");
    return andThen(this.#client(), (refused) => {
      if (refused === undefined || refused.startsWith("21", 1)) return refused;
      return sendable(`503 5.7.0 Error: access denied for ${this.evaluation.client}`, this.order.softBounce);
    });
  }

  #client(): Refusal | Promise<Refusal> {
    const { evaluation, runner } = this;
    evaluation.deferIfPermitActive = false;
    evaluation.reset();
    const target = { name: evaluation.client, replyClass: "Client host" } as const;
    return this.#refusal(runner.run(evaluation, "smtpd_client_restrictions", target));
  }

  #helo(): Refusal | Promise<Refusal> {
    const { evaluation, runner, attempt } = this;
    if (attempt.helo === "") return undefined;
    if (evaluation.command === "CONNECT") this.#enter("EHLO");
    evaluation.reset();
    const target = { name: attempt.helo, replyClass: "Helo command" } as const;
    return this.#refusal(runner.run(evaluation, "smtpd_helo_restrictions", target));
  }

  #mail(): Refusal | Promise<Refusal> {
    const { evaluation, runner, order } = this;
    evaluation.reset();
    evaluation.senderListedChecked = false;
    const target = { name: this.#sender, replyClass: "Sender address" } as const;
    return this.#refusal(
      andThen(runner.run(evaluation, "smtpd_sender_restrictions", target), (result) => {
        const isDone = result === "reject" || result === "end" || evaluation.discard || this.#sender === "";
        if (isDone || !order.rejectUnlistedSender) return result;
        return this.#automatic("smtpd_reject_unlisted_sender", () => runner.unlistedSender(evaluation, target));
      }),
    );
  }

  #recipient(): Refusal | Promise<Refusal> {
    const { evaluation, runner, order } = this;
    evaluation.reset();
    evaluation.recipientListedChecked = false;
    const target = { name: this.#recipientAddress, replyClass: "Recipient address" } as const;
    const relay = () => runner.run(evaluation, "smtpd_relay_restrictions", target);
    const recipient = () => runner.run(evaluation, "smtpd_recipient_restrictions", target);
    const [first, second] = order.relayBeforeRecipient ? [relay, recipient] : [recipient, relay];
    return andThen(this.#refusal(first()), (refused) => {
      if (refused !== undefined) return refused;
      return andThen(this.#refusal(second()), (late) => {
        if (late !== undefined) return late;
        return andThen(this.#deferred(), (deferred) => {
          if (deferred !== undefined || !order.rejectUnlistedRecipient || evaluation.discard) return deferred;
          return this.#refusal(
            this.#automatic("smtpd_reject_unlisted_recipient", () => runner.unlistedRecipient(evaluation, target)),
          );
        });
      });
    });
  }

  /** What would have been accepted is deferred where an earlier restriction could not tell. */
  #deferred(): Refusal | Promise<Refusal> {
    const { evaluation } = this;
    const reason = evaluation.deferIfPermitReason;
    if (!evaluation.deferIfPermitActive || reason === undefined) return undefined;
    evaluation.begin(DEFERRED, "defer_if_permit");
    return this.#refusal(evaluation.reject(reason));
  }

  #automatic(parameter: string, check: () => Result | Promise<Result>): Result | Promise<Result> {
    const { evaluation } = this;
    const step = evaluation.begin(parameter, parameter.replace("smtpd_", ""));
    return andThen(check(), (result) => {
      evaluation.finish(step, result);
      return result;
    });
  }

  #refusal(result: Result | Promise<Result>): Refusal | Promise<Refusal> {
    return andThen(result, (came) => (came === "reject" || came === "end" ? this.evaluation.reply : undefined));
  }

  #sender = "";
  #undeclared: Refusal;
  #recipientAddress = "";

  /** Restrictions see what the command has brought. */
  #enter(command: Command): void {
    const helo = command === "CONNECT" ? "" : this.attempt.helo;
    const recipient = command === "RCPT" ? this.#recipientAddress : undefined;
    this.evaluation.command = command;
    this.evaluation.mail = { ...this.evaluation.mail, sender: this.#sender, recipient, helo };
  }
}
