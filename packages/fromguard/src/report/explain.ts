import {
  type Decision,
  type Edit,
  type Evidence,
  type FactName,
  formatReply,
  type Reach,
  type TraceNode,
  type Verdict,
} from "@fromguard/core";
import type { Judgement, NotRun, Way } from "../commands/judge.js";
import { type Style, visible } from "./style.js";
import { list } from "./words.js";

const MARKS: Readonly<Record<Verdict["kind"], string>> = { pass: "pass", skip: "-", fail: "FAIL", unknown: "?" };

/** A decision in words, for the person who runs the server: what is answered, which rule says so, on what evidence. */
export function explainInWords(judgement: Judgement, style: Style): string {
  const { decision, trace, notRun } = judgement;
  const width = Math.max(...[...trace, ...notRun].map(({ rule }) => rule.length), 0);
  return [
    headline(decision, style),
    "",
    ...trace.flatMap((node) => describeNode(node, width, "  ", style)),
    ...notRun.map((rule) => describeNotRun(rule, width, style)),
    ...decision.observed.map(({ rule, verdict }) => `  seen  ${rule.padEnd(width)}  ${verdict.code}, refuses nothing`),
    ...decision.edits.map((edit) => `  edit  ${describeEdit(edit)}`),
    ...judgement.ways.flatMap((way) => describeWay(way, style)),
    "",
  ].join("\n");
}

/** Lines to paste in a grants file, and whom each lets in beside the one that was asked about. */
function describeWay({ login, address, remedies }: Way, style: Style): readonly string[] {
  const shown = remedies.slice(0, MAX_REMEDIES);
  const width = Math.max(...shown.map(({ line }) => line.length));
  return [
    "",
    `  To let ${visible(login)} send as ${visible(address)}, one of:`,
    ...shown.map(({ kind, line, others }) => {
      const under = kind === "grant" ? "under grants:" : "under groups:";
      return `    ${visible(line).padEnd(width)}  ${style.dim(`${under} lets in ${reachInWords(others)}`)}`;
    }),
  ];
}

/** Groups may be many; the smallest come first. */
const MAX_REMEDIES = 4;
const MAX_PATTERNS = 3;

/** What a change lets in, in words. */
export function reachInWords({ logins, addresses, patterns }: Reach): string {
  const counted = (count: number, one: string, many: string) =>
    count === 0 ? [] : [`${count} more ${count === 1 ? one : many}`];
  const parts = [
    ...counted(logins, "login", "logins"),
    ...counted(addresses, "address", "addresses"),
    ...patterns.slice(0, MAX_PATTERNS),
    ...counted(Math.max(0, patterns.length - MAX_PATTERNS), "pattern", "patterns"),
  ];
  return parts.length === 0 ? "nothing else" : visible(list(parts, "and"));
}

function headline(decision: Decision, style: Style): string {
  const by = decision.findings.find(({ verdict }) => verdict.code === decision.code && verdict.kind !== "skip");
  const why = by === undefined || decision.action === "accept" ? decision.code : `${decision.code}, says ${by.rule}`;
  const word = { accept: style.green("ACCEPT"), reject: style.red("REJECT"), defer: style.yellow("DEFER") }[
    decision.action
  ];
  if (decision.code === "nothing-applied") return `${word}  no rule applied`;
  return decision.reply === undefined ? `${word}  ${why}` : `${word}  ${formatReply(decision.reply)}\n        ${why}`;
}

function describeNode(node: TraceNode, width: number, indent: string, style: Style): readonly string[] {
  const { verdict } = node;
  const mark = MARKS[verdict.kind].padEnd(4);
  const code = verdict.code === "ok" ? "" : verdict.code;
  const line = `${indent}${paint(verdict, style)(mark)}  ${node.rule.padEnd(width)}  ${code}`.trimEnd();
  const below = `${indent}        `;
  return [
    line,
    ...describeVerdict(verdict).map(([label, text]) => `${below}${style.dim(label.padEnd(10))} ${text}`),
    ...node.members.flatMap((member) => describeNode(member, Math.max(0, width - 2), `${indent}  `, style)),
  ];
}

function paint(verdict: Verdict, style: Style): (text: string) => string {
  if (verdict.kind === "fail") return style.red;
  if (verdict.kind === "unknown") return style.yellow;
  return verdict.kind === "pass" ? style.green : style.dim;
}

function describeVerdict(verdict: Verdict): readonly (readonly [label: string, text: string])[] {
  if (verdict.kind === "pass" || verdict.kind === "skip") return [];
  const lines = describeEvidence(verdict.evidence);
  return verdict.kind === "unknown" ? [["cause", visible(verdict.cause)], ...lines] : lines;
}

/** Evidence as labelled lines, in the order in which a reader asks: who, what, where, what would change it. */
export function describeEvidence(evidence: Evidence): readonly (readonly [label: string, text: string])[] {
  const { login, field, address, offset, key, result, captures, detail, remedy, lets } = evidence;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["login", login],
    ["field", field === undefined || offset === undefined ? field : `${field}, octet ${offset}`],
    ["octet", field === undefined && offset !== undefined ? String(offset) : undefined],
    ["address", address],
    ["source", describeSource(evidence)],
    ["key", key === address ? undefined : key],
    ["captures", captures === undefined ? undefined : captures.map((text) => text ?? "(none)").join(", ")],
    ["answer", result],
    ["detail", detail],
    ["to change", remedy],
    ["lets in", lets],
  ];
  return rows.flatMap(([label, text]) => (text === undefined ? [] : [[label, visible(text)] as const]));
}

/** `FILE:LINE  /pattern/`, or the name of the source. */
function describeSource({ source, file, line, pattern }: Evidence): string | undefined {
  const where = file === undefined ? source : line === undefined ? file : `${file}:${line}`;
  return pattern === undefined ? where : `${where ?? ""}  ${pattern}`.trim();
}

const HOW_TO_GIVE: Readonly<Partial<Record<FactName, string>>> = {
  envelopeFrom: "--sender",
  recipients: "--recipient",
  headers: "--message",
  bodyAnomalies: "--message",
};

function describeNotRun({ rule, missing }: NotRun, width: number, style: Style): string {
  const options = [...new Set(missing.flatMap((fact) => HOW_TO_GIVE[fact] ?? []))];
  const give = options.length === 0 ? "" : `: give ${list(options, "and")}`;
  return `  ${style.dim("-   ")}  ${rule.padEnd(width)}  not run, needs ${list(missing, "and")}${give}`;
}

function describeEdit(edit: Edit): string {
  switch (edit.kind) {
    case "add-header":
      return `add at the end of the header: ${visible(`${edit.name}: ${edit.value}`)}`;
    case "prepend-header":
      return `add above the header: ${visible(`${edit.name}: ${edit.value}`)}`;
    case "change-header":
      return `change field ${edit.occurrence} of that name to ${visible(`${edit.name}: ${edit.value}`)}`;
    case "delete-header":
      return `remove field ${edit.occurrence} named ${visible(edit.name)}`;
    case "change-envelope-from":
      return `change the envelope sender to <${visible(edit.address)}>`;
    case "quarantine":
      return `quarantine: ${visible(edit.reason)}`;
  }
}
