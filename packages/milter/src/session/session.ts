import { printable } from "@fromguard/core";
import { encodeAnswer } from "../codec/answer.js";
import {
  type Command,
  checkCommandFrame,
  decodeCommand,
  type EventCommand,
  type NegotiateCommand,
} from "../codec/command.js";
import { ACTIONS, ALL_ACTIONS, ALL_STEPS, MAX_VERSION, MIN_VERSION } from "../codec/flags.js";
import { type Frame, FrameReader } from "../codec/frame.js";
import { describeCause, type SessionEvent } from "./event.js";
import { type EventKind, isMessageEvent, isOwedAnswer, kindOf, MessageOrder, OCTETS } from "./events.js";
import type {
  HandlerFactory,
  MilterContext,
  MilterHandler,
  MilterOutcome,
  MilterRequest,
  MilterVerdict,
  Negotiated,
} from "./handler.js";
import { MacroSets } from "./macros.js";
import { answerOf, endsMessage, FAILURE, isRefusal, outcomeFault, readOutcome } from "./outcome.js";

/** Options of {@link createMilterSession}. */
export interface MilterSessionOptions {
  readonly handler: HandlerFactory;
  /** Takes what is to be written: whole frames, those of one answer always in one piece. */
  readonly send: (octets: Buffer) => void;
  /** Told once when the session is over: nothing is read or sent any more, the connection is to be closed. */
  readonly onClose: () => void;
  /** Told of faults. Must not throw. */
  readonly onEvent?: (event: SessionEvent) => void;
}

/** The filter's side of one milter connection, without a socket. Nothing is thrown out of it. */
export interface MilterSession {
  /** Takes octets of the MTA, in whatever pieces they come. */
  receive(octets: Uint8Array): void;
  /** The MTA is gone: cancels what is in progress. */
  end(): void;
  /** Closes as soon as no message is open: at once, or behind the answer to the end of the present one. */
  finish(): void;
  /** Tells an MTA that waits for an answer that it is on its way; else nothing. */
  progress(): void;
  /** Whether the MTA waits for an answer that is not there yet. */
  readonly isAwaited: boolean;
  /** Octets of memory that wait behind the event in progress: whoever reads the socket stops where they are many. */
  readonly backlog: number;
  /** Whether a frame has begun to arrive and is not yet whole. */
  readonly isMidFrame: boolean;
  /** Whole frames received so far. */
  readonly frames: number;
  /** What was agreed; undefined until it is. */
  readonly negotiated: Negotiated | undefined;
}

/** Runs a handler over a milter connection: octets in, octets out. */
export function createMilterSession(options: MilterSessionOptions): MilterSession {
  return new Session(options);
}

const CONTINUE = encodeAnswer({ kind: "continue" });
const PROGRESS = encodeAnswer({ kind: "progress" });
const EVERYTHING: MilterRequest = { actions: ALL_ACTIONS, steps: 0 };
const NOTHING_AGREED: Negotiated = { version: MIN_VERSION, actions: 0, steps: 0 };
const LOGGED_OCTETS = 32;
const ABORT = 0x41;
const MACROS = 0x44;
const QUIT = 0x51;
const QUIT_NC = 0x4b;

/** What a queued frame costs beside its data, in octets. */
const FRAME_COST = 64;

class Session implements MilterSession {
  readonly #options: MilterSessionOptions;
  readonly #handler: MilterHandler;
  readonly #reader = new FrameReader(checkCommandFrame);
  readonly #macros = new MacroSets((stage, name) => {
    this.#options.onEvent?.({ kind: "macro-conflict", command: stage, cause: `${printable(name)} has two values` });
  });
  readonly #order = new MessageOrder();
  readonly #context: MilterContext;
  #negotiated: Negotiated | undefined;
  /** Frames behind the event in progress. */
  #queue: Frame[] = [];
  #backlog = 0;
  #frames = 0;
  /** ABORTs and QUIT_NCs in the queue: message events in front of them have lost their reader. */
  #abortsAhead = 0;
  #streamFault: string | undefined;
  #out: Buffer[] = [];
  #closed = false;
  #finishing = false;
  #connected = false;
  /** The event in progress. */
  #current: EventKind | undefined;
  /** Counts events, so that an answer which comes too late knows it. */
  #epoch = 0;
  #abort: AbortController | undefined;
  /** Refusals that could not be told where they fell. */
  #heldForClient: MilterVerdict | undefined;
  #heldForMessage: MilterVerdict | undefined;

  constructor(options: MilterSessionOptions) {
    this.#options = options;
    this.#handler = options.handler();
    const session = this;
    this.#context = {
      get negotiated() {
        return session.#negotiated ?? NOTHING_AGREED;
      },
      macro: (name, stage) =>
        stage === undefined
          ? this.#macros.upTo(this.#current === undefined ? "C" : OCTETS[this.#current], name)
          : this.#macros.at(stage, name),
      get signal() {
        session.#abort ??= new AbortController();
        return session.#abort.signal;
      },
      progress: () => this.progress(),
    };
  }

  progress(): void {
    if (!this.isAwaited) return;
    this.#out.push(PROGRESS);
    this.#flush();
  }

  get isAwaited(): boolean {
    if (this.#current === undefined) return false;
    const { steps } = this.#negotiated ?? NOTHING_AGREED;
    // An MTA sends on behind an event without an answer, up to one that has one.
    const last = this.#queue.at(-1);
    const waitsFor = last === undefined ? undefined : kindOf(last.octet);
    return isOwedAnswer(this.#current, steps) || (waitsFor !== undefined && isOwedAnswer(waitsFor, steps));
  }

  get backlog(): number {
    return this.#backlog;
  }

  get isMidFrame(): boolean {
    return this.#reader.isMidFrame;
  }

  get frames(): number {
    return this.#frames;
  }

  get negotiated(): Negotiated | undefined {
    return this.#negotiated;
  }

  receive(octets: Uint8Array): void {
    if (this.#closed) return;
    this.#streamFault ??= this.#reader.push(octets, (frame) => this.#arrive(frame));
    this.#conclude();
  }

  end(): void {
    this.#close();
  }

  finish(): void {
    this.#finishing = true;
    if (this.#order.state !== "open" && this.#current === undefined) this.#close();
  }

  /** Handles a frame at once where nothing is in progress; else only looks whether it takes the answer's reader away. */
  #arrive(frame: Frame): void {
    if (this.#closed) return;
    this.#frames++;
    if (this.#current === undefined && this.#queue.length === 0) this.#take(frame);
    else if (frame.octet === QUIT) this.#close();
    else this.#enqueue(frame);
  }

  #enqueue(frame: Frame): void {
    this.#queue.push(frame);
    this.#backlog += frame.data.length + FRAME_COST;
    if (!endsMessages(frame)) return;
    this.#abortsAhead++;
    if (this.#current === undefined || !isMessageEvent(this.#current)) return;
    this.#cancel();
    this.#drain();
  }

  /** Handles what waits, until an event is in progress. */
  #drain(): void {
    let at = 0;
    for (; !this.#closed && this.#current === undefined; at++) {
      const frame = this.#queue[at];
      if (frame === undefined) break;
      this.#backlog -= frame.data.length + FRAME_COST;
      if (endsMessages(frame)) this.#abortsAhead--;
      this.#take(frame);
    }
    this.#queue = this.#queue.slice(at);
  }

  /** Writes what was answered; closes where the stream broke behind it. */
  #conclude(): void {
    if (this.#streamFault !== undefined && this.#current === undefined) this.#breach(this.#streamFault);
    this.#flush();
  }

  #take(frame: Frame): void {
    const fault = this.#faultOf(frame);
    if (fault !== undefined) this.#breach(fault, frame);
  }

  #faultOf(frame: Frame): string | undefined {
    // Most macros are never asked for: they are kept as octets.
    if (frame.octet === MACROS && frame.data.length > 0 && this.#negotiated !== undefined) {
      this.#macros.take(frame.data);
      return undefined;
    }
    const read = decodeCommand(frame);
    return read.ok ? this.#obey(read.value) : read.fault;
  }

  /** Does what a command says; answers how it breaks the protocol, or undefined. */
  #obey(command: Command): string | undefined {
    switch (command.kind) {
      case "macros":
        return "no negotiation";
      case "negotiate":
        return this.#negotiated === undefined ? this.#negotiate(command) : "a second negotiation";
      case "quit":
        this.#close();
        return undefined;
    }
    if (this.#negotiated === undefined) return "no negotiation";
    switch (command.kind) {
      case "abort":
        this.#endMessage();
        return undefined;
      case "quit-nc":
        this.#reset();
        return undefined;
      default:
        return this.#event(command, this.#negotiated);
    }
  }

  #negotiate(offer: NegotiateCommand): string | undefined {
    if (offer.version < MIN_VERSION) return `version ${offer.version} is not spoken`;
    try {
      const request = this.#handler.negotiate === undefined ? EVERYTHING : this.#handler.negotiate(offer);
      if (request === undefined) return "what the MTA offers is not enough";
      const version = Math.min(offer.version, MAX_VERSION, request.version ?? MAX_VERSION);
      const actions = offer.actions & request.actions & ALL_ACTIONS;
      const steps = offer.steps & request.steps & ALL_STEPS;
      const macros = actions & ACTIONS.setMacroLists ? (request.macros ?? []) : [];
      this.#out.push(encodeAnswer({ kind: "negotiate", version, actions, steps, macros }));
      this.#negotiated = { version, actions, steps };
    } catch (error) {
      this.#report("O", error);
      this.#close();
    }
    return undefined;
  }

  #event(command: EventCommand, negotiated: Negotiated): string | undefined {
    const { kind } = command;
    if (kind === "connect") {
      if (this.#connected) return "a second connect";
      this.#connected = true;
    }
    if (kind === "mail") this.#forgetMessage();
    const fault = this.#order.take(kind);
    if (fault !== undefined) return fault;
    if (kind === "mail") this.#macros.beginMessage();
    if (this.#abortsAhead > 0 && isMessageEvent(kind)) return undefined;
    this.#current = kind;
    const epoch = ++this.#epoch;
    const held = isMessageEvent(kind) ? (this.#heldForClient ?? this.#heldForMessage) : undefined;
    const outcome = held ?? this.#call(command);
    if (outcome instanceof Promise) {
      outcome.then(
        (value) => this.#settleLater(epoch, kind, () => value, negotiated),
        (error) => this.#settleLater(epoch, kind, () => this.#failed(kind, error), negotiated),
      );
    } else {
      this.#settle(kind, outcome, negotiated);
    }
    return undefined;
  }

  #call(command: EventCommand): MilterVerdict | MilterOutcome | Promise<MilterVerdict | MilterOutcome> {
    try {
      return dispatch(this.#handler, command, this.#context) ?? "continue";
    } catch (error) {
      return this.#failed(command.kind, error);
    }
  }

  /** {@link #settle}, unless the answer has lost its reader meanwhile. */
  #settleLater(
    epoch: number,
    kind: EventKind,
    outcome: () => MilterVerdict | MilterOutcome,
    negotiated: Negotiated,
  ): void {
    if (this.#closed || epoch !== this.#epoch) return;
    this.#settle(kind, outcome(), negotiated);
    this.#drain();
    this.#conclude();
  }

  #settle(kind: EventKind, outcome: MilterVerdict | MilterOutcome, negotiated: Negotiated): void {
    this.#current = undefined;
    let made = readOutcome(outcome);
    const fault = outcomeFault(kind, made, negotiated);
    if (fault !== undefined) made = readOutcome(this.#failed(kind, fault));
    const { verdict, edits } = made;
    if (!isOwedAnswer(kind, negotiated.steps)) {
      if (isRefusal(verdict)) this.#hold(kind, verdict);
      return;
    }
    for (const edit of edits) this.#out.push(encodeAnswer(edit));
    this.#out.push(verdict === "continue" ? CONTINUE : encodeAnswer(answerOf(verdict, negotiated.steps)));
    if (isMessageEvent(kind) && endsMessage(kind, verdict)) this.#order.state = "over";
    if (this.#finishing && this.#order.state !== "open") this.#close();
  }

  #hold(kind: EventKind, verdict: MilterVerdict): void {
    if (isMessageEvent(kind)) this.#heldForMessage ??= verdict;
    else if (kind !== "unknown") this.#heldForClient ??= verdict;
  }

  #failed(kind: EventKind, error: unknown): MilterVerdict {
    this.#report(OCTETS[kind], error);
    return FAILURE;
  }

  #forgetMessage(): void {
    if (this.#order.state !== "none") this.#tell("A", () => this.#handler.abort?.());
    this.#abort = undefined;
    this.#heldForMessage = undefined;
  }

  #endMessage(): void {
    this.#forgetMessage();
    this.#macros.endMessage();
    this.#order.state = "none";
    if (this.#finishing) this.#close();
  }

  #reset(): void {
    this.#endMessage();
    this.#tell("K", () => this.#handler.reset?.());
    this.#macros.clear();
    this.#connected = false;
    this.#heldForClient = undefined;
  }

  /** Tells the handler something that has no answer. */
  #tell(command: string, call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#report(command, error);
    }
  }

  /** The message in progress has lost its reader: its answer is never written. */
  #cancel(): void {
    this.#epoch++;
    this.#current = undefined;
    this.#abort?.abort("aborted");
    this.#abort = undefined;
  }

  #breach(reason: string, frame?: Frame): void {
    if (this.#closed) return;
    const octets =
      frame === undefined ? "" : String.fromCharCode(frame.octet) + frame.data.toString("latin1", 0, LOGGED_OCTETS);
    this.#options.onEvent?.({ kind: "protocol-error", reason, octets: printable(octets) });
    this.#close();
  }

  #report(command: string, error: unknown): void {
    this.#options.onEvent?.({ kind: "handler-error", command, cause: describeCause(error) });
  }

  #close(): void {
    if (this.#closed) return;
    this.#flush();
    this.#closed = true;
    this.#cancel();
    this.#queue = [];
    this.#backlog = 0;
    this.#abortsAhead = 0;
    this.#options.onClose();
  }

  #flush(): void {
    if (this.#closed || this.#out.length === 0) return;
    const octets = this.#out.length === 1 ? (this.#out[0] as Buffer) : Buffer.concat(this.#out);
    this.#out = [];
    this.#options.send(octets);
  }
}

function endsMessages({ octet }: Frame): boolean {
  return octet === ABORT || octet === QUIT_NC;
}

function dispatch(handler: MilterHandler, command: EventCommand, context: MilterContext) {
  switch (command.kind) {
    case "connect":
      return handler.connect?.(command, context);
    case "helo":
      return handler.helo?.(command, context);
    case "mail":
      return handler.mail?.(command, context);
    case "rcpt":
      return handler.rcpt?.(command, context);
    case "unknown":
      return handler.unknown?.(command, context);
    case "header":
      return handler.header?.(command, context);
    case "data":
      return handler.data?.(context);
    case "eoh":
      return handler.eoh?.(context);
    case "body":
      return handler.body?.(command, context);
    case "eom":
      return handler.eom?.(command, context);
  }
}
