import type { Output } from "../io.js";

/** Plain data whose maker has seen to its length. */
export interface LogObject {
  readonly [key: string]: unknown;
}

/** What a log line may hold beside its time, level and event. */
export type LogFields = Readonly<
  Record<string, string | number | boolean | null | undefined | readonly string[] | LogObject>
>;

/** Writes one line an event. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
}

/** Lines that may wait for a slow reader; one more is dropped and counted. */
const MAX_LINES_WAITING = 10_000;

/** Characters of one text in a line: a client chooses how long his addresses are. */
const MAX_TEXT = 1000;

/** Texts of one list in a line. */
const MAX_LISTED = 20;

/**
 * A log of JSON lines in ASCII: whatever a client sent stands escaped, so that no byte of it acts on a terminal or forges
 * a line. `time` is ISO 8601 in UTC. Of a text 1,000 characters are written, of a list 20 texts: what was cut ends in `...`.
 *
 * A log that cannot be written ends nothing. Over 10,000 lines that wait for their reader, lines are dropped; the next one
 * that is written is preceded by `log-lines-dropped` with their number.
 */
export function jsonLog(output: Output, now?: () => Date): Log {
  return lineLog(output, toAsciiJson, now);
}

/** The same lines for a person: `TIME LEVEL EVENT NAME=VALUE ...`, where a value that is no plain word is JSON. In ASCII, too. */
export function textLog(output: Output, now?: () => Date): Log {
  return lineLog(output, inWords, now);
}

function inWords({ time, level, event, ...fields }: LogFields): string {
  const named = Object.entries(fields).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const isPlain = typeof value === "string" && /^[\w.@:/+-]+$/.test(value);
    return [`${name}=${isPlain ? value : toAsciiJson(value)}`];
  });
  return [time, level, event, ...named].join(" ");
}

function lineLog(output: Output, format: (fields: LogFields) => string, now: () => Date = () => new Date()): Log {
  let waiting = 0;
  let dropped = 0;
  const write = async (level: keyof Log, event: string, fields: LogFields) => {
    waiting++;
    try {
      await output.write(`${format({ time: now().toISOString(), level, event, ...shortened(fields) })}\n`);
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

/** A log whose lines all begin with these fields. */
export function withFields(log: Log, own: LogFields): Log {
  return {
    info: (event, fields) => log.info(event, { ...own, ...fields }),
    warn: (event, fields) => log.warn(event, { ...own, ...fields }),
  };
}

/** Fields as one line of JSON in ASCII, as the log writes them: for the log of a host that has a time and a level of its own. */
export function formatFields(fields: LogFields): string {
  return toAsciiJson(shortened(fields));
}

function shortened(fields: LogFields): LogFields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, shorten(value)]));
}

function shorten(value: LogFields[string]): LogFields[string] {
  if (typeof value === "string") return cut(value);
  if (!isList(value)) return value;
  const listed = value.slice(0, MAX_LISTED).map(cut);
  return value.length > MAX_LISTED ? [...listed, "..."] : listed;
}

function isList(value: LogFields[string]): value is readonly string[] {
  return Array.isArray(value);
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}...` : text;
}

/** JSON in printable ASCII: all else is escaped as `\uXXXX`. */
export function toAsciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
