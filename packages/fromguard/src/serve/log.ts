import type { Output } from "../io.js";

/** What a log line may hold beside its time, level and event. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined | readonly string[]>>;

/** Writes one line an event. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
}

/** Lines that may wait for a slow reader; one more is dropped and counted. */
const MAX_LINES_WAITING = 10_000;

/**
 * A log of JSON lines in ASCII: whatever a client sent stands escaped, so that no byte of it acts on a terminal or forges
 * a line. `time` is ISO 8601 in UTC.
 *
 * A log that cannot be written ends nothing. Over 10,000 lines that wait for their reader, lines are dropped; the next one
 * that is written is preceded by `log-lines-dropped` with their number.
 */
export function jsonLog(output: Output, now: () => Date = () => new Date()): Log {
  let waiting = 0;
  let dropped = 0;
  const write = async (level: keyof Log, event: string, fields: LogFields) => {
    waiting++;
    try {
      await output.write(`${toAsciiJson({ time: now().toISOString(), level, event, ...fields })}\n`);
    } catch {
      // The mail goes on without its log.
    } finally {
      waiting--;
    }
  };
  const line =
    (level: keyof Log) =>
    (event: string, fields: LogFields = {}) => {
      if (waiting >= MAX_LINES_WAITING) {
        dropped++;
        return;
      }
      if (dropped > 0) void write("warn", "log-lines-dropped", { count: dropped });
      dropped = 0;
      void write(level, event, fields);
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
