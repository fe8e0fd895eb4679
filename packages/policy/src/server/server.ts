import type { Socket } from "node:net";
import { FromguardError, type Guard, printable } from "@fromguard/core";
import { formatListenAddress, type Listener, listen, type UnixSocketAccess } from "@fromguard/node";
import { DEFAULT_POLICY_LIMITS, type PolicyLimits } from "../limits.js";
import type { Policies } from "../session/contexts.js";
import { POLICY_FACTS } from "../session/facts.js";
import { createPolicySession } from "../session/session.js";
import { serveConnection } from "./connection.js";
import type { CloseReason, PolicyEvent } from "./events.js";
import { SharedBuffers } from "./shared-buffers.js";

/** Options of {@link createPolicyServer}: `guard`, `contexts` or both. */
export interface PolicyServerOptions extends Policies {
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
   * Listens on `HOST:PORT`, `unix:/PATH` or `systemd:NAME`; several listeners may be open.
   *
   * @throws FromguardError `FG_LISTEN_FAILED`, `FG_CONFIG_INVALID`: see `listen` of @fromguard/node
   */
  listen(address: string, options?: { readonly access?: UnixSocketAccess }): Promise<Listener>;
  /** Closes every listener: requests in flight are answered, connections between two requests end at once. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

/**
 * Makes a policy server of a guard, or of one for each `policy_context`.
 *
 * @throws FromguardError `FG_POLICY_INVALID` where there is no policy, or where rules of one need the header or body, unless
 * `partial` is true
 */
export function createPolicyServer(options: PolicyServerOptions): PolicyServer {
  const { name = "policy", onEvent } = options;
  const limits: PolicyLimits = { ...DEFAULT_POLICY_LIMITS, ...options.limits };
  const policies = policiesHere(options);
  const buffers = new SharedBuffers(limits.maxBufferedBytes);
  const listeners: Listener[] = [];

  function serve(socket: Socket): () => void {
    const peer = peerOf(socket);
    const session = createPolicySession({
      ...policies,
      listenerName: name,
      limits,
      onDecision: onEvent && ((decision, facts) => onEvent({ kind: "decided", peer, decision, facts })),
      onEngineError: onEvent && ((cause) => onEvent({ kind: "engine-error", peer, cause })),
      onUnknownContext: onEvent && ((context) => onEvent({ kind: "unknown-context", peer, context })),
      onEditsUnmade: onEvent && ((edits) => onEvent({ kind: "edits-unmade", peer, edits })),
    });
    const onClosed = (reason: CloseReason) => onEvent?.({ kind: "closed", peer, reason });
    return serveConnection(socket, { session, limits, buffers, onClosed });
  }

  return {
    listen: async (address, { access } = {}) => {
      const listener = await listen({
        address,
        maxConnections: limits.maxConnections,
        allowHalfOpen: true,
        ...(access === undefined ? {} : { access }),
        onRefused: (refusal) => onEvent?.({ kind: "refused", refusal }),
        onConnection: serve,
      });
      listeners.push(listener);
      return listener;
    },
    close: async (options) => {
      await Promise.all(listeners.map((listener) => listener.close(options)));
    },
  };
}

/** The policies as far as they run here. */
function policiesHere({ guard, contexts, partial = false }: PolicyServerOptions): Policies {
  const named = Object.entries(contexts ?? {});
  if (guard === undefined && named.length === 0) {
    throw new FromguardError("FG_POLICY_INVALID", "a policy server needs a guard, or one for each context");
  }
  const here = (guard: Guard, name: string) => guard.within({ name, facts: POLICY_FACTS, partial });
  return {
    guard: guard && here(guard, "the policy listener"),
    contexts:
      contexts &&
      Object.fromEntries(named.map(([name, own]) => [name, here(own, `the policy context ${printable(name)}`)])),
  };
}

/** `HOST:PORT`, or `local` behind a unix socket, whose clients have no address. */
function peerOf({ remoteAddress: host, remotePort: port }: Socket): string {
  return host === undefined || port === undefined ? "local" : formatListenAddress({ kind: "tcp", host, port });
}
