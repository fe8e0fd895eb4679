import type { Socket } from "node:net";
import { type Decision, type Edit, type Facts, FromguardError, type Guard, printable } from "@fromguard/core";
import { formatListenAddress, type Listener, type ListenOptions, listen, SharedBuffers, Turn } from "@fromguard/node";
import { DEFAULT_POLICY_LIMITS, type PolicyLimits } from "../limits.js";
import type { Policies } from "../session/contexts.js";
import { POLICY_FACTS } from "../session/facts.js";
import { sessionsOf } from "../session/session.js";
import { Connection, type ConnectionHooks, type ConnectionSettings } from "./connection.js";
import type { CloseReason, PolicyEvent } from "./events.js";

const SILENT: ConnectionHooks = {};

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
  listen(address: string, options?: Pick<ListenOptions, "access" | "admission">): Promise<Listener>;
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
  const listeners: Listener[] = [];

  const settings: ConnectionSettings = {
    limits,
    buffers: new SharedBuffers(limits.maxBufferedBytes),
    turn: new Turn(),
    beginSession: sessionsOf({ ...policiesHere(options), listenerName: name, limits }),
  };

  function serve(socket: Socket): () => void {
    const connection = new Connection(
      socket,
      settings,
      onEvent === undefined ? SILENT : new Teller(peerOf(socket), onEvent),
    );
    return () => connection.drain();
  }

  return {
    listen: async (address, shared = {}) => {
      const listener = await listen({
        ...shared,
        address,
        maxConnections: limits.maxConnections,
        allowHalfOpen: true,
        onRefused: (refusal) => onEvent?.({ kind: "refused", refusal }),
        onConnection: serve,
        onCut: (socket) => onEvent?.({ kind: "closed", peer: peerOf(socket), reason: "shutdown" }),
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

/** Tells of one connection. */
class Teller implements ConnectionHooks {
  readonly #peer: string;
  readonly #onEvent: (event: PolicyEvent) => void;

  constructor(peer: string, onEvent: (event: PolicyEvent) => void) {
    this.#peer = peer;
    this.#onEvent = onEvent;
  }

  onDecision(decision: Decision, facts: Partial<Facts>): void {
    this.#onEvent({ kind: "decided", peer: this.#peer, decision, facts });
  }

  onEngineError(cause: unknown): void {
    this.#onEvent({ kind: "engine-error", peer: this.#peer, cause });
  }

  onUnknownContext(context: string): void {
    this.#onEvent({ kind: "unknown-context", peer: this.#peer, context });
  }

  onEditsUnmade(edits: readonly Edit[]): void {
    this.#onEvent({ kind: "edits-unmade", peer: this.#peer, edits });
  }

  onClosed(reason: CloseReason): void {
    this.#onEvent({ kind: "closed", peer: this.#peer, reason });
  }
}

/** `HOST:PORT`, or `local` behind a unix socket, whose clients have no address. */
function peerOf({ remoteAddress: host, remotePort: port }: Socket): string {
  return host === undefined || port === undefined ? "local" : formatListenAddress({ kind: "tcp", host, port });
}
