import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Decision, formatReply, formatReplyText, type Guard } from "@fromguard/core";
import { readConfig } from "../config/config.js";
import { buildPolicy } from "../config/policy.js";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { Io } from "../io.js";
import { createMetrics } from "../metrics/metrics.js";
import { styleFor } from "../report/style.js";
import { startDaemon } from "../serve/daemon.js";
import type { Log } from "../serve/log.js";
import { servedPolicy } from "../serve/served-policy.js";
import { askMilter } from "./milter-client.js";
import { startNameServer } from "./name-server.js";
import { askPolicy } from "./policy-client.js";
import { connectingLines, type DemoAddresses } from "./postfix-lines.js";
import { type DemoResult, formatResults, isAsExpected, summarize } from "./results.js";
import { type DemoMessage, formatMessage, LOGIN_MAP, MESSAGES, RECIPIENT, USERS, ZONE } from "./scenario.js";
import { logIn, type SmtpClient, type SmtpReply } from "./smtp-client.js";
import { startSubmissionServer } from "./submission-server.js";

/** Options of {@link runDemo}. */
export interface DemoOptions {
  /** Puts another guard in the place of the demo's own: with one that is wrong, the demo must fail. */
  readonly guardOf?: (guard: Guard) => Guard;
}

/**
 * Sends honest mail and forgeries through a submission server with the guard in it, asks the policy, milter and HTTP listeners
 * the same, and prints what became of each. Everything stays on loopback, on ports that the system chooses, and in one
 * temporary folder, which is removed at the end.
 *
 * On a terminal the listeners stay up until the process is asked to stop.
 *
 * @returns 1 where any message got another answer than it should, else 0.
 */
export async function runDemo(io: Io, options: DemoOptions = {}): Promise<ExitCode> {
  const style = styleFor(io.stdout, io.env);
  // Asked for at once, so that Ctrl-C while the messages are sent ends in order too.
  const stop = io.stdout.isTerminal ? io.stopRequested() : undefined;
  const stage = await setUp(options.guardOf ?? ((guard) => guard));
  try {
    await io.stdout.write(introduction(stage.mapFile));
    const results: DemoResult[] = [];
    for (const message of MESSAGES) results.push(await stage.play(message));
    await io.stdout.write(`\n${formatResults(results, style)}${summarize(results, style)}`);
    if (!results.every(isAsExpected)) return exitCodes.refused;
    if (stop !== undefined) {
      await io.stdout.write(`\n${connectingLines(stage.addresses)}`);
      await stop;
    }
    return exitCodes.ok;
  } finally {
    await stage.close();
  }
}

function introduction(mapFile: string): string {
  const map = LOGIN_MAP.trimEnd().replaceAll("\n", "\n  ");
  return `Two users, alice and bob, log in and submit mail. Who may send as whom, from ${mapFile}:

  ${map}
`;
}

interface Stage {
  readonly mapFile: string;
  readonly addresses: DemoAddresses;
  play(message: DemoMessage): Promise<DemoResult>;
  close(): Promise<void>;
}

const SILENT: Log = { info: () => undefined, warn: () => undefined };

/** Starts everything; what was started is stopped again where a later part fails. */
async function setUp(guardOf: (guard: Guard) => Guard): Promise<Stage> {
  const undo: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), "fromguard-demo-"));
    undo.push(() => rm(folder, { recursive: true, force: true }));
    const dns = await startNameServer(ZONE);
    undo.push(dns.close);
    const mapFile = join(folder, "sender_login_maps");
    await writeFile(mapFile, LOGIN_MAP);
    const configFile = join(folder, "fromguard.yaml");
    await writeFile(configFile, configText(dns.address));

    const config = await readConfig(configFile);
    const guard = guardOf((await buildPolicy(config)).guard);
    const served = servedPolicy(config, { guard });
    const daemon = await startDaemon(() => served, { log: SILENT, metrics: createMetrics() });
    undo.push(() => daemon.close({ graceMs: 0 }));
    let last: Decision | undefined;
    const submission = await startSubmissionServer(guard, (event) => {
      if (event.kind === "decided") last = event.decision;
    });
    undo.push(submission.close);

    const addressOf = (kind: string) => daemon.listeners.find((listener) => listener.kind === kind)?.address ?? "";
    const addresses: DemoAddresses = {
      submission: `127.0.0.1:${submission.port}`,
      policy: addressOf("policy"),
      milter: addressOf("milter"),
      http: addressOf("http"),
    };
    const clients = new Map<string, SmtpClient>();
    for (const [user, password] of Object.entries(USERS)) {
      const client = await logIn(submission.port, user, password);
      undo.push(client.quit);
      clients.set(user, client);
    }
    const play = async (message: DemoMessage): Promise<DemoResult> => {
      last = undefined;
      const mail = toSubmission(message);
      const reply = await clientOf(clients, message.login).send(mail);
      const decision = last as Decision | undefined;
      const disagreements = decision === undefined ? [] : await askOthers(addresses, mail, reply, decision);
      return { message, reply, decision, disagreements };
    };
    return { mapFile, addresses, play, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function configText(dnsAddress: string): string {
  return `listeners:
  - policy: 127.0.0.1:0
  - milter: 127.0.0.1:0
  - http: 127.0.0.1:0
ownership:
  - login-map: pcre:sender_login_maps
dns: { servers: ["${dnsAddress}"], timeout-ms: 2000 }
# Nobody reads its log, and what one listener says is compared with what the others do.
trace-id: false
`;
}

function clientOf(clients: ReadonlyMap<string, SmtpClient>, login: string): SmtpClient {
  const client = clients.get(login);
  if (client === undefined) throw new Error(`${login} is no user of the demo`);
  return client;
}

type Mail = ReturnType<typeof toSubmission>;

function toSubmission(message: DemoMessage) {
  return {
    login: message.login,
    mailFrom: `<${message.envelopeFrom}>`,
    recipient: RECIPIENT,
    message: formatMessage(message),
  };
}

/** Asks the other listeners the same; what they answered otherwise, in words. */
async function askOthers(
  addresses: DemoAddresses,
  mail: Mail,
  reply: SmtpReply,
  decision: Decision,
): Promise<string[]> {
  const refusal = decision.reply;
  const line = refusal === undefined ? undefined : formatReply(refusal);
  // A policy service sees the envelope: it refuses what the submission server refuses at MAIL, and nothing else.
  const atMail = reply.at === "MAIL" && refusal !== undefined;
  const policyDue = !atMail
    ? "DUNNO"
    : decision.action === "defer"
      ? `DEFER_IF_PERMIT ${formatReplyText(refusal)}`
      : line;
  const due = { policy: policyDue, milter: line ?? "accept", http: `${decision.action} ${decision.code}` };
  const got = {
    policy: await askPolicy(addresses.policy, { ...mail, sender: mail.mailFrom.slice(1, -1) }),
    milter: await askMilter(addresses.milter, mail),
    http: await askHttp(addresses.http, mail),
  };
  return (["policy", "milter", "http"] as const)
    .filter((kind) => got[kind] !== due[kind])
    .map((kind) => `the ${kind} listener answered ${got[kind]} instead of ${due[kind]}`);
}

async function askHttp(address: string, { login, mailFrom, recipient, message }: Mail): Promise<string> {
  const response = await fetch(`http://${address}/v1/check`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      login,
      client: "127.0.0.1",
      helo: "client.example.com",
      envelopeFrom: mailFrom,
      recipients: [recipient],
      message: Buffer.from(message, "latin1").toString("base64"),
    }),
  });
  const { action, code } = (await response.json()) as { action?: string; code?: string };
  return `${action ?? response.status} ${code ?? ""}`;
}
