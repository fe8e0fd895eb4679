import type { EventCommand } from "../codec/command.js";
import type { MilterContext, MilterHandler } from "./handler.js";

/** Calls the method of a handler that judges an event; one that it does not have continues. */
export function dispatch(handler: MilterHandler, command: EventCommand, context: MilterContext) {
  switch (command.kind) {
    case "connect":
      return handler.connect === undefined ? "continue" : handler.connect(command, context);
    case "helo":
      return handler.helo === undefined ? "continue" : handler.helo(command, context);
    case "mail":
      return handler.mail === undefined ? "continue" : handler.mail(command, context);
    case "rcpt":
      return handler.rcpt === undefined ? "continue" : handler.rcpt(command, context);
    case "unknown":
      return handler.unknown === undefined ? "continue" : handler.unknown(command, context);
    case "header":
      return handler.header === undefined ? "continue" : handler.header(command, context);
    case "data":
      return handler.data === undefined ? "continue" : handler.data(context);
    case "eoh":
      return handler.eoh === undefined ? "continue" : handler.eoh(context);
    case "body":
      return handler.body === undefined ? "continue" : handler.body(command, context);
    case "eom":
      return handler.eom === undefined ? "continue" : handler.eom(command, context);
  }
}
