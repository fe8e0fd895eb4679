import { printable } from "@fromguard/core";
import { encodeAnswer } from "../codec/answer.js";
import { type Command, checkCommandFrame, decodeCommand, type NegotiateCommand } from "../codec/command.js";
import { bodyChunkOf } from "../codec/flags.js";
import { frameAt, MAX_BODY_CHUNK } from "../codec/frame.js";
import { FrameCutter, type FramePlace } from "../codec/frame-cutter.js";
import { placeHeader } from "../codec/placed-header.js";
import { agree } from "./agree.js";
import { Conversation } from "./conversation.js";
import { describeCause, type SessionEvent } from "./event.js";
import { isMessageEvent, kindOf } from "./events.js";
import type { HandlerFactory, MilterHandler, Negotiated } from "./handler.js";
import { endsMessages, FrameQueue } from "./queue.js";

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
  /** Octets of memory: of a frame in part, of what waits, and of what the handler keeps. */
  readonly held: number;
  /** The number, from 1, of the message that has begun, by MAIL, and is neither answered at its end nor aborted; undefined for none. */
  readonly openMessage: number | undefined;
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

const PROGRESS = encodeAnswer({ kind: "progress" });
const LOGGED_OCTETS = 32;
const MACROS = 0x44;
const HEADER = 0x4c;
const QUIT = 0x51;

/** The stream: octets to frames, frames in their order, answers in one piece, and the end. What events mean is the conversation's. */
class Session implements MilterSession {
  readonly #options: MilterSessionOptions;
  readonly #handler: MilterHandler;
  readonly #cutter: FrameCutter;
  readonly #queue = new FrameQueue();
  /** Undefined until something is agreed. */
  #conversation: Conversation | undefined;
  #maxBodyChunk = MAX_BODY_CHUNK;
  #frames = 0;
  #out: Buffer[] = [];
  #closed = false;
  #finishing = false;

  constructor(options: MilterSessionOptions) {
    this.#options = options;
    this.#handler = options.handler();
    this.#cutter = new FrameCutter((octet, length) => checkCommandFrame(octet, length, this.#maxBodyChunk));
  }

  progress(): void {
    if (!this.isAwaited) return;
    this.#out.push(PROGRESS);
    this.#flush();
  }

  get isAwaited(): boolean {
    const conversation = this.#conversation;
    if (conversation?.inProgress === undefined) return false;
    if (conversation.owes(conversation.inProgress)) return true;
    // An MTA sends on behind an event without an answer, up to one that has one.
    const last = this.#queue.last;
    const waitsFor = last === undefined ? undefined : kindOf(last.octets[last.at] as number);
    return waitsFor !== undefined && conversation.owes(waitsFor);
  }

  get backlog(): number {
    return this.#queue.backlog;
  }

  get held(): number {
    return this.#cutter.buffered + this.#queue.backlog + (this.#handler.held ?? 0);
  }

  get openMessage(): number | undefined {
    return this.#conversation?.openMessage;
  }

  get isMidFrame(): boolean {
    return this.#cutter.isMidFrame;
  }

  get frames(): number {
    return this.#frames;
  }

  get negotiated(): Negotiated | undefined {
    return this.#conversation?.negotiated;
  }

  receive(octets: Uint8Array): void {
    if (this.#closed) return;
    const cutter = this.#cutter;
    cutter.push(octets);
    while (cutter.next()) if (!this.#closed) this.#arrive(cutter);
    this.#conclude();
  }

  end(): void {
    this.#close();
  }

  finish(): void {
    this.#finishing = true;
    this.#closeIfFinished();
  }

  get #isBusy(): boolean {
    return this.#conversation?.inProgress !== undefined;
  }

  /** Handles a frame at once where nothing is in progress; else only looks whether it takes the answer's reader away. */
  #arrive(frame: FramePlace): void {
    this.#frames++;
    if (!this.#isBusy && this.#queue.isEmpty) this.#take(frame);
    else if (frame.octets[frame.at] === QUIT) this.#close();
    else this.#enqueue(frame);
  }

  #enqueue(frame: FramePlace): void {
    this.#queue.push(frame);
    if (!endsMessages(frame)) return;
    const inProgress = this.#conversation?.inProgress;
    if (inProgress === undefined || !isMessageEvent(inProgress)) return;
    this.#conversation?.cancel();
    this.#drain();
  }

  /** Handles what waits, until an event is in progress. */
  #drain(): void {
    while (!this.#closed && !this.#isBusy) {
      const frame = this.#queue.shift();
      if (frame === undefined) break;
      this.#take(frame);
    }
    this.#queue.compact();
  }

  /** Writes what was answered; closes where the stream broke behind it. */
  #conclude(): void {
    const { fault } = this.#cutter;
    if (fault !== undefined && !this.#isBusy) this.#breach(fault);
    this.#flush();
  }

  #take(frame: FramePlace): void {
    const fault = this.#faultOf(frame);
    if (fault !== undefined) this.#breach(fault, frame);
    else this.#closeIfFinished();
  }

  #faultOf(frame: FramePlace): string | undefined {
    const { octets, at, end } = frame;
    const conversation = this.#conversation;
    // Most frames are these. Most macros are never asked for, and most header fields are only looked at: nothing is made of either.
    if (conversation !== undefined && end > at + 1) {
      if (octets[at] === HEADER) {
        const header = placeHeader(octets, at + 1, end);
        return typeof header === "string" ? header : conversation.take(header, !this.#queue.holdsEnd);
      }
      if (octets[at] === MACROS) {
        conversation.takeMacros(octets, at + 1, end);
        return undefined;
      }
    }
    const read = decodeCommand(frameAt(frame));
    return read.ok ? this.#obey(read.value) : read.fault;
  }

  /** Does what a command says; answers how it breaks the protocol, or undefined. */
  #obey(command: Command): string | undefined {
    const conversation = this.#conversation;
    switch (command.kind) {
      case "macros":
        return "no negotiation";
      case "negotiate":
        return conversation === undefined ? this.#negotiate(command) : "a second negotiation";
      case "quit":
        this.#close();
        return undefined;
    }
    if (conversation === undefined) return "no negotiation";
    switch (command.kind) {
      case "abort":
        conversation.endMessage();
        return undefined;
      case "quit-nc":
        conversation.reset();
        return undefined;
      default:
        return conversation.take(command, !this.#queue.holdsEnd);
    }
  }

  #negotiate(offer: NegotiateCommand): string | undefined {
    try {
      const agreed = agree(offer, this.#handler);
      if ("fault" in agreed) return agreed.fault;
      const { negotiated, answer } = agreed;
      this.#out.push(answer);
      this.#maxBodyChunk = bodyChunkOf(negotiated.steps);
      this.#conversation = new Conversation({
        handler: this.#handler,
        negotiated,
        say: (frame) => this.#out.push(frame),
        onSettled: () => this.#settled(),
        onEvent: (event) => this.#options.onEvent?.(event),
        progress: () => this.progress(),
      });
    } catch (error) {
      this.#options.onEvent?.({ kind: "handler-error", command: "O", cause: printable(describeCause(error)) });
      this.#close();
    }
    return undefined;
  }

  /** An answer that took time is there. */
  #settled(): void {
    this.#closeIfFinished();
    this.#drain();
    this.#conclude();
  }

  #breach(reason: string, frame?: FramePlace): void {
    if (this.#closed) return;
    this.#options.onEvent?.({ kind: "protocol-error", reason, octets: printable(beginningOf(frame)) });
    this.#close();
  }

  #closeIfFinished(): void {
    if (this.#finishing && !this.#isBusy && this.openMessage === undefined) this.#close();
  }

  #close(): void {
    if (this.#closed) return;
    this.#flush();
    this.#closed = true;
    this.#conversation?.cancel();
    this.#queue.clear();
    this.#options.onClose();
  }

  #flush(): void {
    if (this.#closed || this.#out.length === 0) return;
    const octets = this.#out.length === 1 ? (this.#out[0] as Buffer) : Buffer.concat(this.#out);
    this.#out = [];
    this.#options.send(octets);
  }
}

/** What is logged of a frame: its command octet and the first of its data. */
function beginningOf(frame: FramePlace | undefined): string {
  if (frame === undefined) return "";
  const { octets, at, end } = frame;
  return octets.toString("latin1", at, Math.min(end, at + 1 + LOGGED_OCTETS));
}
