import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Answer, Incoming } from "@fromguard/http";
import { type Listener, type ListenOptions, listen, type Refusal } from "@fromguard/node";
import type { TlsFiles } from "./http-secrets.js";
import { incomingOf, type Pace, writeAnswer } from "./node-exchange.js";
import { tlsGate } from "./tls-gate.js";

/** Options of {@link serveHttp}. */
export interface HttpServerOptions extends Pick<ListenOptions, "access" | "admission" | "maxConnections"> {
  /** As `parseListenAddress` reads it. */
  readonly address: string;
  /** Serves HTTPS by these, read at each connection. Default: HTTP. */
  readonly tls?: () => TlsFiles;
  readonly handler: (incoming: Incoming) => Answer | Promise<Answer>;
  /**
   * Milliseconds that an idle connection stays, that the body of a request takes to come, and from there until the client has
   * taken the whole answer, or the next piece of one that streams: longer than the deadline of a decision. Default 30,000.
   */
  readonly requestTimeoutMs?: number;
  /**
   * Milliseconds that an answer that streams takes in all, however steadily its pieces are taken: a client that sends its lines one by
   * one would hold its connection for ever. Asked at each such answer. Default 3,600,000.
   */
  readonly streamTimeoutMs?: () => number;
  readonly onRefused?: (refusal: Refusal) => void;
}

const DEFAULT_REQUEST_TIMEOUT_MS = 30_000;
const DEFAULT_STREAM_TIMEOUT_MS = 3_600_000;
/** The idle time of a connection is ours to keep: a second timer would end it sooner. */
const OWN_TIMERS = { keepAliveTimeout: 0 } as const;
const MAX_HEADER_OCTETS = 16 * 1024;

/** Requests of one connection that are begun and not answered; Node itself would take any number. */
const MAX_PIPELINED = 16;

interface Connection {
  /** Requests that have begun and whose answers are not written yet. */
  open: number;
  closing: boolean;
  readonly timer: NodeJS.Timeout;
}

/**
 * Serves a handler over HTTP/1.1 with Node's own server, on a socket of `listen`: limits, stale unix sockets and close
 * are the same as for the other listeners.
 */
export async function serveHttp(options: HttpServerOptions): Promise<Listener> {
  const {
    handler,
    requestTimeoutMs = DEFAULT_REQUEST_TIMEOUT_MS,
    streamTimeoutMs = () => DEFAULT_STREAM_TIMEOUT_MS,
    tls,
    ...listening
  } = options;
  const gate = tls === undefined ? undefined : tlsGate(tls);
  const connections = new WeakMap<Socket, Connection>();
  const server = createServer({ ...OWN_TIMERS, maxHeaderSize: MAX_HEADER_OCTETS }, (request, response) => {
    const connection = connections.get(request.socket);
    if (connection === undefined || connection.open >= MAX_PIPELINED) {
      request.socket.destroy();
      return;
    }
    const rearm = () => arm(request.socket, connection);
    connection.open++;
    rearm();
    response.on("close", () => {
      connection.open--;
      if (connection.closing && connection.open === 0) request.socket.destroySoon();
      else rearm();
    });
    void answer(handler, request, response, { onProgress: rearm, streamTimeoutMs });
  });

  function arm(socket: Socket, connection: Connection): void {
    // A response closes behind its socket where the client has gone.
    if (!socket.destroyed) connection.timer.refresh();
  }

  return await listen({
    ...listening,
    onConnection: (socket) => {
      const timer = setTimeout(() => socket.destroy(), requestTimeoutMs);
      const connection: Connection = { open: 0, closing: false, timer };
      connections.set(socket, connection);
      socket.once("close", () => clearTimeout(connection.timer));
      if (gate === undefined) server.emit("connection", socket);
      else {
        gate.pass(socket, (secured) => {
          connections.set(secured, connection);
          server.emit("connection", secured);
        });
      }
      return () => {
        connection.closing = true;
        if (connection.open === 0) socket.destroySoon();
      };
    },
  });
}

async function answer(
  handler: HttpServerOptions["handler"],
  request: IncomingMessage,
  response: ServerResponse,
  pace: Pace,
): Promise<void> {
  try {
    const incoming = incomingOf(request, response, pace.onProgress);
    if (incoming === undefined) {
      response.writeHead(400, { connection: "close" }).end();
      return;
    }
    const answered = await handler(incoming);
    // What the handler left unread of a body would be taken for the next request.
    if (!request.complete) response.setHeader("connection", "close");
    await writeAnswer(response, answered, pace);
  } catch {
    response.destroy();
  }
}
