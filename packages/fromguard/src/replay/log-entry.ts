/** One entry of a mail log: who wrote it, and what. Text is as its octets, one character each. */
export interface LogEntry {
  /** The log that it stands in, and its line or, of a journal, its entry, from 1. */
  readonly file: string;
  readonly line: number;
  /** As the log writes it. */
  readonly time: string;
  /** The last part of the name: `smtpd` of `postfix/submission/smtpd`. */
  readonly program: string;
  readonly text: string;
}

/** What an entry says, but for where it stands. */
export type LogText = Omit<LogEntry, "file" | "line">;

/** The length of a time as syslog has always written it: `Nov 30 04:05:06`. */
const BSD_TIME = 15;

/**
 * Reads a line of syslog, `TIME HOST NAME[PID]: TEXT`, its time in the old form or in ISO 8601; or a line of JSON, which is its
 * program's own log. Undefined where it is neither.
 *
 * @see RFC 3164 section 4.1; postlogd(8) writes the same
 */
export function readLogLine(line: string): LogText | undefined {
  if (line.startsWith("{")) return { time: "", program: "fromguard", text: line };
  const end = line.indexOf("]: ");
  const pid = line.lastIndexOf("[", end);
  if (end < 0 || pid < 0) return undefined;
  const name = line.slice(line.lastIndexOf(" ", pid) + 1, pid);
  const blank = line.indexOf(" ");
  const time = line.charCodeAt(0) <= NINE ? line.slice(0, blank) : line.slice(0, BSD_TIME);
  return { time, program: programOf(name), text: line.slice(end + 3) };
}

/** The last part of a name in the log. */
export function programOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

const NINE = 0x39;
