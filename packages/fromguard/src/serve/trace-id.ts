import { randomUUID } from "node:crypto";
import { type Decision, type Guard, MAX_REPLY_TEXT, printable, type Reply } from "@fromguard/core";
import { andThen, wrappedGuard } from "./wrapped-guard.js";

/** The ids that replies show, by the decision. */
const shown = new WeakMap<Decision, string>();

/** The id of a decision: the one that its reply shows, else a new one. */
export function traceIdOf(decision: Decision): string {
  return shown.get(decision) ?? newTraceId();
}

/** 40 random bits in hexadecimal digits. */
function newTraceId(): string {
  const uuid = randomUUID();
  return uuid.slice(0, 8) + uuid.slice(9, 11);
}

/** Replies of this rule are what Postfix answers, to the letter. */
const OF_POSTFIX = "postfix-restrictions";

/** The same guard, whose refusals each end in an id: `553 5.7.1 text (trace 0123456789)`. Texts are cut so that they stay within the limit. */
export function tracedGuard(guard: Guard): Guard {
  return wrappedGuard(guard, (decide) => andThen(decide(), traced));
}

function traced(decision: Decision): Decision {
  const { reply, code, findings } = decision;
  if (reply === undefined) return decision;
  const decisive = findings.find(({ verdict }) => verdict.code === code);
  if (decisive?.rule === OF_POSTFIX) return decision;
  const id = newTraceId();
  const marked = { ...decision, reply: ending(reply, ` (trace ${id})`) };
  shown.set(marked, id);
  return marked;
}

function ending({ code, enhanced, text }: Reply, end: string): Reply {
  return { code, enhanced, text: printable(text, MAX_REPLY_TEXT - end.length) + end };
}
