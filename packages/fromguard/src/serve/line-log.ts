import { pino, stdTimeFunctions } from "pino";
import type { LogSettings } from "../config/log-schema.js";
import type { Output } from "../io.js";
import { BoundedLines } from "./bounded-lines.js";
import { type Log, type LogFields, shortened, toAsciiJson } from "./log.js";

/** What stands for a value that is not to be logged. */
const REDACTED = "[redacted]";

/**
 * A log of lines in ASCII: whatever a client sent stands escaped, so that no byte of it acts on a terminal or forges a line. As `json` a
 * line is `{"level":...,"time":...,"event":...}` with its fields behind, as `text` it is for a person: `TIME LEVEL EVENT NAME=VALUE ...`, where a value that
 * is no plain word is JSON. Times are ISO 8601 in UTC. Audit lines are written at every level: they are asked for by themselves.
 *
 * A log that cannot be written ends nothing. Lines that were dropped behind a slow reader are told as `log-lines-dropped` with their number.
 *
 * @param own fields that every line has
 */
export function lineLog(
  { level, format, redact }: Pick<LogSettings, "level" | "format" | "redact">,
  output: Output,
  own: Readonly<Record<string, number>> = {},
): Log {
  const lines = new BoundedLines(output, (count) => warn("log-lines-dropped", { count }));
  const logger = pino(
    {
      level,
      base: own,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: (fields) => shortened(fields as LogFields) },
      ...(redact.length === 0 ? {} : { redact: { paths: redact.flatMap(pathsOf), censor } }),
      hooks: { streamWrite: format === "json" ? inAscii : inWords },
    },
    lines,
  );
  const audits = logger.child({}, { level: "info" });
  const warn: Log["warn"] = (event, fields) => logger.warn({ event, ...fields });
  return {
    debug: logger.isLevelEnabled("debug") ? (event, fields) => logger.debug({ event, ...fields }) : undefined,
    info: (event, fields) => (event === "audit" ? audits : logger).info({ event, ...fields }),
    warn,
  };
}

/** A transaction is left without what is redacted, so that it is still one. */
function pathsOf(name: string): readonly string[] {
  return [name, `transaction.${name}`];
}

function censor(value: unknown, path: readonly string[]): unknown {
  if (path.length > 1) return undefined;
  return value === null ? value : REDACTED;
}

/** JSON has no line break but the one behind it. */
function inAscii(line: string): string {
  return line.replace(/[^\n\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function inWords(line: string): string {
  const { time, level, event, ...fields }: Readonly<Record<string, unknown>> = JSON.parse(line);
  const named = Object.entries(fields).map(([name, value]) => {
    const isPlain = typeof value === "string" && /^[\w.@:/+-]+$/.test(value);
    return `${name}=${isPlain ? value : toAsciiJson(value)}`;
  });
  return `${[time, level, event, ...named].join(" ")}\n`;
}
