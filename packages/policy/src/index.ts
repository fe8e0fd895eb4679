export { encodeAnswer } from "./codec/answer.js";
export { PolicyRequest } from "./codec/request.js";
export { type FaultCode, type ProtocolFault, RequestReader } from "./codec/request-reader.js";
export { DEFAULT_POLICY_LIMITS, type PolicyLimits } from "./limits.js";
export type { CloseReason, PolicyEvent } from "./server/events.js";
export { createPolicyServer, type PolicyServer, type PolicyServerOptions } from "./server/server.js";
export { toPolicyAction } from "./session/action.js";
export { factsOf, POLICY_FACTS, type RequestFacts } from "./session/facts.js";
export { createPolicySession, type PolicySession, type PolicySessionOptions } from "./session/session.js";
