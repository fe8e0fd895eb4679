import { type Evidence, splitOutsideBraces } from "@fromguard/core";
import type { Target } from "../restrictions/restriction.js";
import { type Rejection, type Result, serverError } from "./check-context.js";
import { fixDsn, splitDsn } from "./dsn.js";
import type { Evaluation } from "./evaluation.js";

/** What a table, or a policy server, answered: an action of access(5). */
export interface AccessResult {
  /** The table or server, as configured. */
  readonly source: string;
  readonly value: string;
  /** What was looked up, for the log. */
  readonly datum: string;
  readonly target: Target;
  readonly evidence?: Evidence;
}

/** How deep lists and results may stand within one another. */
export const MAX_DEPTH = 100;

/**
 * Does what an access map or a policy server says.
 *
 * @param runWords runs a value that is a list of restrictions
 * @see access(5), Postfix smtpd_check.c check_table_result
 */
export function actOn(
  evaluation: Evaluation,
  result: AccessResult,
  runWords: (words: readonly string[]) => Result | Promise<Result>,
): Result | Promise<Result> {
  const { source, value } = result;
  const action = /^[^ \t]*/.exec(value)?.[0] ?? "";
  const text = value.slice(action.length).replace(/^[\t-\r ]+/, "");
  const { evidence } = result;
  if (evidence !== undefined) evaluation.note(() => evidence);
  const known = actions.get(action.toUpperCase());
  if (known !== undefined) return known(evaluation, result, text);
  if (/^\d+$/.test(value)) return "ok";
  if (/^[45]\d\d$/.test(action) && text !== "") {
    return evaluation.reject(rejection(result, Number(action), `${action[0]}.7.1`, text, "Access denied"));
  }
  if (value.includes(":")) {
    evaluation.warn(`access table ${source} has entry with lookup table: ${value}`);
    evaluation.warn("do not specify lookup tables inside SMTPD access maps");
    evaluation.warn("define a restriction class and specify its name instead.");
    return serverError(evaluation, result.evidence);
  }
  if (evaluation.depth > MAX_DEPTH) {
    evaluation.warn(`access table ${source} entry ${value} causes unreasonable recursion`);
    return serverError(evaluation, result.evidence);
  }
  const words = splitOutsideBraces(value);
  if (words.length > 0) return runWords(words);
  evaluation.warn(`access table ${source} entry ${value} has empty value`);
  return "ok";
}

type Action = (evaluation: Evaluation, result: AccessResult, text: string) => Result;

const mapCode = (evaluation: Evaluation, kind: "reject" | "defer") =>
  evaluation.settings.config.int(`access_map_${kind}_code`);

const actions: ReadonlyMap<string, Action> = new Map<string, Action>([
  ["DUNNO", () => "dunno"],
  ["OK", () => "ok"],
  ["RELAY", () => "ok"],
  [
    "REJECT",
    (evaluation, result, text) =>
      evaluation.reject(rejection(result, mapCode(evaluation, "reject"), "5.7.1", text, "Access denied")),
  ],
  [
    "DEFER",
    (evaluation, result, text) =>
      evaluation.reject(rejection(result, mapCode(evaluation, "defer"), "4.7.1", text, "Access denied")),
  ],
  [
    "DEFER_IF_PERMIT",
    (evaluation, result, text) =>
      evaluation.deferIfPermit(rejection(result, mapCode(evaluation, "defer"), "4.7.1", text, "Service unavailable")),
  ],
  [
    "DEFER_IF_REJECT",
    (evaluation, result, text) =>
      evaluation.deferIfReject(rejection(result, mapCode(evaluation, "defer"), "4.7.1", text, "Service unavailable")),
  ],
  ["HANGUP", hangUp],
  ["INFO", logged("info")],
  ["WARN", logged("warn")],
  ["FILTER", delegated("FILTER", (text) => (text.includes(":") ? undefined : "requires transport:destination"))],
  ["REDIRECT", delegated("REDIRECT", needsAddress)],
  ["BCC", delegated("BCC", needsAddress)],
  ["HOLD", withText("HOLD", "dunno")],
  ["DISCARD", withText("DISCARD", "ok")],
  ["PREPEND", prepend],
]);

function rejection(result: AccessResult, code: number, dsn: string, text: string, fallback: string): Rejection {
  const { target, evidence } = result;
  const split = splitDsn(text, dsn);
  return {
    category: "policy",
    code,
    dsn: fixDsn(split.dsn, target.replyClass),
    text: `<${target.name}>: ${target.replyClass} rejected: ${split.text || fallback}`,
    ...(evidence === undefined ? {} : { evidence }),
  };
}

function logged(what: string): Action {
  return (evaluation, _result, text) => {
    evaluation.logEvent(what, text);
    return "dunno";
  };
}

/** Drops the connection without a reply: told as the reply that closes one. */
function hangUp(evaluation: Evaluation, _result: AccessResult, text: string): Result {
  evaluation.logEvent("hangup", text);
  return evaluation.fail({ category: "software", code: 421, dsn: "4.7.0", text: "Connection closed" });
}

/** Before MAIL FROM there is no message that such an action could be of. */
function hasMessage(evaluation: Evaluation, { source }: AccessResult, action: string): boolean {
  if (evaluation.command === "MAIL" || evaluation.command === "RCPT") return true;
  evaluation.warn(
    `access table ${source}: with smtpd_delay_reject=no, action ${action} is always skipped in client or helo restrictions`,
  );
  return false;
}

function needsAddress(text: string): string | undefined {
  return text.includes("@") ? undefined : "requires user@domain target";
}

/** Something done to the message once it is accepted: here only logged. */
function delegated(action: string, faultOf: (text: string) => string | undefined): Action {
  return (evaluation, result, text) => {
    if (!hasMessage(evaluation, result, action)) return "dunno";
    const fault = action === "FILTER" && text === "" ? "has FILTER entry without value" : faultOf(text);
    const { name, replyClass } = result.target;
    if (fault !== undefined) evaluation.warn(`access table ${result.source} entry "${result.datum}" ${fault}`);
    else evaluation.logEvent(action.toLowerCase(), `<${name}>: ${replyClass} triggers ${action} ${text}`);
    return "dunno";
  };
}

function withText(action: "HOLD" | "DISCARD", then: Result): Action {
  return (evaluation, result, text) => {
    if (!hasMessage(evaluation, result, action)) return "dunno";
    const { name, replyClass } = result.target;
    if (action === "DISCARD") evaluation.discard = true;
    if (action !== "HOLD" || !evaluation.hold) {
      evaluation.logEvent(action.toLowerCase(), `<${name}>: ${replyClass} ${text || `triggers ${action} action`}`);
    }
    if (action === "HOLD") evaluation.hold = true;
    return then;
  };
}

const HEADER = /^[!-9;-~]+[\t ]*:/;

function prepend(evaluation: Evaluation, result: AccessResult, text: string): Result {
  if (!hasMessage(evaluation, result, "PREPEND")) return "dunno";
  if (!HEADER.test(text)) {
    evaluation.warn(`access table ${result.source} entry "${result.datum}" requires header: text`);
  }
  return "dunno";
}
