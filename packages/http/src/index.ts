export { createHandler, type HandlerOptions, type HttpEvent, MAX_BODY_BYTES } from "./handler.js";
export type { Problem } from "./problem.js";
