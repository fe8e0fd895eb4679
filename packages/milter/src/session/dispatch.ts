import type { EventCommand } from "../codec/command.js";
import type { MilterContext, MilterHandler } from "./handler.js";

/** Calls the method of a handler that judges an event; undefined where it has none. */
export function dispatch(handler: MilterHandler, command: EventCommand, context: MilterContext) {
  switch (command.kind) {
    case "connect":
      return handler.connect?.(command, context);
    case "helo":
      return handler.helo?.(command, context);
    case "mail":
      return handler.mail?.(command, context);
    case "rcpt":
      return handler.rcpt?.(command, context);
    case "unknown":
      return handler.unknown?.(command, context);
    case "header":
      return handler.header?.(command, context);
    case "data":
      return handler.data?.(context);
    case "eoh":
      return handler.eoh?.(context);
    case "body":
      return handler.body?.(command, context);
    case "eom":
      return handler.eom?.(command, context);
  }
}
