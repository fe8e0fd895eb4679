import { type Answer, type Decision, type DnsAnswer, formatAddress, type Question } from "@fromguard/core";
import { evidenceFields } from "./event-lines.js";
import type { LogFields } from "./log.js";

/** A line for who looks for the cause of a decision. */
type DebugLine = readonly [event: string, fields: LogFields];

/** What each rule found, with the id of the decision. */
export function findingLines({ findings }: Decision, trace: string): readonly DebugLine[] {
  return findings.map(({ rule, verdict }) => {
    const { kind, code } = verdict;
    const evidence = kind === "fail" || kind === "unknown" ? verdict.evidence : {};
    const cause = kind === "unknown" ? verdict.cause : undefined;
    return ["finding", { trace, rule, verdict: kind, code, ...evidenceFields(evidence), cause }];
  });
}

/** What DNS answers to a rule, or did before. */
export function dnsLine(type: string, name: string, answer: DnsAnswer<unknown>): DebugLine {
  const { kind } = answer;
  const inWords = (record: unknown) => (typeof record === "string" ? record : JSON.stringify(record));
  const records = kind === "records" ? answer.records.map(inWords) : undefined;
  return ["dns-answer", { type, name, answer: kind, records, cause: kind === "failed" ? answer.cause : undefined }];
}

/** What a source of ownership answers, one line a question, with the line of the source that the answer rests on. */
export function ownershipLines(
  asked: string,
  answers: readonly Answer[],
  { login, questions }: { readonly login: string; readonly questions: readonly Question[] },
): readonly DebugLine[] {
  return answers.map((answer, index) => {
    const question = questions[index];
    const { source } = evidenceFields({ source: asked, ...answer.evidence() });
    const cause = answer.kind === "unknown" ? answer.cause : undefined;
    const address = question && formatAddress(question.address);
    return ["ownership-answer", { login, address, role: question?.role, answer: answer.kind, source, cause }];
  });
}
