import { printable } from "@fromguard/core";
import { encodeAnswer, encodeSound } from "../codec/answer.js";
import type { EventCommand } from "../codec/command.js";
import { EventContext } from "./context.js";
import { dispatch } from "./dispatch.js";
import { describeCause, type SessionEvent } from "./event.js";
import { type EventKind, isMessageEvent, isOwedAnswer, MessageOrder, OCTETS } from "./events.js";
import type { MilterHandler, MilterOutcome, MilterVerdict, Negotiated } from "./handler.js";
import { HeldRefusals } from "./held-refusals.js";
import { answerOf, endsMessage, FAILURE, isRefusal, outcomeFault, readOutcome } from "./outcome.js";

/** What a conversation tells the session that it belongs to. */
export interface ConversationOptions {
  readonly handler: MilterHandler;
  readonly negotiated: Negotiated;
  /** Takes a frame for the MTA. */
  readonly say: (frame: Buffer) => void;
  /** The event in progress is answered, later than when it came. */
  readonly onSettled: () => void;
  readonly onEvent: (event: SessionEvent) => void;
  /** Tells the MTA that its answer is on its way. */
  readonly progress: () => void;
}

type Made = MilterVerdict | MilterOutcome;

const CONTINUE = encodeAnswer({ kind: "continue" });

/** The events of one connection, behind the negotiation: each is judged by the handler and answered where an answer is owed. */
export class Conversation {
  readonly negotiated: Negotiated;
  readonly #options: ConversationOptions;
  readonly #context: EventContext;
  readonly #order = new MessageOrder();
  readonly #held = new HeldRefusals();
  #connected = false;
  #messages = 0;
  /** Counts events, so that an answer which comes too late knows it. */
  #epoch = 0;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.negotiated = options.negotiated;
    this.#context = new EventContext(options.negotiated, options.progress, (stage, name) =>
      options.onEvent({ kind: "macro-conflict", command: stage, cause: `${printable(name)} has two values` }),
    );
  }

  /** The event whose answer the handler has not made yet. */
  get inProgress(): EventKind | undefined {
    return this.#context.inProgress;
  }

  get isMessageOpen(): boolean {
    return this.#order.state === "open";
  }

  /** Of the message that is open: the how manieth of the conversation it is. */
  get openMessage(): number | undefined {
    return this.isMessageOpen ? this.#messages : undefined;
  }

  /** Whether the MTA waits for an answer to an event. */
  owes(kind: EventKind): boolean {
    return isOwedAnswer(kind, this.negotiated.steps);
  }

  /** Takes the data of a macro frame, at least one octet, from `start` to `end`. */
  takeMacros(octets: Buffer, start: number, end: number): void {
    this.#context.macros.take(octets, start, end);
  }

  /**
   * Takes an event; answers how it breaks the protocol, or undefined. An event of a message that has no reader any more is
   * not judged.
   */
  take(command: EventCommand, hasReader: boolean): string | undefined {
    const { kind } = command;
    if (kind === "connect") {
      if (this.#connected) return "a second connect";
      this.#connected = true;
    }
    if (kind === "mail") this.#forgetMessage();
    const fault = this.#order.take(kind);
    if (fault !== undefined) return fault;
    if (kind === "mail") {
      this.#messages++;
      this.#context.macros.beginMessage();
    }
    if (hasReader || !isMessageEvent(kind)) this.#judge(command);
    return undefined;
  }

  /** ABORT: the message is over without an end. */
  endMessage(): void {
    this.#forgetMessage();
    this.#context.macros.endMessage();
    this.#order.state = "none";
  }

  /** QUIT_NC: what comes is of another client. */
  reset(): void {
    this.endMessage();
    this.#tell("K", () => this.#options.handler.reset?.());
    this.#context.macros.clear();
    this.#connected = false;
    this.#held.forgetClient();
  }

  /** The event in progress has lost its reader: its answer is never written. */
  cancel(): void {
    this.#epoch++;
    this.#context.abort();
  }

  #judge(command: EventCommand): void {
    const { kind } = command;
    this.#context.inProgress = kind;
    const epoch = ++this.#epoch;
    const made = this.#held.answering(kind) ?? this.#call(command);
    if (made instanceof Promise) {
      made.then(
        (value) => this.#settleLater(epoch, kind, () => value),
        (error) => this.#settleLater(epoch, kind, () => this.#failed(kind, error)),
      );
    } else {
      this.#settle(kind, made);
    }
  }

  #call(command: EventCommand): Made | Promise<Made> {
    try {
      return dispatch(this.#options.handler, command, this.#context);
    } catch (error) {
      return this.#failed(command.kind, error);
    }
  }

  /** {@link #settle}, unless the answer has lost its reader meanwhile. */
  #settleLater(epoch: number, kind: EventKind, made: () => Made): void {
    if (epoch !== this.#epoch) return;
    this.#settle(kind, made());
    this.#options.onSettled();
  }

  #settle(kind: EventKind, made: Made): void {
    this.#context.inProgress = undefined;
    // Most events are header fields, which only pass.
    if (made === "continue" && !this.owes(kind)) return;
    const { verdict, frames } = this.#framesOf(kind, made);
    if (!this.owes(kind)) {
      if (isRefusal(verdict)) this.#held.hold(kind, verdict);
      return;
    }
    for (const frame of frames) this.#options.say(frame);
    if (isMessageEvent(kind) && endsMessage(kind, verdict)) this.#order.state = "over";
  }

  /** What says an outcome; a temporary failure where the handler answered what cannot be said. */
  #framesOf(kind: EventKind, made: Made): { readonly verdict: MilterVerdict; readonly frames: readonly Buffer[] } {
    if (made === "continue") return { verdict: made, frames: [CONTINUE] };
    try {
      const outcome = readOutcome(made);
      const fault = outcomeFault(kind, outcome, this.negotiated);
      if (fault !== undefined) return this.#framesOf(kind, this.#failed(kind, fault));
      const { verdict, edits } = outcome;
      const last = encodeSound(answerOf(verdict, this.negotiated.steps));
      return { verdict, frames: edits.length === 0 ? [last] : [...edits.map(encodeSound), last] };
    } catch (error) {
      // A handler without a compiler can answer anything.
      return this.#framesOf(kind, this.#failed(kind, error));
    }
  }

  #failed(kind: EventKind, error: unknown): MilterVerdict {
    this.#report(OCTETS[kind], error);
    return FAILURE;
  }

  #forgetMessage(): void {
    if (this.#order.state !== "none") this.#tell("A", () => this.#options.handler.abort?.());
    this.#context.renew();
    this.#held.forgetMessage();
  }

  /** Tells the handler something that has no answer. */
  #tell(command: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#report(command, error);
    }
  }

  #report(command: string, error: unknown): void {
    this.#options.onEvent({ kind: "handler-error", command, cause: printable(describeCause(error)) });
  }
}
