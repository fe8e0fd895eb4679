import type { Output } from "../io.js";

/** What a log line may hold beside its time, level and event. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined | readonly string[]>>;

/** Writes one line an event. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
}

/**
 * A log of JSON lines in ASCII: whatever a client sent stands escaped, so that no byte of it acts on a terminal or forges
 * a line. `time` is ISO 8601 in UTC.
 */
export function jsonLog(output: Output, now: () => Date = () => new Date()): Log {
  const line =
    (level: string) =>
    (event: string, fields: LogFields = {}) => {
      void output.write(`${toAsciiJson({ time: now().toISOString(), level, event, ...fields })}\n`);
    };
  return { info: line("info"), warn: line("warn") };
}

/** JSON in printable ASCII: all else is escaped as `\uXXXX`. */
export function toAsciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
