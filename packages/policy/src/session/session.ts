import type { DecideOptions, Decision, Edit, FactName, Facts } from "@fromguard/core";
import type { PolicyRequest } from "../codec/request.js";
import type { ProtocolFault } from "../codec/request-reader.js";
import { DEFAULT_POLICY_LIMITS, type PolicyLimits } from "../limits.js";
import { ENGINE_FAILED, NO_SUCH_CONTEXT, toPolicyAction } from "./action.js";
import { type ContextPolicy, type Policies, PolicyIndex } from "./contexts.js";
import { actionOfEdits } from "./edits.js";
import { factsOf, POLICY_FACTS } from "./facts.js";
import { MessageMemory, type Outcome } from "./message-memory.js";

/** Who is told of what a session does. None must throw. */
export interface SessionHooks {
  /** Told of each decision, once where it is shared. */
  readonly onDecision?: ((decision: Decision, facts: Partial<Facts>) => void) | undefined;
  /** Told where the engine threw. */
  readonly onEngineError?: ((cause: unknown) => void) | undefined;
  /** Told of a request that names a context for which there is no policy. */
  readonly onUnknownContext?: ((context: string) => void) | undefined;
  /** Told of edits that the protocol cannot make, for which a request was deferred. */
  readonly onEditsUnmade?: ((edits: readonly Edit[]) => void) | undefined;
}

/** What all sessions of a server have in common. */
export interface SessionSettings extends Policies {
  /** The `listener` fact of requests without a `policy_context`. */
  readonly listenerName: string;
  readonly limits?: Partial<Pick<PolicyLimits, "maxSharedDecisions" | "shareForMs">>;
  /** Milliseconds of a clock that never goes back. Default `performance.now`. */
  readonly now?: () => number;
}

/** Options of {@link createPolicySession}. */
export interface PolicySessionOptions extends SessionSettings, SessionHooks {}

/** The requests of one connection, turned into actions. It knows no socket. */
export interface PolicySession {
  /**
   * The action that answers a request: at once where every source is in memory. A fault where `request` is another than
   * `smtpd_access_policy`. Never throws, never rejects.
   *
   * The decision is shared with later requests that say the same of the same message, those that defer for want of a source too:
   * the message has to come again in any case, and each recipient would wait for the same source until its deadline.
   */
  answer(request: PolicyRequest, options?: DecideOptions): string | ProtocolFault | Promise<string>;
}

const WRONG_REQUEST: ProtocolFault = { kind: "fault", code: "wrong-request" };

const EVERY_FACT: ReadonlySet<FactName> = new Set(POLICY_FACTS);

/** Begins a session. */
export function createPolicySession(options: PolicySessionOptions): PolicySession {
  return sessionsOf(options)(options);
}

/** Begins sessions that share all but their hooks, and what they remember. */
export function sessionsOf(settings: SessionSettings): (hooks: SessionHooks) => PolicySession {
  const common: Common = {
    policies: new PolicyIndex(settings),
    listenerName: settings.listenerName,
    limits: { ...DEFAULT_POLICY_LIMITS, ...settings.limits },
    now: settings.now ?? (() => performance.now()),
  };
  return (hooks) => new Session(common, hooks);
}

interface Common {
  readonly policies: PolicyIndex;
  readonly listenerName: string;
  readonly limits: Pick<PolicyLimits, "maxSharedDecisions" | "shareForMs">;
  readonly now: () => number;
}

class Session implements PolicySession {
  readonly #common: Common;
  readonly #hooks: SessionHooks;
  readonly #memory: MessageMemory;

  constructor(common: Common, hooks: SessionHooks) {
    this.#common = common;
    this.#hooks = hooks;
    this.#memory = new MessageMemory(common.limits, common.now);
  }

  answer(request: PolicyRequest, options?: DecideOptions): string | ProtocolFault | Promise<string> {
    const kind = request.get("request");
    if (kind !== undefined && kind !== "smtpd_access_policy") return WRONG_REQUEST;
    const policy = this.#common.policies.find(request);
    if (policy === undefined) {
      this.#hooks.onUnknownContext?.(request.get("policy_context") ?? "");
      return NO_SUCH_CONTEXT;
    }
    try {
      return this.#decide(request, policy, options);
    } catch (cause) {
      return this.#failed(cause);
    }
  }

  #decide(request: PolicyRequest, policy: ContextPolicy, options?: DecideOptions): string | Promise<string> {
    const known = this.#memory.recall(request, policy.needsRecipients);
    if (known !== undefined) return this.#carryOut(known, request);
    // Whoever is told of decisions is told every fact.
    const wanted = this.#hooks.onDecision === undefined ? policy.facts : EVERY_FACT;
    const { facts, complete } = factsOf(request, this.#common.listenerName, wanted);
    const { guard } = policy;
    const decision = complete ? guard.decide(facts, options) : guard.begin().learn(facts, options);
    return decision instanceof Promise
      ? decision.then((late) => this.#act(late, request, facts)).catch((cause) => this.#failed(cause))
      : this.#act(decision, request, facts);
  }

  #act(decision: Decision, request: PolicyRequest, facts: Partial<Facts>): string {
    this.#hooks.onDecision?.(decision, facts);
    const outcome: Outcome = { action: toPolicyAction(decision), edits: decision.edits };
    this.#memory.keep(request, outcome);
    return this.#carryOut(outcome, request);
  }

  #carryOut({ action, edits }: Outcome, request: PolicyRequest): string {
    if (edits.length === 0) return action;
    const made = actionOfEdits(edits, request.get("protocol_state") ?? "", this.#memory.editsOf(request));
    if (made === undefined) this.#hooks.onEditsUnmade?.(edits);
    return made ?? ENGINE_FAILED;
  }

  #failed(cause: unknown): string {
    this.#hooks.onEngineError?.(cause);
    return ENGINE_FAILED;
  }
}
