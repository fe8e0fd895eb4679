import type { Socket } from "node:net";
import type { Guard } from "@fromguard/core";
import { formatListenAddress, type Listener, listen, type UnixSocketAccess } from "@fromguard/node";
import { DEFAULT_POLICY_LIMITS, type PolicyLimits } from "../limits.js";
import { POLICY_FACTS } from "../session/facts.js";
import { createPolicySession } from "../session/session.js";
import { serveConnection } from "./connection.js";
import type { PolicyEvent } from "./events.js";

/** Options of {@link createPolicyServer}. */
export interface PolicyServerOptions {
  readonly guard: Guard;
  /** The `listener` fact of requests that carry no `policy_context`. Default `policy`. */
  readonly name?: string;
  /** Says that rules on the header and body run elsewhere, in a milter for example. Default false: they are refused. */
  readonly partial?: boolean;
  readonly limits?: Partial<PolicyLimits>;
  /** Told what happens. Must not throw. */
  readonly onEvent?: (event: PolicyEvent) => void;
}

/** A policy server for Postfix's `check_policy_service`. */
export interface PolicyServer {
  /**
   * Listens on `HOST:PORT` or `unix:/PATH`; several listeners may be open.
   *
   * @throws FromguardError `FG_LISTEN_FAILED`, `FG_CONFIG_INVALID`: see `listen` of @fromguard/node
   */
  listen(address: string, options?: { readonly access?: UnixSocketAccess }): Promise<Listener>;
  /** Closes every listener: requests in flight are answered, connections between two requests end at once. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/**
 * Makes a policy server of a guard.
 *
 * @throws FromguardError `FG_POLICY_INVALID` where rules of the policy need the header or body, unless `partial` is true
 */
export function createPolicyServer(options: PolicyServerOptions): PolicyServer {
  const { name = "policy", partial = false, onEvent } = options;
  const limits: PolicyLimits = { ...DEFAULT_POLICY_LIMITS, ...options.limits };
  const guard = options.guard.within({ name: "the policy listener", facts: POLICY_FACTS, partial });
  const listeners: Listener[] = [];
  return {
    listen: async (address, { access } = {}) => {
      const listener = await listen({
        address,
        maxConnections: limits.maxConnections,
        allowHalfOpen: true,
        ...(access === undefined ? {} : { access }),
        onRefused: (refusal) => onEvent?.({ kind: "refused", refusal }),
        onConnection: (socket) => {
          const peer = peerOf(socket);
          const session = createPolicySession({
            guard,
            listenerName: name,
            onDecision: onEvent && ((decision, facts) => onEvent({ kind: "decided", peer, decision, facts })),
            onEngineError: onEvent && ((cause) => onEvent({ kind: "engine-error", peer, cause })),
          });
          return serveConnection(socket, session, limits, (reason) => onEvent?.({ kind: "closed", peer, reason }));
        },
      });
      listeners.push(listener);
      return listener;
    },
    close: async (options) => {
      await Promise.all(listeners.map((listener) => listener.close(options)));
    },
  };
}

/** `HOST:PORT`, or `local` behind a unix socket, whose clients have no address. */
function peerOf({ remoteAddress: host, remotePort: port }: Socket): string {
  return host === undefined || port === undefined ? "local" : formatListenAddress({ kind: "tcp", host, port });
}
