import type { LogSettings } from "../config/log-schema.js";
import type { Io } from "../io.js";
import { jsonLog, type Log, type LogFields, textLog } from "./log.js";

/** What stands for a value that is not to be logged. */
const REDACTED = "[redacted]";

/** The log that the configuration asks for. Audit lines are written at every level: they are asked for by themselves. */
export function openLog({ level, format, destination, redact }: LogSettings, io: Pick<Io, "stdout" | "stderr">): Log {
  const output = destination === "stderr" ? io.stderr : io.stdout;
  const log = format === "json" ? jsonLog(output) : textLog(output);
  const shown = redact.length === 0 ? (fields: LogFields) => fields : (fields: LogFields) => redacted(fields, redact);
  return {
    info: (event, fields = {}) => {
      if (level === "info" || event === "audit") log.info(event, shown(fields));
    },
    warn: (event, fields = {}) => log.warn(event, shown(fields)),
  };
}

/** A transaction is left without what is redacted, so that it is still one. */
function redacted(fields: LogFields, names: readonly string[]): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (names.includes(name)) return [name, value === null || value === undefined ? value : REDACTED];
      if (name !== "transaction" || typeof value !== "object" || value === null) return [name, value];
      return [name, Object.fromEntries(Object.entries(value).filter(([key]) => !names.includes(key)))];
    }),
  );
}
