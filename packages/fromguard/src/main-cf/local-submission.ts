import {
  type Account,
  type LocalSubmission,
  loadLocalSubmission,
  type MainCf,
  type SubmissionAnswer,
  type TraceStep,
} from "@fromguard/postfix";
import type { Action } from "./explain-outcome.js";
import { failuresOf, namedIn, readMainCfFile } from "./load-main-cf.js";
import { tableOpener } from "./open-tables.js";

/** What `sendmail` answers a user of this machine. */
export interface SubmissionOutcome {
  readonly action: Action;
  /** What the user is told; undefined where the mail is taken. */
  readonly reply: string | undefined;
  /** The parameters that were asked, in order. */
  readonly trace: readonly TraceStep[];
}

/** A main.cf, what it lets the users of its machine do, and what is wrong with it; one sentence each. */
export interface LoadedSubmission {
  readonly config: MainCf;
  readonly submission: LocalSubmission;
  readonly warnings: readonly string[];
}

/**
 * Reads main.cf and opens the tables of local submission. One that cannot be opened is a warning, and answers every lookup with an
 * error.
 *
 * @throws FromguardError as `readMainCfFile`, and where `postdrop` takes no mail of anybody
 */
export async function loadSubmission(file: string, overrides: readonly string[]): Promise<LoadedSubmission> {
  const { config, warnings } = await readMainCfFile(file, { overrides });
  const { openTable, readFile, broken } = tableOpener(config.get("queue_directory"));
  const loaded = await loadLocalSubmission(config, { openTable, readFile });
  return {
    config,
    submission: loaded.submission,
    warnings: [...warnings, ...loaded.warnings.map(({ text }) => text), ...failuresOf(namedIn(config, broken))],
  };
}

/**
 * Whether a user may submit mail, and if so, with this envelope sender.
 *
 * @param sender in internal form, empty for the null sender
 */
export async function decideSubmission(
  { config, submission }: LoadedSubmission,
  account: Account,
  sender: string,
): Promise<SubmissionOutcome> {
  const { name = account.uid === undefined ? "unknown" : `uid:${account.uid}` } = account;
  const shown = sender === "" ? "the null sender" : sender;
  const questions = [
    {
      parameter: "authorized_submit_users",
      ask: () => submission.maySubmit(account),
      remedy: `let authorized_submit_users have ${account.name ?? "unknown"}`,
    },
    {
      parameter: "local_login_sender_maps",
      ask: () => submission.mayUse(account, sender),
      remedy: `let local_login_sender_maps give ${shown} to ${name}`,
    },
  ];
  const trace: TraceStep[] = [];
  for (const { parameter, ask, remedy } of questions) {
    const answer = await ask();
    trace.push(stepOf(parameter, config, answer, remedy));
    if (answer.kind === "allowed") continue;
    return { action: answer.kind === "refused" ? "reject" : "defer", reply: answer.text, trace };
  }
  return { action: "accept", reply: undefined, trace };
}

function stepOf(parameter: string, config: MainCf, answer: SubmissionAnswer, remedy: string): TraceStep {
  const step = { list: parameter, restriction: config.get(parameter) };
  const { file, line } = config.place(parameter);
  const place = file === undefined || line === undefined ? { source: BUILT_IN } : { file, line };
  switch (answer.kind) {
    case "allowed":
      return { ...step, result: "ok", evidence: place };
    case "refused":
      return { ...step, result: "reject", reply: answer.text, evidence: { ...place, remedy } };
    case "unknown":
      return { ...step, result: "reject", reply: answer.text, evidence: { ...place, detail: answer.cause } };
  }
}

/** Where a parameter is set that main.cf does not set. */
const BUILT_IN = "no line of main.cf";
