import type { Socket } from "node:net";
import { type Guard, printable } from "@fromguard/core";
import { type ListenAddress, type Listener, type ListenOptions, listen, SharedBuffers, Turn } from "@fromguard/node";
import { type GuardHandlerOptions, guardHandler, MILTER_FACTS } from "../guard/guard-handler.js";
import type { MilterEvent } from "../guard/milter-event.js";
import { describeCause } from "../session/event.js";
import type { HandlerFactory } from "../session/handler.js";
import {
  type ConnectionLimits,
  type ConnectionOptions,
  DEFAULT_CONNECTION_LIMITS,
  serveConnection,
} from "./connection.js";

/** What every milter server can be told. */
export interface MilterServerBaseOptions {
  readonly limits?: Partial<ConnectionLimits>;
  /** Told of decisions, faults and refused connections. Must not throw. */
  readonly onEvent?: (event: MilterEvent) => void;
}

/** A server that asks a guard. */
export interface GuardServerOptions extends MilterServerBaseOptions, Omit<GuardHandlerOptions, "onEvent"> {
  readonly guard: Guard;
  /** Serves the rules that can run here and leaves the others to another transport. Default false: they are refused at start. */
  readonly partial?: boolean;
}

/** A server that runs a handler of the caller's own, one for each connection. */
export interface HandlerServerOptions extends MilterServerBaseOptions {
  readonly handler: HandlerFactory;
}

/** A milter server; it may listen on several addresses. */
export interface MilterServer {
  /** Listens on one address more. */
  listen(
    address: string | ListenAddress,
    options?: Pick<ListenOptions, "maxConnections" | "access" | "admission">,
  ): Promise<Listener>;
  /** Closes every listener: messages in flight are answered, up to `graceMs`. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/**
 * Makes a milter server for Postfix (`smtpd_milters`, `non_smtpd_milters`) and Sendmail, protocol versions 2 to 6.
 *
 * Let the MTA answer with a temporary failure when this server is gone: `milter_default_action = tempfail`.
 *
 * @throws FromguardError `FG_POLICY_INVALID` where a rule of the policy could never run on a milter, unless `partial`
 */
export function createMilterServer(options: GuardServerOptions | HandlerServerOptions): MilterServer {
  const handler = "guard" in options ? handlerOf(options) : options.handler;
  const limits = { ...DEFAULT_CONNECTION_LIMITS, ...options.limits };
  const { onEvent } = options;
  const buffers = new SharedBuffers(limits.maxHeldBytes);
  const turn = new Turn();
  const listeners: Listener[] = [];
  return {
    listen: async (address, listenOptions = {}) => {
      const listener = await listen({
        ...listenOptions,
        address,
        onConnection: (socket) => {
          const peer = peerOf(socket);
          const tell: ConnectionOptions["onEvent"] = (event) => onEvent?.({ ...event, peer });
          try {
            return serveConnection(socket, { handler, limits, buffers, turn, onEvent: tell });
          } catch (error) {
            // The factory of the caller threw.
            tell({ kind: "handler-error", command: "", cause: printable(describeCause(error)) });
            socket.destroy();
            return undefined;
          }
        },
        onRefused: (refusal) => onEvent?.({ kind: "refused", refusal }),
        onCut: (socket) => onEvent?.({ kind: "shutdown", peer: peerOf(socket) }),
      });
      listeners.push(listener);
      return listener;
    },
    close: async (closeOptions) => {
      await Promise.all(listeners.splice(0).map((listener) => listener.close(closeOptions)));
    },
  };
}

function peerOf({ remoteAddress: host, remotePort: port }: Socket): string {
  return host === undefined ? "unix" : `${host}:${port}`;
}

function handlerOf({ guard, partial = false, ...options }: GuardServerOptions): HandlerFactory {
  const name = options.name === undefined ? "the milter listener" : `the milter listener ${options.name}`;
  return guardHandler(guard.within({ name, facts: MILTER_FACTS, partial }), options);
}
