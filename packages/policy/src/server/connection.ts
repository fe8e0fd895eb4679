import type { Socket } from "node:net";
import type { DecideOptions } from "@fromguard/core";
import type { Ready, SharedBuffers, Turn } from "@fromguard/node";
import { encodeAnswer } from "../codec/answer.js";
import { RequestReader } from "../codec/request-reader.js";
import type { PolicyLimits } from "../limits.js";
import type { PolicySession, SessionHooks } from "../session/session.js";
import type { CloseReason } from "./events.js";

/** What all connections of a server have in common. */
export interface ConnectionSettings {
  readonly limits: PolicyLimits;
  readonly buffers: SharedBuffers;
  readonly turn: Turn;
  readonly beginSession: (hooks: SessionHooks) => PolicySession;
}

/** Who is told of what a connection does. None must throw. */
export interface ConnectionHooks extends SessionHooks {
  /** Told where the server closes the connection for a fault of the client or for a limit. */
  readonly onClosed?: (reason: CloseReason) => void;
}

/**
 * Serves one connection: requests are answered in order, one at a time, those that came together in one write, at the end of the turn
 * of the event loop in which they came.
 *
 * While a decision is awaited, or the client does not read, at most `maxRequestBytes` and one chunk are held.
 */
export class Connection implements DecideOptions, Ready {
  readonly #socket: Socket;
  readonly #settings: ConnectionSettings;
  readonly #hooks: ConnectionHooks;
  readonly #reader: RequestReader;
  /** Begun with the first octets: most connections of a host are idle. */
  #session: PolicySession | undefined;
  #gone: AbortController | undefined;
  /** What the shared buffers count of this connection. */
  #counted = 0;
  /** Octets have come that are read at the end of this turn of the event loop. */
  #queued = false;
  /** What is sent then. */
  #answers = "";
  #fault: CloseReason | undefined;
  /** A decision is awaited. */
  #deciding = false;
  /** The client does not read his answers. */
  #blocked = false;
  #clientEnded = false;
  /** No further request is taken: `begun` while what has begun is still owed an answer. */
  #draining: "no" | "begun" | "answered" = "no";
  #closed = false;
  #requestTimer: NodeJS.Timeout | undefined;
  #answerTimer: NodeJS.Timeout | undefined;

  constructor(socket: Socket, settings: ConnectionSettings, hooks: ConnectionHooks) {
    this.#socket = socket;
    this.#settings = settings;
    this.#hooks = hooks;
    this.#reader = new RequestReader(settings.limits);
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("end", () => this.#end());
    socket.on("close", () => this.#forget());
    socket.setTimeout(settings.limits.idleTimeoutMs, () => {
      this.#close("idle-timeout");
      socket.destroy();
    });
  }

  /** Aborted where the client is gone; made where it is read, which few decisions do. */
  get signal(): AbortSignal {
    this.#gone ??= new AbortController();
    if (this.#closed) this.#gone.abort();
    return this.#gone.signal;
  }

  /** Ends the connection: requests that have come are answered, and one that has begun where nothing else is in flight. */
  drain(): void {
    this.#draining = "begun";
    this.#settle();
  }

  #take(chunk: Buffer): void {
    if (this.#closed) return;
    // What has come before in this turn is decided first: it is not to be held, nor to fall to a limit that this chunk reaches.
    if (this.#queued) this.decide();
    this.#reader.push(chunk);
    if (!this.#queued && !this.#deciding && !this.#blocked) {
      this.#queued = true;
      this.#settings.turn.add(this);
      return;
    }
    if (this.#reader.buffered > this.#settings.limits.maxRequestBytes) this.#socket.pause();
    if (this.#count()) return;
    if (this.#queued) this.#fault ??= "buffers-full";
    else this.#close("buffers-full");
  }

  decide(): void {
    if (this.#closed) return;
    this.#session ??= this.#settings.beginSession(this.#hooks);
    while (!this.#deciding && !this.#blocked && !this.#closed && this.#fault === undefined) {
      const request = this.#reader.next();
      if (request === undefined) break;
      this.#stopRequestTimer();
      const answer = request.kind === "fault" ? request : this.#session.answer(request, this);
      if (typeof answer === "string") {
        this.#answers += encodeAnswer(answer);
      } else if (answer instanceof Promise) {
        this.#deciding = true;
        void answer.then((action) => this.#answerLater(action));
      } else {
        this.#fault = answer.code;
      }
    }
    if (!this.#count()) this.#fault ??= "buffers-full";
  }

  send(): void {
    this.#queued = false;
    const answers = this.#answers;
    this.#answers = "";
    if (this.#closed) return;
    if (answers !== "") this.#send(answers);
    if (this.#fault !== undefined) this.#close(this.#fault);
    else this.#settle();
    this.#readOn();
  }

  #answerLater(action: string): void {
    this.#deciding = false;
    if (this.#closed) return;
    this.#send(encodeAnswer(action));
    this.#goOn();
  }

  #send(answers: string): void {
    if (this.#draining === "begun") this.#draining = "answered";
    if (this.#socket.write(answers, "latin1") || this.#blocked) return;
    this.#blocked = true;
    this.#answerTimer = setTimeout(() => {
      this.#close("answer-timeout");
      this.#socket.destroy();
    }, this.#settings.limits.answerTimeoutMs);
    this.#socket.once("drain", () => {
      this.#blocked = false;
      clearTimeout(this.#answerTimer);
      this.#goOn();
    });
  }

  #goOn(): void {
    if (this.#deciding || this.#blocked || this.#closed) return;
    this.decide();
    this.send();
  }

  #readOn(): void {
    if (!this.#deciding && !this.#blocked && !this.#closed && this.#socket.isPaused()) this.#socket.resume();
  }

  /** Between two requests: what becomes of a request in part, and of a connection that is to end. */
  #settle(): void {
    if (this.#queued || this.#deciding || this.#blocked || this.#closed) return;
    const inPart = this.#reader.buffered > 0;
    if (this.#clientEnded) this.#close(inPart ? "request-truncated" : undefined);
    else if (this.#draining === "answered" || (this.#draining === "begun" && !inPart)) this.#close();
    else if (inPart) {
      this.#requestTimer ??= setTimeout(() => this.#close("request-timeout"), this.#settings.limits.requestTimeoutMs);
    }
  }

  #end(): void {
    this.#clientEnded = true;
    this.#settle();
  }

  /** Tells the shared limit what is held; false where that is over it. */
  #count(): boolean {
    const held = this.#closed ? 0 : this.#reader.buffered;
    const fits = this.#settings.buffers.change(this.#counted, held);
    this.#counted = held;
    return fits;
  }

  /** Ends the connection behind what is written already, and no later than a client has to take it. */
  #close(reason?: CloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopTimers();
    this.#count();
    if (reason !== undefined) this.#hooks.onClosed?.(reason);
    this.#socket.setTimeout(this.#settings.limits.answerTimeoutMs);
    this.#socket.destroySoon();
  }

  /** The socket is closed. */
  #forget(): void {
    this.#closed = true;
    this.#stopTimers();
    this.#count();
    // An abort that nobody awaits costs more than the rest of a connection's end.
    if (this.#deciding) this.#gone?.abort();
  }

  #stopRequestTimer(): void {
    if (this.#requestTimer === undefined) return;
    clearTimeout(this.#requestTimer);
    this.#requestTimer = undefined;
  }

  #stopTimers(): void {
    this.#stopRequestTimer();
    clearTimeout(this.#answerTimer);
  }
}
