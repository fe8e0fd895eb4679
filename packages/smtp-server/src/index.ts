export { type Head, type HeadRead, MAX_BUFFERED_BYTES, readHead } from "./head.js";
export {
  type GuardHooks,
  type GuardHooksOptions,
  guardHooks,
  type HooksEvent,
  MAX_HEADER_BYTES,
} from "./hooks.js";
export type { MessageStream, SmtpAddress, SmtpError, SmtpSession } from "./host.js";
export { type JudgedMessage, judgeMessage } from "./judge-message.js";
export { HOST_FACTS, pathOf } from "./message-facts.js";
export { errorOf, refusalOf } from "./refusal.js";
