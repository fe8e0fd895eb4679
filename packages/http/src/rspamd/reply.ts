import {
  absurd,
  type Code,
  type Decision,
  type Evidence,
  type Facts,
  type Finding,
  printable,
  TRY_LATER,
} from "@fromguard/core";
import { type MilterBlock, milterBlock } from "./milter-block.js";
import type { CheckOptions } from "./request.js";

/** One finding in the words of Rspamd. */
export interface SymbolJson {
  readonly name: string;
  readonly score: number;
  readonly metric_score: number;
  readonly options: readonly string[];
}

/** What Rspamd answers, of it what its clients read. */
export interface CheckReply {
  readonly is_skipped: false;
  readonly score: number;
  readonly required_score: number;
  readonly action: "no action" | "soft reject" | "reject";
  readonly symbols: Readonly<Record<string, SymbolJson>>;
  readonly messages: { readonly smtp_message?: string };
  readonly milter?: MilterBlock;
}

/** A decision as a client of Rspamd is told it. `unmade`: it has edits that not every client makes, so that it became a deferral. */
export interface Told {
  readonly reply: CheckReply;
  readonly unmade: boolean;
}

/** Rspamd's own threshold of `reject`, at which a message with a code of ours stands. */
const REQUIRED_SCORE = 15;

/**
 * What a decision is in the words of Rspamd.
 *
 * A score of the policy gives its members as symbols with their weights. Every other finding that refuses is the symbol
 * `FROMGUARD_` and its code, with the score of a rejection, or 0 where it defers or is only observed. The score reaches
 * `required_score` exactly where the action is `reject`. Rspamd's milter puts 554 5.7.1 or 451 4.7.1 before the text, so that
 * the text comes without our codes.
 *
 * @param withEvidence Whether the options say what a finding rests on, which may name owners.
 */
export function checkReply(
  decision: Decision,
  { headers }: Partial<Facts>,
  options: CheckOptions,
  withEvidence: boolean,
): Told {
  const symbols = symbolsOf(decision, withEvidence);
  switch (decision.action) {
    case "reject":
      return { reply: replyOf("reject", symbols, decision.reply?.text ?? ""), unmade: false };
    case "defer":
      return { reply: replyOf("soft reject", symbols, decision.reply?.text ?? TRY_LATER.text), unmade: false };
    case "accept": {
      if (decision.edits.length === 0) return { reply: replyOf("no action", symbols), unmade: false };
      const milter = milterBlock(decision.edits, headers, options.isMilter);
      if (milter === undefined) return { reply: softReject(symbols), unmade: true };
      const action = milter.reject === undefined ? "no action" : "reject";
      return { reply: { ...replyOf(action, symbols, reasonOf(decision)), milter }, unmade: false };
    }
    default:
      return absurd(decision.action);
  }
}

/** The deferral for whatever could not be read or decided, or not be made. */
export function softReject(symbols: readonly SymbolJson[] = []): CheckReply {
  return replyOf("soft reject", symbols, TRY_LATER.text);
}

function replyOf(action: CheckReply["action"], found: readonly SymbolJson[], message = ""): CheckReply {
  const points = found.reduce((sum, { score }) => sum + score, 0);
  const isRejected = action === "reject";
  const score = isRejected && points === 0 ? REQUIRED_SCORE : points;
  return {
    is_skipped: false,
    score,
    required_score: isRejected ? Math.min(REQUIRED_SCORE, score) : Math.max(REQUIRED_SCORE, score + 1),
    action,
    symbols: Object.fromEntries(found.map((symbol) => [symbol.name, symbol])),
    messages: message === "" ? {} : { smtp_message: printable(message) },
  };
}

function reasonOf({ edits }: Decision): string {
  const held = edits.find((edit) => edit.kind === "quarantine");
  return held?.reason ?? "";
}

/** The codes of a score. */
const SCORES: ReadonlySet<string> = new Set<Code>(["score-reject", "score-defer"]);
const NO_EVIDENCE: Evidence = {};

function symbolsOf(decision: Decision, withEvidence: boolean): readonly SymbolJson[] {
  const merged = new Map<string, SymbolJson>();
  const add = (name: string, score: number, options: readonly string[]) => {
    const before = merged.get(name);
    const total = (before?.score ?? 0) + score;
    merged.set(name, { name, score: total, metric_score: total, options: [...(before?.options ?? []), ...options] });
  };
  const addFinding = ({ verdict }: Finding, refuses: boolean) => {
    if (verdict.kind !== "fail" && verdict.kind !== "unknown") return;
    // Evidence is built when it is read, so it is read only where it may be told, and of a score, whose points it holds.
    const evidence = withEvidence || SCORES.has(verdict.code) ? verdict.evidence : NO_EVIDENCE;
    const { symbols: weights, members } = evidence;
    const options = (about = NO_EVIDENCE) => (withEvidence ? optionsOf(about) : []);
    if (weights === undefined) {
      const rejects = refuses && verdict.kind === "fail" && verdict.reply.code >= 500;
      add(`FROMGUARD_${symbolName(verdict.code)}`, rejects ? REQUIRED_SCORE : 0, options(evidence));
      return;
    }
    for (const [name, weight] of Object.entries(weights))
      add(symbolName(name), refuses ? weight : 0, options(members?.[name]));
  };
  for (const finding of decision.findings) addFinding(finding, true);
  for (const finding of decision.observed) addFinding(finding, false);
  return [...merged.values()];
}

/** A rule or a code as Rspamd writes symbols: `from-not-owned` is `FROM_NOT_OWNED`. */
function symbolName(word: string): string {
  return printable(word)
    .toUpperCase()
    .replace(/[^A-Z0-9_]/g, "_");
}

const MAX_OPTION = 256;

/** Evidence as `key=value`, printable: options end up in headers and logs of others. */
function optionsOf(evidence: Evidence): readonly string[] {
  return Object.entries(evidence).map(([key, value]) => {
    const shown = typeof value === "object" ? JSON.stringify(value) : String(value);
    return printable(`${key}=${shown}`, MAX_OPTION);
  });
}
