export {
  type Answer,
  answerFault,
  decodeAnswer,
  EDIT_ACTIONS,
  encodeAnswer,
  type MilterEdit,
  type NegotiateAnswer,
  type PlainVerdict,
} from "./codec/answer.js";
export {
  type BareCommand,
  type BodyCommand,
  type Command,
  type ConnectCommand,
  type ControlCommand,
  checkCommandFrame,
  decodeCommand,
  type EventCommand,
  encodeCommand,
  type HeloCommand,
  type MacrosCommand,
  type MailCommand,
  type NegotiateCommand,
  type RcptCommand,
  type UnknownCommand,
} from "./codec/command.js";
export { ACTIONS, ALL_ACTIONS, ALL_STEPS, MACRO_STAGES, MAX_VERSION, MIN_VERSION, STEPS } from "./codec/flags.js";
export { encodeFrame, type Frame, FrameReader, MAX_BODY_CHUNK } from "./codec/frame.js";
export { type FrameCheck, MAX_FRAME } from "./codec/frame-cutter.js";
export type { HeaderCommand } from "./codec/placed-header.js";
export { formatMilterReply, replyTextFault } from "./codec/reply-text.js";
export type { Decoded } from "./codec/wire.js";
export { type GuardHandlerOptions, guardHandler, MILTER_FACTS } from "./guard/guard-handler.js";
export { DEFAULT_MESSAGE_LIMITS, type MessageLimits } from "./guard/kept-message.js";
export type { LocalMailOf, LocalRefusal } from "./guard/local-mail.js";
export type {
  BuffersFullEvent,
  DecisionEvent,
  MilterEvent,
  ShutdownEvent,
  TimeoutEvent,
} from "./guard/milter-event.js";
export { type ConnectionLimits, DEFAULT_CONNECTION_LIMITS } from "./server/connection.js";
export {
  createMilterServer,
  type GuardServerOptions,
  type HandlerServerOptions,
  type MilterServer,
  type MilterServerBaseOptions,
} from "./server/server.js";
export type { SessionEvent } from "./session/event.js";
export type {
  Answered,
  HandlerFactory,
  MilterContext,
  MilterHandler,
  MilterOffer,
  MilterOutcome,
  MilterRequest,
  MilterVerdict,
  Negotiated,
} from "./session/handler.js";
export { createMilterSession, type MilterSession, type MilterSessionOptions } from "./session/session.js";
