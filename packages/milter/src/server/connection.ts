import type { Socket } from "node:net";
import type { MilterEvent } from "../guard/milter-event.js";
import type { HandlerFactory } from "../session/handler.js";
import { createMilterSession } from "../session/session.js";

/** Limits of one connection. */
export interface ConnectionLimits {
  /** Milliseconds from the first octet of a frame to its last, and from the connection to the negotiation. Default 30,000. */
  readonly frameTimeoutMs: number;
  /** Milliseconds without an octet: an SMTP client may be silent for long between two commands. Default 10,800,000: 3 hours. */
  readonly idleTimeoutMs: number;
  /** Octets that wait behind an event in progress before no more are read. Default 262,144. */
  readonly maxBacklog: number;
}

/** The defaults of {@link ConnectionLimits}. */
export const DEFAULT_CONNECTION_LIMITS: ConnectionLimits = {
  frameTimeoutMs: 30_000,
  idleTimeoutMs: 3 * 60 * 60 * 1000,
  maxBacklog: 0x40000,
};

/** What a connection needs. */
export interface ConnectionOptions {
  readonly handler: HandlerFactory;
  readonly limits: ConnectionLimits;
  readonly onEvent: (event: MilterEvent) => void;
}

/**
 * Serves one connection. Reading stops while answers wait to be written, or many octets wait to be judged.
 *
 * @returns what ends the connection as soon as no message is open
 */
export function serveConnection(socket: Socket, { handler, limits, onEvent }: ConnectionOptions): () => void {
  const session = createMilterSession({
    handler,
    onEvent,
    send: (octets) => {
      if (socket.writable && !socket.write(octets)) socket.pause();
      resume();
    },
    onClose: () => {
      clearTimeout(frameTimer);
      if (!socket.destroyed) socket.destroySoon();
    },
  });

  const timeOut = (what: string) => {
    onEvent({ kind: "timeout", what });
    session.end();
  };
  let frameTimer: NodeJS.Timeout | undefined = setTimeout(timeOut, limits.frameTimeoutMs, "no negotiation");
  let framesSeen = 0;
  /** Each frame has its own time, which does not run while we do not read. */
  const watchFrame = () => {
    if (session.frames !== framesSeen || session.backlog > limits.maxBacklog) {
      clearTimeout(frameTimer);
      frameTimer = undefined;
      framesSeen = session.frames;
    }
    if (session.isMidFrame && session.backlog <= limits.maxBacklog) {
      frameTimer ??= setTimeout(timeOut, limits.frameTimeoutMs, "a frame that does not end");
    }
  };
  function resume() {
    if (!socket.writableNeedDrain && session.backlog <= limits.maxBacklog) socket.resume();
  }

  socket.setTimeout(limits.idleTimeoutMs, () => timeOut("an idle connection"));
  socket.on("data", (octets: Buffer) => {
    session.receive(octets);
    if (session.backlog > limits.maxBacklog) socket.pause();
    watchFrame();
  });
  socket.on("drain", resume);
  socket.on("end", () => session.end());
  socket.on("close", () => {
    clearTimeout(frameTimer);
    session.end();
  });
  return () => session.finish();
}
