import type { Socket } from "node:net";
import { encodeAnswer } from "../codec/answer.js";
import { RequestReader } from "../codec/request-reader.js";
import type { PolicyLimits } from "../limits.js";
import type { PolicySession } from "../session/session.js";
import type { CloseReason } from "./events.js";

/**
 * Serves one connection: requests are answered in order, one at a time, those that came together in one write.
 *
 * While a decision is awaited, or the client does not read, at most `maxRequestBytes` and one chunk are held.
 * Returns what ends the connection as soon as nothing is in flight.
 */
export function serveConnection(
  socket: Socket,
  session: PolicySession,
  limits: PolicyLimits,
  onClosed: (reason: CloseReason) => void,
): () => void {
  const reader = new RequestReader(limits);
  const gone = new AbortController();
  /** A decision is awaited. */
  let deciding = false;
  /** The client does not read his answers. */
  let blocked = false;
  let clientEnded = false;
  let draining = false;
  let closed = false;
  let requestTimer: NodeJS.Timeout | undefined;

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
    if (socket.write(answers, "latin1") || blocked) return;
    blocked = true;
    socket.once("drain", () => {
      blocked = false;
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
    else if (inPart) requestTimer ??= setTimeout(() => close("request-timeout"), limits.requestTimeoutMs);
    else if (draining) close();
  }

  /** Ends the connection behind what is written already, and no later than a client has to take it. */
  function close(reason?: CloseReason): void {
    if (closed) return;
    closed = true;
    stopRequestTimer();
    if (reason !== undefined) onClosed(reason);
    socket.setTimeout(limits.requestTimeoutMs);
    socket.destroySoon();
  }

  function stopRequestTimer(): void {
    if (requestTimer === undefined) return;
    clearTimeout(requestTimer);
    requestTimer = undefined;
  }

  socket.on("data", (chunk: Buffer) => {
    if (closed) return;
    reader.push(chunk);
    if (!deciding && !blocked) answerAll();
    else if (reader.buffered > limits.maxRequestBytes) socket.pause();
  });
  socket.on("end", () => {
    clientEnded = true;
    settle();
  });
  socket.on("close", () => {
    closed = true;
    stopRequestTimer();
    gone.abort();
  });
  socket.setTimeout(limits.idleTimeoutMs, () => {
    close("idle-timeout");
    socket.destroy();
  });

  return () => {
    draining = true;
    settle();
  };
}
