import {
  addressFromInternal,
  type Decision,
  type Directory,
  decisionToJson,
  type Explanation,
  type FactName,
  type Facts,
  type Guard,
  type HeaderSection,
  type Remedy,
} from "@fromguard/core";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import { toAsciiJson } from "../serve/log.js";

/** A rule of the policy that the transaction has no facts for. */
export interface NotRun {
  readonly rule: string;
  readonly missing: readonly FactName[];
}

/** A login that may not use an address, and what would let it. */
export interface Way {
  readonly login: string;
  readonly address: string;
  readonly remedies: readonly Remedy[];
}

/** A decision on the facts given, how it came about, and what was left out. */
export interface Judgement extends Explanation {
  readonly notRun: readonly NotRun[];
  /** For each address that a login may not use: the changes that would let it, where a source can tell. */
  readonly ways: readonly Way[];
  /** What was judged: says which codes could not be seen. */
  readonly headers: HeaderSection | undefined;
}

/**
 * Decides within the facts given: a rule that lacks one is named instead of run. Where no rule could run at all, all of them
 * count, and the answer is a deferral.
 */
export async function judge(guard: Guard, facts: Partial<Facts>, ownership?: Directory): Promise<Judgement> {
  const notRun = guard.rules.flatMap(({ name, needs }) => {
    const missing = needs.filter((need) => facts[need] === undefined);
    return missing.length === 0 ? [] : [{ rule: name, missing }];
  });
  const known = (Object.keys(facts) as FactName[]).filter((name) => facts[name] !== undefined);
  const anyRuns = notRun.length < guard.rules.length;
  const within = anyRuns ? guard.within({ name: "check", facts: known, partial: true }) : guard;
  const explained = await within.explain(facts);
  return { ...explained, notRun, ways: waysOf(explained.decision, ownership), headers: facts.headers };
}

function waysOf({ findings }: Decision, ownership: Directory | undefined): readonly Way[] {
  if (ownership?.remedies === undefined) return [];
  const ways = new Map<string, Way>();
  for (const { verdict } of findings) {
    if (verdict.kind !== "fail") continue;
    const { login, address } = verdict.evidence;
    if (login === undefined || address === undefined) continue;
    const remedies = ownership.remedies(login, addressFromInternal(address));
    if (remedies.length > 0) ways.set(`${login} ${address}`, { login, address, remedies });
  }
  return [...ways.values()];
}

/** The exit code that tells a decision: 0 accept, 1 reject, 75 defer. */
export function exitCodeOf(decision: Decision): ExitCode {
  return { accept: exitCodes.ok, reject: exitCodes.refused, defer: exitCodes.deferred }[decision.action];
}

/** A judgement as one line of JSON: the decision with its trace, and `notRun` where rules lacked a fact. */
export function judgementToJson({ decision, trace, notRun, ways, headers }: Judgement): string {
  return toAsciiJson({
    ...decisionToJson(decision, trace, headers),
    ...(notRun.length > 0 ? { notRun } : {}),
    ...(ways.length > 0 ? { ways } : {}),
  });
}
