import type { Decision, Guard, MessageLimits } from "@fromguard/core";
import { readAuditLine } from "./audit-messages.js";
import { Causes } from "./causes.js";
import { Judge, type NotRun } from "./judge.js";
import type { LogEntry } from "./log-entry.js";
import type { LoggedMessage } from "./logged-message.js";
import { type NotJudged, PostfixMessages } from "./postfix-messages.js";
import { type LogRead, readLog } from "./read-log.js";

/** A log: its name, and its octets. */
export interface LogFile {
  readonly name: string;
  readonly octets: AsyncIterable<Uint8Array>;
}

/** How many messages came to what. */
export type Counts = Record<Decision["action"], number>;

/** What a policy would have done with the messages of some logs. */
export interface Replayed {
  /** By log, in the order in which they were read. */
  readonly logs: readonly (LogRead & { readonly name: string })[];
  /** Messages that the MTA took. */
  readonly taken: Counts;
  /** Attempts that it refused itself. */
  readonly refused: Counts;
  /** Why the policy would refuse or defer messages that were taken. */
  readonly causes: Causes;
  readonly notJudged: NotJudged;
  /** Rules that needed facts that a log did not tell. */
  readonly notRun: readonly NotRun[];
}

/** Lines between two calls of `onLine`. */
const LINES_A_TICK = 4096;

/** Options of {@link replay}. */
export interface ReplayOptions {
  /** Within which the header of an audit line is read. */
  readonly readLimits?: Partial<MessageLimits>;
  /** Told of the lines so far, now and then. */
  readonly onLines?: (lines: number) => void;
}

/**
 * Reads logs, and asks a policy what it would have done with each message. Memory does not grow with the logs but with the
 * different senders in them, up to named limits.
 *
 * @throws FromguardError FG_FILE_UNREADABLE with log and line where a log cannot be read
 */
export async function replay(
  guard: Guard,
  logs: Iterable<LogFile> | AsyncIterable<LogFile>,
  { readLimits = {}, onLines = () => undefined }: ReplayOptions = {},
): Promise<Replayed> {
  const judge = new Judge(guard);
  const taken: Counts = { accept: 0, reject: 0, defer: 0 };
  const refused: Counts = { accept: 0, reject: 0, defer: 0 };
  const causes = new Causes();
  const tell = (message: LoggedMessage) =>
    judge.ask(message.facts, ({ action, cause }) => {
      (message.refused ? refused : taken)[action]++;
      if (cause !== undefined && !message.refused) causes.add(cause, placeOf(message));
    });
  const messages = new PostfixMessages(tell, { needsRecipients: guard.needs.includes("recipients") });
  const take = (entry: LogEntry) => {
    if (entry.program !== "fromguard") return messages.add(entry);
    const audited = readAuditLine(entry, readLimits);
    if (audited === undefined) return undefined;
    if (audited === "unreadable") {
      messages.notJudged.unreadable++;
      return undefined;
    }
    if (audited.queueId !== undefined) messages.wasTold(audited.queueId);
    return tell(audited);
  };
  const read: (LogRead & { name: string })[] = [];
  let lines = 0;
  for await (const { name, octets } of logs) {
    const told = await readLog(name, octets, (entry) => {
      if (++lines % LINES_A_TICK === 0) onLines(lines);
      return take(entry);
    });
    read.push({ name, ...told });
  }
  await messages.end();
  await judge.idle();
  return { logs: read, taken, refused, causes, notJudged: messages.notJudged, notRun: judge.notRun() };
}

function placeOf({ file, line, time }: LoggedMessage) {
  return { file, line, time };
}
