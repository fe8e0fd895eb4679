import type { Outcome, TraceStep } from "@fromguard/postfix";
import { describeEvidence } from "../report/explain.js";
import { type Style, visible } from "../report/style.js";
import { toAsciiJson } from "../serve/log.js";

/** What smtpd's reply comes to. */
export type Action = "accept" | "reject" | "defer";

/** The action of a reply, by its first digit. */
export function actionOf({ reply }: Outcome): Action {
  if (reply.startsWith("2")) return "accept";
  return reply.startsWith("5") ? "reject" : "defer";
}

/** An answer of smtpd as one line of JSON: `action`, `stage`, `reply`, `trace`, `log`. */
export function outcomeToJson(outcome: Outcome): string {
  const { stage, reply, trace, log, policyRequest } = outcome;
  const asked = policyRequest === undefined ? {} : { policyRequest };
  return toAsciiJson({ action: actionOf(outcome), stage, reply, trace, ...asked, log });
}

/** An answer of smtpd in words: the reply, then every restriction that was evaluated, list by list, and what it logs. */
export function explainOutcome(outcome: Outcome, style: Style): string {
  const { trace, log } = outcome;
  const lines = [...headline(outcome, style), ""];
  for (const [at, step] of trace.entries()) {
    if (step.list !== trace[at - 1]?.list) lines.push(`  ${style.bold(visible(step.list))}`);
    lines.push(...describeStep(step, style));
  }
  if (trace.length === 0) lines.push("  no restriction was evaluated");
  if (log.length > 0) lines.push("", `  ${style.bold("log")}`, ...log.map((line) => `    ${visible(line)}`));
  return `${lines.join("\n")}\n\n`;
}

function headline(outcome: Outcome, style: Style): readonly string[] {
  const action = actionOf(outcome);
  const by = outcome.trace.findLast(({ result }) => result === "reject");
  const where = `${" ".repeat(action.length)}  at ${outcome.stage === "MAIL" ? "MAIL FROM" : "RCPT TO"}`;
  const why =
    action === "accept" || by === undefined ? where : `${where}, says ${visible(by.restriction)} of ${by.list}`;
  return [`${paintAction(action, style)}  ${visible(outcome.reply)}`, why];
}

/** The action as the word that an answer begins with. */
export function paintAction(action: Action, style: Style): string {
  return { accept: style.green("ACCEPT"), reject: style.red("REJECT"), defer: style.yellow("DEFER") }[action];
}

const MARKS: Readonly<Record<TraceStep["result"], string>> = {
  ok: "ok",
  dunno: "-",
  reject: "FAIL",
  warning: "warn",
  remembered: "wait",
};

/** A restriction that was evaluated, and what it came to, in lines. */
export function describeStep({ restriction, result, reply, evidence }: TraceStep, style: Style): readonly string[] {
  const paint = {
    ok: style.green,
    dunno: style.dim,
    reject: style.red,
    warning: style.yellow,
    remembered: style.yellow,
  };
  const rows = [
    ...(reply === undefined ? [] : [["reply", visible(reply)] as const]),
    ...(evidence === undefined ? [] : describeEvidence(evidence)),
  ];
  return [
    `    ${paint[result](MARKS[result].padEnd(4))}  ${visible(restriction)}`,
    ...rows.map(([label, text]) => `            ${style.dim(label.padEnd(10))} ${text}`),
  ];
}
