import { basename } from "node:path";
import type { Decision, Evidence, Verdict } from "@fromguard/core";
import { type Style, visible } from "../report/style.js";
import { formatTable } from "../report/table.js";
import type { DemoMessage } from "./scenario.js";
import type { SmtpReply } from "./smtp-client.js";

/** What became of one message. */
export interface DemoResult {
  readonly message: DemoMessage;
  readonly reply: SmtpReply;
  /** What the guard in the submission server decided; undefined where it was not asked. */
  readonly decision: Decision | undefined;
  /** Listeners that answered otherwise than the submission server, in words. */
  readonly disagreements: readonly string[];
}

/** Whether the message got the answer that it should, everywhere. */
export function isAsExpected({ message, reply, decision, disagreements }: DemoResult): boolean {
  const { refusal } = message;
  const answered = refusal === undefined ? reply.code === 250 : reply.code === refusal.smtp;
  const action = refusal === undefined ? "accept" : refusal.smtp >= 500 ? "reject" : "defer";
  const decided = decision?.action === action && (refusal === undefined || decision.code === refusal.code);
  return answered && decided && disagreements.length === 0;
}

/** The table of the demo: who logged in, what he claimed, what he was told, and why. */
export function formatResults(results: readonly DemoResult[], style: Style): string {
  const columns = [
    { title: "", maxWidth: 1 },
    { title: "login", maxWidth: 10 },
    { title: "claims", maxWidth: 48 },
    { title: "SMTP reply", maxWidth: 30 },
    { title: "why", maxWidth: 36 },
  ];
  const rows = results.map((result) => {
    const { message, reply } = result;
    const expected = isAsExpected(result);
    const paint = reply.code < 400 ? style.green : reply.code < 500 ? style.yellow : style.red;
    return [
      { lines: [expected ? "" : "!"], paint: style.red },
      { lines: [message.login] },
      { lines: claimsOf(message), paint: (text: string, line: number) => (line === 0 ? style.bold(text) : text) },
      { lines: [reply.line], paint },
      { lines: [...whyOf(result), ...(expected ? [] : complaintOf(result))] },
    ];
  });
  return formatTable(columns, rows, style.dim);
}

function claimsOf({ what, envelopeFrom, originators }: DemoMessage): readonly string[] {
  const fields = originators.split("\r\n").filter((line) => line !== "");
  return [what, `MAIL FROM:<${envelopeFrom}>`, ...fields.map(visible)];
}

function whyOf({ decision }: DemoResult): readonly string[] {
  if (decision === undefined) return ["the guard was not asked"];
  if (decision.action === "accept") return [];
  const verdict = decision.findings.find(({ verdict }) => verdict.code === decision.code)?.verdict;
  return [decision.code, ...(verdict === undefined ? [] : evidenceOf(verdict))];
}

function evidenceOf(verdict: Verdict): readonly string[] {
  if (verdict.kind === "unknown") return [visible(verdict.cause.split(";", 1)[0] ?? "")];
  if (verdict.kind !== "fail") return [];
  const { evidence } = verdict;
  const subject = [evidence.field, evidence.address].filter((part) => part !== undefined && part !== "").join(": ");
  return [visible(subject), ...sourceOf(evidence)].filter((line) => line !== "");
}

function sourceOf({ file, line, result, detail }: Evidence): readonly string[] {
  if (file !== undefined && line !== undefined) {
    return [visible(`${basename(file)}:${line}${result === undefined ? "" : ` says ${result}`}`)];
  }
  const text = result ?? detail;
  return text === undefined ? [] : [visible(text)];
}

function complaintOf({ message, reply, decision, disagreements }: DemoResult): readonly string[] {
  const { refusal } = message;
  const due = refusal === undefined ? "250" : `${refusal.smtp} with ${refusal.code}`;
  const got = reply.code < 400 ? "accepted" : `${reply.code} with ${decision?.code ?? "no decision"}`;
  return disagreements.length > 0 ? disagreements : [`should have been ${due}, was ${got}`];
}

/** One sentence on all results. */
export function summarize(results: readonly DemoResult[], style: Style): string {
  const count = (from: number, to: number) =>
    results.filter(({ reply }) => reply.code >= from && reply.code < to).length;
  const sums = `${results.length} messages: ${count(200, 400)} accepted, ${count(500, 600)} refused, ${count(400, 500)} deferred`;
  const wrong = results.filter((result) => !isAsExpected(result)).length;
  return wrong === 0
    ? `${style.green(sums)}, each as it should be. The policy, milter and HTTP listeners were asked the same and agree.\n`
    : `${style.red(sums)}; ${wrong} of them not as they should be (marked with !).\n`;
}
