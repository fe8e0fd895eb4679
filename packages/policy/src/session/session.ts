import type { Decision, Facts, Guard } from "@fromguard/core";
import type { PolicyRequest } from "../codec/request.js";
import type { ProtocolFault } from "../codec/request-reader.js";
import { ENGINE_FAILED, toPolicyAction } from "./action.js";
import { factsOf } from "./facts.js";

/** Options of {@link createPolicySession}. */
export interface PolicySessionOptions {
  readonly guard: Guard;
  /** The `listener` fact of requests without a `policy_context`. */
  readonly listenerName: string;
  /** Told of each decision. Must not throw. */
  readonly onDecision?: ((decision: Decision, facts: Partial<Facts>) => void) | undefined;
  /** Told where the engine threw. Must not throw. */
  readonly onEngineError?: ((cause: unknown) => void) | undefined;
}

/** The requests of one connection, turned into actions. It knows no socket. */
export interface PolicySession {
  /**
   * The action that answers a request: at once where every source is in memory. A fault where `request` is another than
   * `smtpd_access_policy`. Never throws, never rejects.
   */
  answer(request: PolicyRequest, signal: AbortSignal): string | ProtocolFault | Promise<string>;
}

const WRONG_REQUEST: ProtocolFault = { kind: "fault", code: "wrong-request" };

/** Begins a session. */
export function createPolicySession(options: PolicySessionOptions): PolicySession {
  const { guard, listenerName, onDecision, onEngineError } = options;
  const failed = (cause: unknown) => {
    onEngineError?.(cause);
    return ENGINE_FAILED;
  };
  const act = (decision: Decision, facts: Partial<Facts>) => {
    onDecision?.(decision, facts);
    return toPolicyAction(decision);
  };
  return {
    answer: (request, signal) => {
      const kind = request.get("request");
      if (kind !== undefined && kind !== "smtpd_access_policy") return WRONG_REQUEST;
      try {
        const { facts, complete } = factsOf(request, listenerName);
        const decision = complete ? guard.decide(facts, { signal }) : guard.begin().learn(facts, { signal });
        if (!(decision instanceof Promise)) return act(decision, facts);
        return decision.then((made) => act(made, facts)).catch(failed);
      } catch (cause) {
        return failed(cause);
      }
    },
  };
}
