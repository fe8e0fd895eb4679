import { cachedResolver, createGuard, type Resolver } from "@fromguard/core";
import { wireResolver } from "@fromguard/node";
import { type Attempt, postfixRestrictions, type Smtpd } from "@fromguard/postfix";
import { Exit, type ExitCode, exitCodes } from "../exit-codes.js";
import type { Io } from "../io.js";
import { PASSWORD_FILE, readAccount } from "../main-cf/accounts.js";
import { actionOf, explainOutcome, outcomeToJson } from "../main-cf/explain-outcome.js";
import { explainSubmission, submissionToJson } from "../main-cf/explain-submission.js";
import { loadMainCf } from "../main-cf/load-main-cf.js";
import { smtpdNamed } from "../main-cf/load-master-cf.js";
import { decideSubmission, loadSubmission } from "../main-cf/local-submission.js";
import { openSmtpd } from "../main-cf/open-smtpd.js";
import { styleFor, visible } from "../report/style.js";
import { checkBatch } from "./batch.js";
import { toExit } from "./load.js";

/** The options of `fromguard check` that go with `--main-cf`. */
export interface MainCfQuestion {
  readonly "main-cf": string;
  readonly service?: string | undefined;
  readonly override?: readonly string[] | undefined;
  readonly "ignore-unknown"?: boolean | undefined;
  readonly "dns-server"?: readonly string[] | undefined;
  readonly login?: string | undefined;
  readonly "local-user"?: string | undefined;
  readonly client?: string | undefined;
  readonly "client-name"?: string | undefined;
  readonly tls?: boolean | undefined;
  readonly helo?: string | undefined;
  readonly sender?: string | undefined;
  readonly recipient?: readonly string[] | undefined;
  readonly json?: boolean | undefined;
  readonly batch?: boolean | undefined;
}

/** A stranger: an address that nobody has (RFC 5737). */
const STRANGER = "192.0.2.1";

/** `fromguard check --main-cf`: the reply that a Postfix with this main.cf gives, and how it comes to it. */
export async function checkMainCf(question: MainCfQuestion, io: Io): Promise<ExitCode> {
  const { "local-user": user } = question;
  if (user !== undefined) return checkLocalUser(user, question, io);
  if ((question.recipient?.length ?? 0) > 1) {
    throw new Exit(
      exitCodes.usage,
      "--recipient stands twice: smtpd answers each by itself; see fromguard check --help",
    );
  }
  const { smtpd, warnings } = await open(question);
  await warn(warnings, io);
  if (question.batch === true) return checkBatch(createGuard({ rules: [postfixRestrictions(smtpd)] }), io);

  const outcome = await smtpd.decide(attemptOf(question, smtpd), { signal: new AbortController().signal });
  await io.stdout.write(
    question.json === true ? `${outcomeToJson(outcome)}\n` : explainOutcome(outcome, styleFor(io.stdout, io.env)),
  );
  return EXITS[actionOf(outcome)];
}

const EXITS = { accept: exitCodes.ok, reject: exitCodes.refused, defer: exitCodes.deferred } as const;

/** What belongs to a session with smtpd, which mail of `sendmail` does not pass. */
const OF_SESSIONS = ["service", "client", "client-name", "helo", "tls", "dns-server", "ignore-unknown"] as const;

async function checkLocalUser(user: string, question: MainCfQuestion, io: Io): Promise<ExitCode> {
  const stray = OF_SESSIONS.find((name) => question[name] !== undefined);
  if (stray !== undefined) {
    throw new Exit(
      exitCodes.usage,
      `--${stray} does not go with --local-user: mail of sendmail passes no smtpd; see fromguard check --help`,
    );
  }
  try {
    const loaded = await loadSubmission(question["main-cf"], question.override ?? []);
    const account = await readAccount(user);
    await warn(loaded.warnings, io);
    if (account.uid === undefined) await warn([`no user ${visible(user)} in ${PASSWORD_FILE}: judged by the name`], io);
    const outcome = await decideSubmission(loaded, account, unbracketed(question.sender ?? ""));
    await io.stdout.write(
      question.json === true
        ? `${submissionToJson(outcome)}\n`
        : explainSubmission(outcome, styleFor(io.stdout, io.env)),
    );
    return EXITS[outcome.action];
  } catch (error) {
    throw toExit(error);
  }
}

async function warn(warnings: readonly string[], io: Io): Promise<void> {
  const style = styleFor(io.stderr, io.env);
  for (const warning of warnings) await io.stderr.write(`${style.yellow("warning:")} ${warning}\n`);
}

async function open(
  question: MainCfQuestion,
): Promise<{ readonly smtpd: Smtpd; readonly warnings: readonly string[] }> {
  const { override: overrides = [], "ignore-unknown": ignoreUnknown = false, "dns-server": servers = [] } = question;
  const dns = resolverOf(servers);
  try {
    const file = question["main-cf"];
    const service = question.service === undefined ? undefined : await smtpdNamed(question.service, file);
    const loaded = await loadMainCf(file, { overrides, service, ignoreUnknown });
    return { smtpd: openSmtpd(loaded, dns), warnings: loaded.warnings };
  } catch (error) {
    throw toExit(error);
  }
}

function resolverOf(servers: readonly string[]): Resolver {
  try {
    return cachedResolver(wireResolver(servers.length === 0 ? {} : { servers }));
  } catch (error) {
    throw new Exit(exitCodes.usage, `--dns-server: ${(error as Error).message}; see fromguard check --help`);
  }
}

function attemptOf(question: MainCfQuestion, { settings }: Smtpd): Attempt {
  const { login = null, client = STRANGER, "client-name": name = "unknown", helo = `[${client}]` } = question;
  const sender = unbracketed(question.sender ?? "");
  const [recipient] = question.recipient ?? [];
  const isInternational = /[^\x00-\x7f]/.test(`${sender}${recipient ?? ""}`);
  return {
    login,
    sender,
    ...(recipient === undefined ? {} : { recipient: unbracketed(recipient) }),
    client: { address: client, name },
    helo,
    ...(question.tls === undefined ? {} : { encrypted: question.tls }),
    smtputf8: isInternational && settings.config.bool("smtputf8_enable"),
  };
}

function unbracketed(address: string): string {
  return /^<.*>$/s.test(address) ? address.slice(1, -1) : address;
}
