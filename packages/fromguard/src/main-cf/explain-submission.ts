import { type Style, visible } from "../report/style.js";
import { toAsciiJson } from "../serve/log.js";
import { describeStep, paintAction } from "./explain-outcome.js";
import type { SubmissionOutcome } from "./local-submission.js";

/** An answer to a local user as one line of JSON: `action`, `stage`, `reply` where he is refused, `trace`. */
export function submissionToJson({ action, reply, trace }: SubmissionOutcome): string {
  return toAsciiJson({ action, stage: "SUBMIT", reply, trace });
}

/** An answer to a local user in words: what he is told, then each parameter that was asked. */
export function explainSubmission({ action, reply, trace }: SubmissionOutcome, style: Style): string {
  const says = reply === undefined ? "" : `  ${visible(reply)}`;
  const by = reply === undefined ? "" : `, says ${trace.at(-1)?.list}`;
  const lines = [`${paintAction(action, style)}${says}`, `${" ".repeat(action.length)}  at sendmail${by}`, ""];
  for (const step of trace) lines.push(`  ${style.bold(step.list)}`, ...describeStep(step, style));
  return `${lines.join("\n")}\n\n`;
}
