import type { HeaderSection } from "../headers/section.js";
import type { TraceNode } from "../rule/rule.js";
import type { Decision, Finding } from "../verdict/decision.js";
import type { Edit } from "../verdict/edit.js";
import type { Reply } from "../verdict/reply.js";
import type { Verdict } from "../verdict/verdict.js";
import type { Mutable } from "./mutable.js";

/** What JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One rule's verdict in JSON. */
export interface FindingJson {
  readonly rule: string;
  readonly kind: Verdict["kind"];
  readonly code: string;
  /** Only of a `fail`: the SMTP reply that it would send. */
  readonly reply?: Reply;
  /** Only of a `fail` or `unknown` that has some; see {@link Evidence}. For the operator: it may list owners. */
  readonly evidence?: { readonly [key: string]: Json };
  /** Only of an `unknown`: what went wrong. For the operator: it may be the text of an exception. */
  readonly cause?: string;
}

/** One node of a trace in JSON. */
export interface TraceJson extends FindingJson {
  readonly members: readonly TraceJson[];
}

/** A decision in JSON: what `fromguard check --json` prints and `POST /v1/check` answers. */
export interface DecisionJson {
  readonly action: Decision["action"];
  /** The code that decided; `ok`, or `nothing-applied` where every rule skipped. */
  readonly code: string;
  /** What the client is told; null with `accept`. */
  readonly reply: Reply | null;
  readonly edits: readonly Edit[];
  /** In the order of the policy. Behind a rejection nothing more is asked, except under a trace. */
  readonly findings: readonly FindingJson[];
  /** Failures that refuse nothing. */
  readonly observed: readonly FindingJson[];
  /** Codes that could not be seen, since the message came as a list of fields; absent where there are none. */
  readonly blindTo?: readonly string[];
  readonly trace?: readonly TraceJson[];
}

/**
 * Writes a decision as plain data, with keys in one order, so that equal decisions give equal JSON text.
 *
 * Text from the network is kept as it is (JSON escapes it), except that a lone surrogate, which no UTF-8 can carry, becomes
 * U+FFFD. What JSON cannot hold, in evidence of a caller's own rule, becomes text. Never throws.
 *
 * `evidence: false` leaves evidence and causes out, and does not build them: for who must not learn whose an address is, nor what an
 * exception says.
 */
export function decisionToJson(
  decision: Decision,
  trace?: readonly TraceNode[],
  headers?: HeaderSection,
  { evidence = true }: { readonly evidence?: boolean } = {},
): DecisionJson {
  const toJson = evidence ? findingToJson : withoutEvidence;
  // Property by property: an object that is made by spreading others is slow to write as JSON.
  const json: Mutable<DecisionJson> = {
    action: decision.action,
    code: wellFormed(decision.code),
    reply: decision.reply === undefined ? null : replyToJson(decision.reply),
    edits: decision.edits.map((edit) => plainRecord(edit) as unknown as Edit),
    findings: decision.findings.map(toJson),
    observed: decision.observed.map(toJson),
  };
  const blindTo = headers?.blindTo ?? [];
  if (blindTo.length > 0) json.blindTo = blindTo;
  if (trace !== undefined) json.trace = trace.map((node) => nodeToJson(node, toJson));
  return json;
}

function findingToJson(finding: Finding): FindingJson {
  const { verdict } = finding;
  const json = withoutEvidence(finding);
  if (verdict.kind !== "fail" && verdict.kind !== "unknown") return json;
  const evidence = plainRecord(verdict.evidence);
  if (Object.keys(evidence).length > 0) json.evidence = evidence;
  if (verdict.kind === "unknown") json.cause = wellFormed(verdict.cause);
  return json;
}

function withoutEvidence({ rule, verdict }: Finding): Mutable<FindingJson> {
  const json: Mutable<FindingJson> = { rule: wellFormed(rule), kind: verdict.kind, code: wellFormed(verdict.code) };
  if (verdict.kind === "fail") json.reply = replyToJson(verdict.reply);
  return json;
}

function nodeToJson(node: TraceNode, toJson: (finding: Finding) => FindingJson): TraceJson {
  return { ...toJson(node), members: node.members.map((member) => nodeToJson(member, toJson)) };
}

function replyToJson({ code, enhanced, text }: Reply): Reply {
  return { code, enhanced: wellFormed(enhanced), text: wellFormed(text) };
}

/** The depth behind which evidence is cut off; a cycle ends here too. */
const MAX_DEPTH = 8;

function plainRecord(value: object, depth = 0): { readonly [key: string]: Json } {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries.map(([key, member]) => [wellFormed(key), plain(member, depth + 1)]));
}

function plain(value: unknown, depth: number): Json {
  if (typeof value === "string") return wellFormed(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "boolean" || value === null) return value;
  if (typeof value !== "object") return String(value);
  if (depth > MAX_DEPTH) return "...";
  return Array.isArray(value) ? value.map((member) => plain(member, depth + 1)) : plainRecord(value, depth);
}

function wellFormed(text: string): string {
  return text.toWellFormed();
}
