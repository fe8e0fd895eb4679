import { type Facts, type MessageLimits, parseTransaction } from "@fromguard/core";
import type { LogEntry } from "./log-entry.js";
import type { LoggedMessage } from "./logged-message.js";

/** The newest form of audit lines that is read. */
const VERSION = 1;

/**
 * Reads the line that a milter writes of each message where the configuration asks for an audit; it has the header. Undefined where
 * the line is another, "unreadable" where it is one that cannot be read.
 */
export function readAuditLine(
  { file, line, text }: LogEntry,
  readLimits: Partial<MessageLimits>,
): (LoggedMessage & { readonly queueId: string | undefined }) | "unreadable" | undefined {
  if (!text.includes('"event":"audit"')) return undefined;
  const said = parsed(text);
  if (said === undefined || said.version !== VERSION) return "unreadable";
  const read = parseTransaction(said.transaction, { readLimits });
  if (!read.ok) return "unreadable";
  const { time, queueId, action } = said;
  return {
    file,
    line,
    time: typeof time === "string" ? time : "",
    refused: action !== "accept",
    facts: asSeen(read.facts, said.transaction),
    queueId: typeof queueId === "string" ? queueId : undefined,
  };
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const said: unknown = JSON.parse(Buffer.from(text, "latin1").toString("utf8"));
    return typeof said === "object" && said !== null ? (said as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** What the milter had not learned is unknown, not null; the name of a local user is one that it does not learn. */
function asSeen(facts: Partial<Facts>, transaction: unknown): Partial<Facts> {
  const told = new Set(Object.keys(transaction as object));
  const known = Object.fromEntries(Object.entries(facts).filter(([name]) => told.has(name))) as Partial<Facts>;
  return known.localUser == null ? known : { ...known, localUser: { name: undefined } };
}
