import { type Decision, type Evidence, type Facts, formatReply, type LoginRule, ownerLogin } from "@fromguard/core";
import type { HttpEvent } from "@fromguard/http";
import type { MilterEvent } from "@fromguard/milter";
import type { Refusal } from "@fromguard/node";
import type { PolicyEvent } from "@fromguard/policy";
import type { Reload } from "../config/following.js";
import type { Log, LogFields } from "./log.js";

/** One line of the log. */
export type Line = readonly [level: "info" | "warn", event: string, fields: LogFields];

/** The line with the master user, where the rule parts one from a login: `alice*admin`. */
export function withMaster([level, event, fields]: Line, rule: LoginRule | undefined): Line {
  if (rule === undefined || typeof fields.login !== "string") return [level, event, fields];
  const { login, master } = ownerLogin({ authentication: fields.login }, rule);
  return [level, event, master === undefined ? fields : { ...fields, owner: login, master }];
}

/** The line of a decision with its id. */
export function withTrace([level, event, fields]: Line, trace: string): Line {
  return [level, event, { trace, ...fields }];
}

/** Writes a line. */
export function writeLine(log: Log, [level, event, fields]: Line): void {
  log[level](event, fields);
}

/** What a policy listener tells. */
export function policyLine(event: PolicyEvent): Line {
  const listener = "policy";
  switch (event.kind) {
    case "decided":
      return ["info", "decision", { listener, ...decidedFields(event.decision, event.facts) }];
    case "engine-error":
      return ["warn", "engine-error", { listener, peer: event.peer, cause: describe(event.cause) }];
    case "unknown-context":
      return ["warn", "unknown-context", { listener, peer: event.peer, context: event.context }];
    case "edits-unmade":
      return ["warn", "edits-unmade", { listener, peer: event.peer, edits: event.edits.map(({ kind }) => kind) }];
    case "closed":
      return ["warn", "connection-closed", { listener, peer: event.peer, cause: event.reason }];
    case "refused":
      return refusedLine(listener, event.refusal);
  }
}

/** What a milter listener tells. */
export function milterLine(event: MilterEvent): Line {
  const listener = "milter";
  switch (event.kind) {
    case "decision": {
      const { decision, login, client, envelopeFrom, queueId, insteadOfRefusal } = event;
      const fields = { login, client, envelopeFrom, queueId, instead: insteadOfRefusal };
      return ["info", "decision", { listener, ...decisionFields(decision), ...fields }];
    }
    case "macro-conflict":
    case "handler-error": {
      const { kind, ...fields } = event;
      return ["warn", kind, { listener, ...fields }];
    }
    case "refused":
      return refusedLine(listener, event.refusal);
    default: {
      const { kind, peer, ...fields } = event;
      return ["warn", "connection-closed", { listener, peer, cause: kind, ...fields }];
    }
  }
}

/** What the HTTP listener tells. */
export function httpLine(event: HttpEvent): Line {
  const listener = "http";
  switch (event.kind) {
    case "decided":
      return ["info", "decision", { listener, ...decidedFields(event.decision, event.facts) }];
    case "edits-unmade":
      return ["warn", "edits-unmade", { listener, edits: event.edits.map(({ kind }) => kind) }];
    case "refused":
      return [
        "info",
        "request-refused",
        { listener, peer: event.address, status: event.problem.status, cause: event.problem.detail },
      ];
    case "failed":
      return ["warn", "engine-error", { listener, cause: describe(event.cause) }];
  }
}

/** A connection that was not served. */
export function refusedLine(listener: string, refusal: Refusal): Line {
  const why = refusal.kind === "accept-failed" ? { error: describe(refusal.cause) } : { limit: refusal.limit };
  return ["warn", "connection-refused", { listener, cause: refusal.kind, ...why }];
}

/** A map, grants or a main.cf whose files changed. */
export function reloadLine({ what, kind, source, text, place, warnings }: Reload): Line {
  if (kind === "kept")
    return [
      "warn",
      `${what}-kept`,
      { [what]: source, file: place.file, line: place.line, column: place.column, cause: text },
    ];
  return ["info", `${what}-reloaded`, { [what]: source, warnings: warnings.length === 0 ? undefined : warnings }];
}

/** What a log line says of a decision and of what it rests on. */
export function decidedFields(decision: Decision, facts: Partial<Facts>): LogFields {
  return Object.assign(decisionFields(decision), factFields(facts));
}

/** What a log line says of a decision: the outcome, the rule that decided, and the line of the map that it rests on. */
function decisionFields(decision: Decision): LogFields {
  const { action, code, reply, findings, observed } = decision;
  const decisive = action === "accept" ? undefined : findings.find(({ verdict }) => verdict.code === code);
  const verdict = decisive?.verdict;
  const evidence = verdict?.kind === "fail" || verdict?.kind === "unknown" ? verdict.evidence : {};
  const { field, address, source } = evidenceFields(evidence);
  return {
    action,
    code,
    reply: reply === undefined ? undefined : formatReply(reply),
    rule: decisive?.rule,
    field,
    address,
    source,
    cause: verdict?.kind === "unknown" ? verdict.cause : undefined,
    observed: observed.length === 0 ? undefined : observed.map((finding) => `${finding.rule}:${finding.verdict.code}`),
  };
}

/** What a log line says of that on which something rests. */
export function evidenceFields({ file, line, source, address, field }: Evidence): LogFields {
  return { field, address, source: file !== undefined && line !== undefined ? `${file}:${line}` : source };
}

/** What a log line says of the transaction. */
function factFields({
  login,
  authorisation,
  localUser,
  client,
  helo,
  envelopeFrom,
  recipients,
}: Partial<Facts>): LogFields {
  return {
    login,
    authorisation: authorisation ?? undefined,
    localUser: localUser === null ? undefined : localUser?.name,
    client: client?.address,
    helo,
    envelopeFrom: envelopeFrom?.text,
    recipients: recipients?.map(({ text }) => text),
  };
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
