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
  /** Absent where such lines are not asked for, so that nobody makes them. */
  readonly debug?: ((event: string, fields?: LogFields) => void) | undefined;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
}

/** Characters of one text in a line: a client chooses how long his addresses are. */
const MAX_TEXT = 1000;

/** Texts of one list in a line. */
const MAX_LISTED = 20;

/** Fields as one line of JSON in ASCII, as the log writes them: for the log of a host that has a time and a level of its own. */
export function formatFields(fields: LogFields): string {
  return toAsciiJson(shortened(fields));
}

/** The fields as a line has them: of a text 1,000 characters, of a list 20 texts; what was cut ends in `...`. */
export function shortened(fields: LogFields): LogFields {
  const short: Record<string, LogFields[string]> = {};
  for (const name of Object.keys(fields)) short[name] = shorten(fields[name]);
  return short;
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
