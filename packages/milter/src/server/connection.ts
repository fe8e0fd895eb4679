import type { Socket } from "node:net";
import type { TimeoutEvent } from "../guard/milter-event.js";
import type { SessionEvent } from "../session/event.js";
import type { HandlerFactory } from "../session/handler.js";
import { createMilterSession } from "../session/session.js";

/** Limits of one connection. */
export interface ConnectionLimits {
  /**
   * Milliseconds from the first octet of a frame to its last, from the connection to the negotiation, and for the MTA to take an
   * answer. Default 30,000.
   */
  readonly frameTimeoutMs: number;
  /** Milliseconds without an octet: an SMTP client may be silent for long between two commands. Default 10,800,000: 3 hours. */
  readonly idleTimeoutMs: number;
  /** Octets that wait behind an event in progress before no more are read. Default 262,144. */
  readonly maxBacklog: number;
  /** Milliseconds between two signs of life while the MTA waits for an answer: Postfix waits 30 s for each. Default 10,000. */
  readonly progressIntervalMs: number;
}

/** The defaults of {@link ConnectionLimits}. */
export const DEFAULT_CONNECTION_LIMITS: ConnectionLimits = {
  frameTimeoutMs: 30_000,
  idleTimeoutMs: 3 * 60 * 60 * 1000,
  maxBacklog: 0x40000,
  progressIntervalMs: 10_000,
};

/** What a connection needs. */
export interface ConnectionOptions {
  readonly handler: HandlerFactory;
  readonly limits: ConnectionLimits;
  readonly onEvent: (event: SessionEvent | TimeoutEvent) => void;
}

/**
 * Serves one connection. Reading stops while answers wait to be written, or many octets wait to be judged.
 *
 * @returns what ends the connection as soon as no message is open
 */
export function serveConnection(socket: Socket, { handler, limits, onEvent }: ConnectionOptions): () => void {
  const { frameTimeoutMs, idleTimeoutMs, maxBacklog, progressIntervalMs } = limits;
  const timers = new Timers();
  const session = createMilterSession({
    handler,
    onEvent,
    send: (octets) => {
      if (!socket.writable) return;
      if (socket.write(octets)) regulate();
      else {
        socket.pause();
        timers.start("write", frameTimeoutMs, () => giveUp("an answer that nobody takes"));
      }
    },
    onClose: () => {
      timers.clear();
      socket.destroySoon();
      // What is not taken by then never will be.
      if (!socket.destroyed) timers.start("write", frameTimeoutMs, () => socket.destroy());
    },
  });
  const giveUp = (what: string) => {
    onEvent({ kind: "timeout", what });
    session.end();
    socket.destroy();
  };
  let framesSeen = 0;
  const isFull = () => session.backlog > maxBacklog;
  /** Reads on or stops; each frame has its own time, which does not run while we do not read. */
  const regulate = () => {
    if (isFull()) socket.pause();
    else if (!socket.writableNeedDrain) socket.resume();
    if (session.frames !== framesSeen || isFull()) timers.stop("frame");
    framesSeen = session.frames;
    if (session.isMidFrame && !isFull()) {
      timers.start("frame", frameTimeoutMs, () => giveUp("a frame that does not end"));
    }
    if (session.isAwaited) timers.start("progress", progressIntervalMs, keepAlive);
    else timers.stop("progress");
  };
  const keepAlive = () => {
    session.progress();
    regulate();
  };

  timers.start("frame", frameTimeoutMs, () => giveUp("no negotiation"));
  socket.setTimeout(idleTimeoutMs, () => giveUp("an idle connection"));
  socket.on("data", (octets: Buffer) => {
    session.receive(octets);
    if (!socket.destroyed) regulate();
  });
  socket.on("drain", () => {
    timers.stop("write");
    regulate();
  });
  socket.on("end", () => session.end());
  socket.on("close", () => {
    session.end();
    timers.clear();
  });
  return () => session.finish();
}

/** Timers by name; one that runs is not started again. */
class Timers {
  readonly #timers = new Map<string, NodeJS.Timeout>();

  start(name: string, delayMs: number, onTimeout: () => void): void {
    if (this.#timers.has(name)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(name);
      onTimeout();
    }, delayMs);
    this.#timers.set(name, timer);
  }

  stop(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }

  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
