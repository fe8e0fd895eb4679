export {
  type GuardHooks,
  type GuardHooksOptions,
  guardHooks,
  type HooksEvent,
  MAX_BUFFERED_BYTES,
  MAX_HEADER_BYTES,
} from "./hooks.js";
export type { MessageStream, SmtpAddress, SmtpError, SmtpSession } from "./host.js";
