export type { Answer, Incoming } from "./exchange.js";
export { createExchange, createHandler, type HandlerOptions, MAX_BODY_BYTES } from "./handler.js";
export type { Problem, ProblemDetail } from "./problem-details.js";
export type { HttpEvent } from "./service.js";
