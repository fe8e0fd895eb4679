export type { Answer, Incoming } from "./exchange.js";
export { createExchange, createHandler, type FetchOptions } from "./handler.js";
export { MIN_SECRET, type Token } from "./limits/access.js";
export { MAX_CALLERS, type RateLimit } from "./limits/rate-limit.js";
export { type HandlerOptions, MAX_BODY_BYTES } from "./options.js";
export type { Problem, ProblemDetail } from "./problem-details.js";
export type { Right } from "./route.js";
export type { Exposition, HttpEvent } from "./service.js";
