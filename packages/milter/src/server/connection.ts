import type { Socket } from "node:net";
import type { Ready, SharedBuffers, Turn } from "@fromguard/node";
import type { BuffersFullEvent, TimeoutEvent } from "../guard/milter-event.js";
import type { SessionEvent } from "../session/event.js";
import type { HandlerFactory } from "../session/handler.js";
import { createMilterSession, type MilterSession } from "../session/session.js";
import { Deadline } from "./deadline.js";

/** Limits of one connection. */
export interface ConnectionLimits {
  /**
   * Milliseconds from the first octet of a frame to its last, from the connection to the negotiation, and for the MTA to take an
   * answer. Default 30,000.
   */
  readonly frameTimeoutMs: number;
  /** Milliseconds without an octet: an SMTP client may be silent for long between two commands. Default 10,800,000: 3 hours. */
  readonly idleTimeoutMs: number;
  /**
   * Milliseconds from the MAIL of a message to its end, however its octets trickle. Default 43,200,000: 12 hours; the largest body that is
   * kept, 64 MiB, takes 10 over a line of 14,400 bit/s.
   */
  readonly messageTimeoutMs: number;
  /** Octets that wait behind an event in progress before no more are read. Default 262,144. */
  readonly maxBacklog: number;
  /**
   * Octets that all connections of the server together hold: frames in part, what waits, and messages that are kept. Who brings one more
   * is closed: the MTA does what `milter_default_action` says. Default 268,435,456: 256 MiB.
   */
  readonly maxHeldBytes: number;
  /** Milliseconds between two signs of life while the MTA waits for an answer: Postfix waits 30 s for each. Default 10,000. */
  readonly progressIntervalMs: number;
  /** Signs of life for one answer; where it is still not there an interval later, the connection is closed. Default 30: five minutes. */
  readonly maxProgress: number;
}

const HOUR_MS = 60 * 60 * 1000;

/** The defaults of {@link ConnectionLimits}. */
export const DEFAULT_CONNECTION_LIMITS: ConnectionLimits = {
  frameTimeoutMs: 30_000,
  idleTimeoutMs: 3 * HOUR_MS,
  messageTimeoutMs: 12 * HOUR_MS,
  maxBacklog: 0x40000,
  maxHeldBytes: 0x10000000,
  progressIntervalMs: 10_000,
  maxProgress: 30,
};

/** What a connection needs. */
export interface ConnectionOptions {
  readonly handler: HandlerFactory;
  readonly limits: ConnectionLimits;
  /** Of all connections of the server. */
  readonly buffers: SharedBuffers;
  /** Of all connections of the server. */
  readonly turn: Turn;
  readonly onEvent: (event: SessionEvent | TimeoutEvent | BuffersFullEvent) => void;
}

/**
 * Serves one connection. Reading stops while answers wait to be written, or many octets wait to be judged.
 *
 * @returns what ends the connection as soon as no message is open
 */
export function serveConnection(socket: Socket, options: ConnectionOptions): () => void {
  const connection = new Connection(socket, options);
  return () => connection.finish();
}

const TRUNCATED: SessionEvent = { kind: "protocol-error", reason: "the stream ends inside a frame", octets: "" };

class Connection implements Ready {
  readonly #socket: Socket;
  readonly #limits: ConnectionLimits;
  readonly #onEvent: ConnectionOptions["onEvent"];
  readonly #session: MilterSession;
  readonly #buffers: SharedBuffers;
  readonly #turn: Turn;
  /** Octets that are read at the end of this turn of the event loop. */
  #come: Buffer | undefined;
  #queued = false;
  /** What `buffers` counts of this connection. */
  #held = 0;
  /** Each frame has its own time, which does not run while we do not read; the negotiation has it, too. */
  readonly #frame = new Deadline();
  readonly #write = new Deadline();
  readonly #message = new Deadline();
  #timedMessage: number | undefined;
  readonly #progress = new Deadline();
  #framesSeen = 0;
  /** Signs of life since the last answer. */
  #progresses = 0;

  constructor(socket: Socket, { handler, limits, buffers, turn, onEvent }: ConnectionOptions) {
    this.#socket = socket;
    this.#limits = limits;
    this.#buffers = buffers;
    this.#turn = turn;
    this.#onEvent = onEvent;
    this.#session = createMilterSession({
      handler,
      onEvent,
      send: (octets) => this.#send(octets),
      onClose: () => this.#close(),
    });
    this.#frame.start(limits.frameTimeoutMs, () => this.#timeOut("no negotiation"));
    socket.setTimeout(limits.idleTimeoutMs, () => this.#timeOut("an idle connection"));
    socket.on("data", (octets: Buffer) => this.#receive(octets));
    socket.on("drain", () => {
      this.#write.stop();
      this.#regulate();
    });
    socket.on("end", () => this.#end());
    socket.on("close", () => {
      this.#session.end();
      this.#stopAll();
      this.#count(0);
    });
  }

  finish(): void {
    this.decide();
    this.#session.finish();
  }

  #receive(octets: Buffer): void {
    this.decide();
    this.#come = octets;
    if (this.#queued) return;
    this.#queued = true;
    this.#socket.cork();
    this.#turn.add(this);
  }

  decide(): void {
    const octets = this.#come;
    this.#come = undefined;
    if (octets === undefined || this.#socket.destroyed) return;
    const session = this.#session;
    session.receive(octets);
    if (this.#socket.destroyed) return;
    this.#regulate();
    const { held } = session;
    if (!this.#count(held)) this.#giveUp({ kind: "buffers-full", held });
  }

  send(): void {
    this.#queued = false;
    this.#socket.uncork();
  }

  /** Tells the shared limit what is held; false where that is over it. */
  #count(held: number): boolean {
    const before = this.#held;
    this.#held = held;
    return this.#buffers.change(before, held);
  }

  /** Reads on or stops. */
  #regulate(): void {
    const session = this.#session;
    const isFull = session.backlog > this.#limits.maxBacklog;
    if (isFull) this.#socket.pause();
    else if (this.#socket.isPaused() && !this.#socket.writableNeedDrain) this.#socket.resume();
    if (session.frames !== this.#framesSeen || isFull) this.#frame.stop();
    this.#framesSeen = session.frames;
    if (session.isMidFrame && !isFull) {
      this.#frame.start(this.#limits.frameTimeoutMs, () => this.#timeOut("a frame that does not end"));
    }
    this.#timeMessage();
    if (session.isAwaited) this.#progress.start(this.#limits.progressIntervalMs, () => this.#keepAlive());
    else this.#progress.stop();
  }

  /** Each message has its own time, from its begin. */
  #timeMessage(): void {
    const { openMessage } = this.#session;
    if (openMessage === this.#timedMessage) return;
    this.#timedMessage = openMessage;
    this.#message.stop();
    if (openMessage === undefined) return;
    this.#message.start(this.#limits.messageTimeoutMs, () => this.#timeOut("a message that does not end"));
  }

  #keepAlive(): void {
    const told = this.#progresses;
    if (told >= this.#limits.maxProgress) {
      this.#timeOut("an answer that does not come");
      return;
    }
    this.#session.progress();
    this.#progresses = told + 1;
    this.#regulate();
  }

  #send(octets: Buffer): void {
    const socket = this.#socket;
    this.#progresses = 0;
    // An answer that took time may be the last of its message. More is counted where octets come, which may be one too many.
    const { held } = this.#session;
    if (held < this.#held) this.#count(held);
    this.#timeMessage();
    if (!socket.writable) return;
    if (socket.write(octets)) return;
    socket.pause();
    this.#startWrite();
  }

  #startWrite(): void {
    this.#write.start(this.#limits.frameTimeoutMs, () => this.#timeOut("an answer that nobody takes"));
  }

  /** The MTA has said all that it will. */
  #end(): void {
    this.decide();
    if (this.#session.isMidFrame && this.#socket.writable) this.#onEvent(TRUNCATED);
    this.#session.end();
  }

  #close(): void {
    this.#stopAll();
    this.#socket.destroySoon();
    // What is not taken by then never will be.
    if (!this.#socket.destroyed) this.#startWrite();
  }

  #timeOut(what: string): void {
    this.#giveUp({ kind: "timeout", what });
  }

  #giveUp(event: TimeoutEvent | BuffersFullEvent): void {
    this.#onEvent(event);
    this.#session.end();
    this.#socket.destroy();
  }

  #stopAll(): void {
    this.#frame.stop();
    this.#write.stop();
    this.#message.stop();
    this.#progress.stop();
  }
}
