import { createServer, type Server, type Socket } from "node:net";
import { FromguardError } from "@fromguard/core";
import type { Admission } from "./admission.js";
import { type Bound, bind } from "./bind.js";
import { formatListenAddress, type ListenAddress, parseListenAddress } from "./listen-address.js";
import type { UnixSocketAccess } from "./unix-socket.js";

/** The default of {@link ListenOptions.maxConnections}. */
export const DEFAULT_MAX_CONNECTIONS = 1000;

/** The default grace of {@link Listener.close}, in milliseconds. */
export const DEFAULT_GRACE_MS = 10_000;

/** Why a connection was closed before it was served. */
export type Refusal =
  | { readonly kind: "connection-limit"; readonly limit: number }
  /** The system could not hand it over, for want of file descriptors for example. */
  | { readonly kind: "accept-failed"; readonly cause: unknown };

/** Options of {@link listen}. */
export interface ListenOptions {
  /** As {@link parseListenAddress} reads it, or read already. */
  readonly address: string | ListenAddress;
  /** Connections open at one time; one more is closed at once and counted. Default {@link DEFAULT_MAX_CONNECTIONS}. */
  readonly maxConnections?: number;
  /** Counts where other processes accept on the same socket. Default: this listener counts its own. */
  readonly admission?: Admission;
  /**
   * Keeps the way to the client open when the client has ended his: the handler then ends the socket itself, when the
   * last answer is written. Default false.
   */
  readonly allowHalfOpen?: boolean;
  /** Mode, owner and group of the file of a unix socket that is made here. */
  readonly access?: UnixSocketAccess;
  /**
   * Takes a new connection. What it returns is called once when the listener begins to close: the handler then ends the
   * connection as soon as nothing is in flight. A socket error needs no handler here; `close` follows it.
   */
  readonly onConnection: (socket: Socket) => (() => void) | undefined;
  /** Told of each connection that was not served. Must not throw. */
  readonly onRefused?: (refusal: Refusal) => void;
  /** Told of each connection that is destroyed since the grace of {@link Listener.close} is over. Must not throw. */
  readonly onCut?: (socket: Socket) => void;
}

/** A socket that is listened on. */
export interface Listener {
  /** The real address, as {@link formatListenAddress} writes it: port 0 is the port that the system chose, a TCP socket of systemd its address. */
  readonly address: string;
  /** Connections open now. */
  readonly connections: number;
  /** Connections closed unserved so far. */
  readonly refused: number;
  /**
   * Accepts no more, lets open connections finish, and destroys those still open after `graceMs` (default
   * {@link DEFAULT_GRACE_MS}). Resolves when all are gone and the socket's file is removed, where the process may; a second call waits
   * for the first.
   */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/**
 * Listens on a TCP port (with TCP_NODELAY), a unix socket, or a socket that systemd hands over.
 *
 * The file of a unix socket has its mode, owner and group before anybody can connect. One on which nobody answers is replaced; one
 * that is in use, or is no socket, is refused. Workers of node:cluster share a port, and a unix socket by its path: the primary
 * binds it, with its own umask, which should let nobody in.
 *
 * @throws FromguardError `FG_LISTEN_FAILED`, one sentence that names the address; `FG_CONFIG_INVALID` for text that is none
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const address = typeof options.address === "string" ? parseListenAddress(options.address) : options.address;
  const {
    maxConnections = DEFAULT_MAX_CONNECTIONS,
    allowHalfOpen = false,
    admission,
    onConnection,
    onRefused,
    onCut = () => undefined,
  } = options;
  const open = new Map<Socket, (() => void) | undefined>();
  let refused = 0;
  let closing: Promise<void> | undefined;

  const refuse = (refusal: Refusal) => {
    refused++;
    onRefused?.(refusal);
  };
  const server = createServer({ noDelay: true, allowHalfOpen }, (socket) => {
    // Without a handler an error of the socket would end the process; `close` follows it in any case.
    socket.on("error", () => undefined);
    if (closing !== undefined || open.size >= maxConnections) return turnAway(socket);
    open.set(socket, undefined);
    socket.on("close", () => open.delete(socket));
    if (admission === undefined) open.set(socket, onConnection(socket));
    else void admit(socket, admission);
  });

  function turnAway(socket: Socket): void {
    socket.destroy();
    if (closing === undefined) refuse({ kind: "connection-limit", limit: maxConnections });
  }

  async function admit(socket: Socket, admission: Admission): Promise<void> {
    if (!(await admission.enter())) return turnAway(socket);
    if (closing !== undefined) socket.destroy();
    if (socket.destroyed) return admission.leave();
    socket.once("close", () => admission.leave());
    open.set(socket, onConnection(socket));
  }

  let bound: Bound;
  try {
    bound = await bind(server, address, options.access ?? {});
  } catch (error) {
    server.close();
    for (const socket of open.keys()) socket.destroy();
    throw listenFailed(address, error);
  }
  server.on("error", (cause) => refuse({ kind: "accept-failed", cause }));

  return {
    address: bound.address,
    get connections() {
      return open.size;
    },
    get refused() {
      return refused;
    },
    close: ({ graceMs = DEFAULT_GRACE_MS } = {}) => {
      closing ??= finish(server, bound, open, graceMs, onCut);
      return closing;
    },
  };
}

async function finish(
  server: Server,
  { release }: Bound,
  open: ReadonlyMap<Socket, (() => void) | undefined>,
  graceMs: number,
  onCut: (socket: Socket) => void,
): Promise<void> {
  const released = release();
  const gone = [...open.keys()].map((socket) => new Promise((resolve) => socket.once("close", resolve)));
  gone.push(new Promise((resolve) => server.close(resolve)));
  const timer = setTimeout(() => {
    for (const socket of open.keys()) {
      onCut(socket);
      socket.destroy();
    }
  }, graceMs);
  for (const drain of open.values()) drain?.();
  await Promise.all([released, ...gone]);
  clearTimeout(timer);
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "it is in use",
  EEXIST: "it is listened on already",
  EADDRNOTAVAIL: "this machine does not have that address",
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOENT: "there is no such folder",
  ENOTDIR: "there is no such folder",
  ENOTFOUND: "there is no such host",
};

function listenFailed(address: ListenAddress, error: unknown): FromguardError {
  const { code, message } = error as NodeJS.ErrnoException;
  const why = (code === undefined ? undefined : REASONS[code]) ?? message;
  return new FromguardError("FG_LISTEN_FAILED", `cannot listen on ${formatListenAddress(address)}: ${why}`, {
    cause: error,
  });
}
