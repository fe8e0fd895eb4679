import {
  absurd,
  checkLimits,
  codes,
  type Decision,
  type Edit,
  type FactName,
  type Facts,
  type Guard,
  type MessageLimits as ReadLimits,
  type Reply,
  TRY_LATER,
  type Transaction,
} from "@fromguard/core";
import { EDIT_ACTIONS } from "../codec/answer.js";
import type { BodyCommand, ConnectCommand, HeloCommand, MailCommand, RcptCommand } from "../codec/command.js";
import { ACTIONS, STEPS } from "../codec/flags.js";
import type { HeaderCommand } from "../codec/placed-header.js";
import type { HandlerFactory, MilterContext, MilterHandler, MilterOutcome, MilterVerdict } from "../session/handler.js";
import { clientOf } from "./client.js";
import { milterEdits } from "./edits.js";
import { KeptMessage, type MessageLimits, roomFor } from "./kept-message.js";
import {
  type Instead,
  insteadOfRefusal,
  isLocalSubmission,
  type LocalMailOf,
  type LocalRefusal,
  type Origin,
} from "./local-mail.js";
import { loginOf } from "./login.js";
import type { DecisionEvent } from "./milter-event.js";
import { type GuardNeeds, needsOf, requestFor } from "./negotiation.js";
import { replyWith } from "./replies.js";
import { pathOf, utf8Of } from "./text.js";

export { MILTER_FACTS } from "./negotiation.js";

/** Options of {@link guardHandler}. */
export interface GuardHandlerOptions {
  /** The `listener` fact of every message. Default `milter`. */
  readonly name?: string;
  /** Within which messages are read and judged. Default `MESSAGE_LIMITS` of core. */
  readonly readLimits?: Partial<ReadLimits>;
  /** What is kept of a message in memory. */
  readonly messageLimits?: Partial<MessageLimits>;
  /** What becomes of a local submission that the policy refuses: `quarantine` (default), `defer` or `discard`, never a refusal. */
  readonly refusedLocalMail?: LocalRefusal;
  /** Whose local submissions are recognised. Default `postfix`. */
  readonly localMail?: LocalMailOf;
  /** Told of each message's decision. Must not throw. */
  readonly onEvent?: (event: DecisionEvent) => void;
}

/**
 * Makes milter handlers that ask a guard.
 *
 * The login is `{auth_authen}` as it stands at MAIL, read as the MTA writes it; absent or empty, nobody logged in. The envelope is judged at MAIL, the header at its
 * end, the body, which is asked for only where a rule needs it, at the end of the message; where the MTA then waits for no answer, a refusal is told at the end of the message. The null sender continues: accepting
 * it would end the filtering of the message. A local submission is never refused: `refusedLocalMail` says what becomes of it.
 *
 * @throws FromguardError `FG_POLICY_INVALID` for a limit that is none.
 *
 * The guard must be one that can run on {@link MILTER_FACTS}: `guard.within(...)` says so.
 */
export function guardHandler(guard: Guard, options: GuardHandlerOptions = {}): HandlerFactory {
  const { readLimits = {}, messageLimits } = options;
  checkLimits(readLimits);
  const settings: Settings = {
    guard,
    needs: needsOf(guard),
    name: options.name ?? "milter",
    readLimits,
    limits: { ...roomFor(readLimits), ...messageLimits },
    refusedLocalMail: options.refusedLocalMail ?? "quarantine",
    localMail: options.localMail ?? "postfix",
    onEvent: options.onEvent ?? (() => undefined),
  };
  return () => new GuardHandler(settings);
}

interface Settings {
  readonly guard: Guard;
  readonly readLimits: Partial<ReadLimits>;
  readonly needs: GuardNeeds;
  readonly name: string;
  readonly limits: MessageLimits;
  readonly refusedLocalMail: LocalRefusal;
  readonly localMail: LocalMailOf;
  readonly onEvent: (event: DecisionEvent) => void;
}

/** What is known of the message that is open. */
interface Message {
  /** Gone once all is judged: it holds the header. */
  transaction: Transaction | undefined;
  readonly login: string | null;
  readonly sender: string;
  readonly isLocal: boolean;
  readonly kept: KeptMessage;
  isHeaderJudged: boolean;
  isJudged: boolean;
  edits: readonly Edit[];
  /** What is done instead of refusing it. */
  instead: Instead | undefined;
}

const NOBODY: Origin = { client: null, port: 0, helo: null };
const NOTHING_ELSE = { edits: [], findings: [], observed: [] };
const TOO_LONG: Decision = {
  action: "reject",
  code: "header-too-long",
  reply: codes["header-too-long"].reply,
  ...NOTHING_ELSE,
};
const LOGIN_UNDECODABLE: Decision = { action: "defer", code: "login-undecodable", reply: TRY_LATER, ...NOTHING_ELSE };
const TOO_MANY_RECIPIENTS: Reply = { code: 452, enhanced: "4.5.3", text: "Too many recipients" };

class GuardHandler implements MilterHandler {
  readonly #settings: Settings;
  #origin = NOBODY;
  #message: Message | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  get held(): number {
    return this.#message?.kept.held ?? 0;
  }

  negotiate() {
    return requestFor(this.#settings.needs);
  }

  connect(event: ConnectCommand): MilterVerdict {
    this.#origin = { client: clientOf(event), port: event.port, helo: null };
    return "continue";
  }

  helo({ name }: HeloCommand): MilterVerdict {
    this.#origin = { ...this.#origin, helo: utf8Of(name) ?? name };
    return "continue";
  }

  mail({ sender }: MailCommand, context: MilterContext): MilterVerdict | Promise<MilterVerdict> {
    const { guard, name, needs, localMail, limits, readLimits } = this.#settings;
    const authenticated = loginOf(context);
    // Who logged in came over the network, whatever the rest looks like: a login is never left out.
    const isLocal = authenticated === "" && isLocalSubmission(localMail, this.#origin, sender);
    const login = authenticated || null;
    const transaction = guard.begin();
    const message: Message = {
      transaction,
      login,
      sender,
      isLocal,
      kept: new KeptMessage(limits, readLimits),
      isHeaderJudged: false,
      isJudged: false,
      edits: [],
      instead: undefined,
    };
    this.#message = message;
    const { client, helo } = this.#origin;
    const localUser = isLocal ? { name: undefined } : null;
    const envelopeFrom = pathOf(sender);
    if (authenticated === undefined) return this.#conclude(message, LOGIN_UNDECODABLE, "mail", true, context);
    const facts = { login, localUser, client, helo, listener: name, envelopeFrom };
    const decision = transaction.learn(facts, context);
    const isLast = !needs.headers && !needs.recipients;
    return andThen(decision, (made) => this.#conclude(message, made, "mail", isLast, context));
  }

  rcpt({ recipient }: RcptCommand): MilterVerdict {
    const message = this.#message;
    if (message === undefined || !this.#settings.needs.recipients) return "continue";
    return message.kept.addRecipient(recipient) ? "continue" : replyWith(TOO_MANY_RECIPIENTS);
  }

  header(event: HeaderCommand): MilterVerdict {
    const message = this.#message;
    if (message !== undefined && !message.isJudged && this.#settings.needs.headers) message.kept.addField(event);
    return "continue";
  }

  eoh(context: MilterContext): MilterVerdict | Promise<MilterVerdict> {
    return this.#judge(context);
  }

  body({ chunk }: BodyCommand): MilterVerdict {
    const message = this.#message;
    if (message !== undefined && !message.isJudged && this.#settings.needs.body) message.kept.addBody(chunk);
    return "continue";
  }

  eom(
    event: BodyCommand,
    context: MilterContext,
  ): MilterVerdict | MilterOutcome | Promise<MilterVerdict | MilterOutcome> {
    this.body(event);
    const judged = andThen(this.#judge(context), (made) => (made === "continue" ? this.#judgeBody(context) : made));
    return andThen(judged, (made) => (made === "continue" ? this.#edit(context) : made));
  }

  abort(): void {
    this.#message = undefined;
  }

  reset(): void {
    this.#message = undefined;
    this.#origin = NOBODY;
  }

  /** Judges once, with all that the header and the recipients tell. */
  #judge(context: MilterContext): MilterVerdict | Promise<MilterVerdict> {
    const message = this.#message;
    if (message === undefined) return replyWith(TRY_LATER);
    const { kept, transaction } = message;
    if (transaction === undefined || message.isHeaderJudged) return "continue";
    message.isHeaderJudged = true;
    if (kept.isTooLong) return this.#conclude(message, TOO_LONG, "header", true, context);
    const { needs } = this.#settings;
    const facts: { -readonly [Name in FactName]?: Facts[Name] } = {};
    if (needs.recipients) facts.recipients = kept.recipients;
    if (needs.headers) facts.headers = kept.headers;
    const decision = transaction.learn(facts, context);
    return andThen(decision, (made) => this.#conclude(message, made, "header", !needs.body, context));
  }

  /** Judges what only the body tells. */
  #judgeBody(context: MilterContext): MilterVerdict | Promise<MilterVerdict> {
    const message = this.#message;
    if (message?.transaction === undefined || message.isJudged) return "continue";
    message.isJudged = true;
    const { kept, transaction } = message;
    if (kept.isTooLong) return this.#conclude(message, TOO_LONG, "body", true, context);
    const decision = transaction.learn({ bodyAnomalies: kept.bodyAnomalies }, context);
    return andThen(decision, (made) => this.#conclude(message, made, "body", true, context));
  }

  #conclude(
    message: Message,
    decision: Decision,
    stage: DecisionEvent["stage"],
    isLast: boolean,
    context: MilterContext,
  ): MilterVerdict {
    // The message was given up meanwhile: the session drops this answer.
    if (message !== this.#message) return replyWith(TRY_LATER);
    const { action, reply = TRY_LATER } = decision;
    message.edits = decision.edits;
    const verdict = this.#verdictOf(message, action, reply, context);
    message.isJudged = isLast || action !== "accept";
    if (message.isJudged) {
      message.kept.release();
      this.#settings.onEvent({
        kind: "decision",
        stage,
        decision,
        insteadOfRefusal: message.instead?.how,
        login: message.login,
        client: this.#origin.client?.address ?? null,
        envelopeFrom: message.sender,
        queueId: context.macro("i"),
        facts: message.transaction?.facts ?? {},
      });
      message.transaction = undefined;
    }
    return verdict;
  }

  #verdictOf(message: Message, action: Decision["action"], reply: Reply, context: MilterContext): MilterVerdict {
    switch (action) {
      case "accept":
        return "continue";
      case "reject":
        return this.#refuse(message, reply, context);
      case "defer":
        return replyWith(reply);
      default:
        return absurd(action);
    }
  }

  /** A refusal for good; of a local submission, what stands in its place. */
  #refuse(message: Message, reply: Reply, { negotiated }: MilterContext): MilterVerdict {
    if (!message.isLocal || reply.code < 500) return replyWith(reply);
    const canQuarantine = (negotiated.actions & ACTIONS.quarantine) !== 0;
    message.instead = insteadOfRefusal(reply, this.#settings.refusedLocalMail, canQuarantine);
    message.edits = message.instead.edits;
    return message.instead.now;
  }

  /** Edits that the MTA cannot make defer the message: it must not pass as if they had been made. */
  #edit({ negotiated: { actions, steps } }: MilterContext): MilterVerdict | MilterOutcome {
    const { edits, instead } = this.#message as Message;
    if (edits.length === 0) return instead?.atEnd ?? "continue";
    const made = milterEdits(edits, { leadingSpace: (steps & STEPS.leadingSpace) !== 0 });
    if (made.some((edit) => !(actions & EDIT_ACTIONS[edit.kind]))) return replyWith(TRY_LATER);
    return { verdict: "continue", edits: made };
  }
}

function andThen<A, B>(value: A | Promise<A>, next: (value: A) => B | Promise<B>): B | Promise<B> {
  return value instanceof Promise ? value.then(next) : next(value);
}
