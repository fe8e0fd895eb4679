import type { Decision, Edit, Facts } from "@fromguard/core";
import type { PolicyRequest } from "../codec/request.js";
import type { ProtocolFault } from "../codec/request-reader.js";
import { DEFAULT_POLICY_LIMITS, type PolicyLimits } from "../limits.js";
import { ENGINE_FAILED, NO_SUCH_CONTEXT, toPolicyAction } from "./action.js";
import { type ContextPolicy, type Policies, policyFinder } from "./contexts.js";
import { actionOfEdits } from "./edits.js";
import { factsOf } from "./facts.js";
import { MessageMemory, type Outcome } from "./message-memory.js";

/** Options of {@link createPolicySession}. */
export interface PolicySessionOptions extends Policies {
  /** The `listener` fact of requests without a `policy_context`. */
  readonly listenerName: string;
  readonly limits?: Partial<Pick<PolicyLimits, "maxSharedDecisions" | "shareForMs">>;
  /** Milliseconds of a clock that never goes back. Default `performance.now`. */
  readonly now?: () => number;
  /** Told of each decision, once where it is shared. Must not throw. */
  readonly onDecision?: ((decision: Decision, facts: Partial<Facts>) => void) | undefined;
  /** Told where the engine threw. Must not throw. */
  readonly onEngineError?: ((cause: unknown) => void) | undefined;
  /** Told of a request that names a context for which there is no policy. Must not throw. */
  readonly onUnknownContext?: ((context: string) => void) | undefined;
  /** Told of edits that the protocol cannot make, for which a request was deferred. Must not throw. */
  readonly onEditsUnmade?: ((edits: readonly Edit[]) => void) | undefined;
}

/** The requests of one connection, turned into actions. It knows no socket. */
export interface PolicySession {
  /**
   * The action that answers a request: at once where every source is in memory. A fault where `request` is another than
   * `smtpd_access_policy`. Never throws, never rejects.
   *
   * The decision is shared with later requests that say the same of the same message, those that defer for want of a source too:
   * the message has to come again in any case, and each recipient would wait for the same source until its deadline.
   */
  answer(request: PolicyRequest, signal: AbortSignal): string | ProtocolFault | Promise<string>;
}

const WRONG_REQUEST: ProtocolFault = { kind: "fault", code: "wrong-request" };

/** Begins a session. */
export function createPolicySession(options: PolicySessionOptions): PolicySession {
  const { listenerName, now = () => performance.now(), onDecision, onEngineError } = options;
  const find = policyFinder(options);
  const memory = new MessageMemory({ ...DEFAULT_POLICY_LIMITS, ...options.limits }, now);

  const failed = (cause: unknown) => {
    onEngineError?.(cause);
    return ENGINE_FAILED;
  };
  const carryOut = (outcome: Outcome, request: PolicyRequest) => {
    if (outcome.edits.length === 0) return outcome.action;
    const action = actionOfEdits(outcome.edits, request.get("protocol_state") ?? "", memory.editsOf(request));
    if (action === undefined) options.onEditsUnmade?.(outcome.edits);
    return action ?? ENGINE_FAILED;
  };

  function decide(request: PolicyRequest, { guard, needsRecipients }: ContextPolicy, signal: AbortSignal) {
    const known = memory.recall(request, needsRecipients);
    if (known !== undefined) return carryOut(known, request);
    const { facts, complete } = factsOf(request, listenerName);
    const act = (decision: Decision) => {
      onDecision?.(decision, facts);
      const outcome = { action: toPolicyAction(decision), edits: decision.edits };
      memory.keep(request, outcome);
      return carryOut(outcome, request);
    };
    const decision = complete ? guard.decide(facts, { signal }) : guard.begin().learn(facts, { signal });
    return decision instanceof Promise ? decision.then(act).catch(failed) : act(decision);
  }

  return {
    answer: (request, signal) => {
      const kind = request.get("request");
      if (kind !== undefined && kind !== "smtpd_access_policy") return WRONG_REQUEST;
      const policy = find(request);
      if (policy === undefined) {
        options.onUnknownContext?.(request.get("policy_context") ?? "");
        return NO_SUCH_CONTEXT;
      }
      try {
        return decide(request, policy, signal);
      } catch (cause) {
        return failed(cause);
      }
    },
  };
}
