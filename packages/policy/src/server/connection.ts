import type { Socket } from "node:net";
import { encodeAnswer } from "../codec/answer.js";
import { RequestReader } from "../codec/request-reader.js";
import type { PolicyLimits } from "../limits.js";
import type { PolicySession } from "../session/session.js";
import type { CloseReason } from "./events.js";
import type { SharedBuffers } from "./shared-buffers.js";

/** What a connection needs. */
export interface ConnectionOptions {
  readonly session: PolicySession;
  readonly limits: PolicyLimits;
  readonly buffers: SharedBuffers;
  /** Told where the server closes the connection for a fault of the client or for a limit. */
  readonly onClosed: (reason: CloseReason) => void;
}

/**
 * Serves one connection: requests are answered in order, one at a time, those that came together in one write.
 *
 * While a decision is awaited, or the client does not read, at most `maxRequestBytes` and one chunk are held.
 * Returns what ends the connection: requests that have come are answered, and one that has begun where nothing else is in flight.
 */
export function serveConnection(socket: Socket, options: ConnectionOptions): () => void {
  const { session, limits, buffers, onClosed } = options;
  const reader = new RequestReader(limits);
  const gone = new AbortController();
  /** What `buffers` counts of this connection. */
  let counted = 0;
  /** A decision is awaited. */
  let deciding = false;
  /** The client does not read his answers. */
  let blocked = false;
  let clientEnded = false;
  /** No further request is taken: `begun` while what has begun is still owed an answer. */
  let draining: "no" | "begun" | "answered" = "no";
  let closed = false;
  let requestTimer: NodeJS.Timeout | undefined;
  let answerTimer: NodeJS.Timeout | undefined;

  function answerAll(): void {
    let answers = "";
    let fault: CloseReason | undefined;
    while (!deciding && !blocked && !closed && fault === undefined) {
      const request = reader.next();
      if (request === undefined) break;
      stopRequestTimer();
      const answer = request.kind === "fault" ? request : session.answer(request, gone.signal);
      if (typeof answer === "string") {
        answers += encodeAnswer(answer);
      } else if (answer instanceof Promise) {
        deciding = true;
        void answer.then(answerLater);
      } else {
        fault = answer.code;
      }
    }
    if (!count()) fault ??= "buffers-full";
    if (answers !== "") send(answers);
    if (fault === undefined) settle();
    else close(fault);
  }

  function answerLater(action: string): void {
    deciding = false;
    if (closed) return;
    send(encodeAnswer(action));
    goOn();
  }

  function send(answers: string): void {
    if (draining === "begun") draining = "answered";
    if (socket.write(answers, "latin1") || blocked) return;
    blocked = true;
    answerTimer = setTimeout(() => {
      close("answer-timeout");
      socket.destroy();
    }, limits.answerTimeoutMs);
    socket.once("drain", () => {
      blocked = false;
      clearTimeout(answerTimer);
      goOn();
    });
  }

  function goOn(): void {
    if (deciding || blocked || closed) return;
    answerAll();
    if (!deciding && !blocked && !closed && socket.isPaused()) socket.resume();
  }

  /** Between two requests: what becomes of a request in part, and of a connection that is to end. */
  function settle(): void {
    if (deciding || blocked || closed) return;
    const inPart = reader.buffered > 0;
    if (clientEnded) close(inPart ? "request-truncated" : undefined);
    else if (draining === "answered" || (draining === "begun" && !inPart)) close();
    else if (inPart) requestTimer ??= setTimeout(() => close("request-timeout"), limits.requestTimeoutMs);
  }

  /** Tells the shared limit what is held; false where that is over it. */
  function count(): boolean {
    const held = closed ? 0 : reader.buffered;
    const fits = buffers.change(counted, held);
    counted = held;
    return fits;
  }

  /** Ends the connection behind what is written already, and no later than a client has to take it. */
  function close(reason?: CloseReason): void {
    if (closed) return;
    closed = true;
    stopTimers();
    count();
    if (reason !== undefined) onClosed(reason);
    socket.setTimeout(limits.answerTimeoutMs);
    socket.destroySoon();
  }

  function stopRequestTimer(): void {
    if (requestTimer === undefined) return;
    clearTimeout(requestTimer);
    requestTimer = undefined;
  }

  function stopTimers(): void {
    stopRequestTimer();
    clearTimeout(answerTimer);
  }

  socket.on("data", (chunk: Buffer) => {
    if (closed) return;
    reader.push(chunk);
    if (!deciding && !blocked) {
      answerAll();
      return;
    }
    if (reader.buffered > limits.maxRequestBytes) socket.pause();
    if (!count()) close("buffers-full");
  });
  socket.on("end", () => {
    clientEnded = true;
    settle();
  });
  socket.on("close", () => {
    closed = true;
    stopTimers();
    count();
    // An abort that nobody awaits costs more than the rest of a connection's end.
    if (deciding) gone.abort();
  });
  socket.setTimeout(limits.idleTimeoutMs, () => {
    close("idle-timeout");
    socket.destroy();
  });

  return () => {
    draining = "begun";
    settle();
  };
}
