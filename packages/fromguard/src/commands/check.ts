import { createReadStream } from "node:fs";
import { type Facts, facts, MAX_MESSAGE_BYTES, type MessageLimits, parseIpAddress, readMessage } from "@fromguard/core";
import { reasonOf } from "../config/config.js";
import { Exit, type ExitCode, exitCodes } from "../exit-codes.js";
import type { Io } from "../io.js";
import { explainInWords } from "../report/explain.js";
import { styleFor } from "../report/style.js";
import { warningsInBrief } from "../report/warnings.js";
import { checkBatch } from "./batch.js";
import { checkMainCf } from "./check-main-cf.js";
import { contextNamed } from "./context.js";
import { exitCodeOf, judge, judgementToJson } from "./judge.js";
import { loadConfig, loadPolicy } from "./load.js";
import { type OptionValues, readOptions } from "./options.js";
import { CHECK } from "./usage/check.js";

/** What makes sense only for a main.cf, or only for a guard. */
const MAIN_CF_ONLY: readonly string[] = ["service", "override", "ignore-unknown", "dns-server", "client-name", "tls"];
const CONFIG_ONLY: readonly string[] = ["config", "set", "context", "message"];
const WITH_BATCH: readonly string[] = ["context", "json", "service", "override", "ignore-unknown", "dns-server"];

type Values = OptionValues<typeof CHECK.options>;

/** `fromguard check`: one decision with its trace, or one a line with `--batch`. */
export async function check(args: readonly string[], io: Io): Promise<ExitCode> {
  const values = readOptions("check", args, CHECK.options);
  const { batch = false, config: _config, set: _set, "main-cf": mainCf, ...transaction } = values;
  const strayHere = mainCf === undefined ? MAIN_CF_ONLY : CONFIG_ONLY;
  const [misplaced] = Object.keys(values).filter((name) => strayHere.includes(name));
  if (misplaced !== undefined)
    throw usage(`--${misplaced} ${mainCf === undefined ? "goes only" : "does not go"} with --main-cf`);
  if (batch) {
    const [stray] = Object.keys(transaction).filter((name) => !WITH_BATCH.includes(name));
    if (stray !== undefined)
      throw usage(`--${stray} does not go with --batch, which reads transactions from its input`);
  } else {
    if (values.sender === undefined) throw usage("--sender is required; the null sender is --sender '<>'");
    if (values.login !== undefined && values["local-user"] !== undefined)
      throw usage("--login and --local-user exclude one another");
    if (values.login === "") throw usage("--login is empty: leave it out where nobody logged in");
    if (values["local-user"] === "")
      throw usage("--local-user is empty: leave it out where the mail came over the network");
    if (values.client !== undefined && parseIpAddress(values.client) === undefined)
      throw usage("--client must be an IP address");
  }
  // A policy server is told of the network's mail, and no header.
  const unseen =
    values.context === undefined
      ? undefined
      : (["message", "local-user"] as const).find((name) => values[name] !== undefined);
  if (unseen !== undefined) throw usage(`--${unseen} does not go with --context: a policy server is not told of it`);
  if (mainCf !== undefined) return checkMainCf({ ...values, "main-cf": mainCf }, io);
  const config = await loadConfig(values, io.env);
  const policy = await loadPolicy(config);
  const { ownership, warnings } = policy;
  const { guard, name: listener } =
    values.context === undefined ? { ...policy, name: undefined } : contextNamed(values.context, config, policy);
  const style = styleFor(io.stderr, io.env);
  const brief = warningsInBrief(warnings, config.document.file);
  if (brief !== undefined) await io.stderr.write(`${style.yellow("warning:")} ${brief}\n`);
  if (batch) return checkBatch(guard, io, { readLimits: config.limits });

  const judgement = await judge(guard, await factsOf(values, listener, config.limits, io), ownership);
  await io.stdout.write(
    values.json === true ? `${judgementToJson(judgement)}\n` : explainInWords(judgement, styleFor(io.stdout, io.env)),
  );
  return exitCodeOf(judgement.decision);
}

async function factsOf(
  values: Values,
  listener: string | undefined,
  limits: MessageLimits,
  io: Io,
): Promise<Partial<Facts>> {
  const { recipient } = values;
  return facts({
    login: values.login ?? null,
    localUser: values["local-user"] ?? null,
    client: values.client ?? null,
    helo: values.helo ?? null,
    ...(listener === undefined ? {} : { listener }),
    envelopeFrom: values.sender ?? "",
    ...(recipient === undefined ? {} : { recipients: recipient }),
    ...(values.message === undefined ? {} : await messageFacts(values.message, limits, io)),
  });
}

async function messageFacts(file: string, limits: MessageLimits, io: Io) {
  const octets = await readAll(file === "-" ? io.stdin : createReadStream(file), file);
  const local = octets.includes(LF) && !octets.includes(CRLF);
  if (local)
    await io.stderr.write(`note: ${file} has the line ends of a file, LF: judged as sendmail sends it, with CRLF\n`);
  const { headers, bodyAnomalies } = readMessage(local ? toWireForm(octets) : octets, limits);
  return { headers, bodyAnomalies };
}

const LF = "\n";
const CRLF = "\r\n";

/** A message in the form in which this machine stores mail becomes what goes over the wire; latin1 keeps every octet. */
function toWireForm(octets: Buffer): Buffer {
  return Buffer.from(octets.toString("latin1").replaceAll(LF, CRLF), "latin1");
}

async function readAll(input: AsyncIterable<Uint8Array>, file: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of input) {
      length += chunk.length;
      if (length > MAX_MESSAGE_BYTES) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw new Exit(exitCodes.missingFile, `${file}: cannot be read: ${reasonOf(error)}`);
  }
  if (length > MAX_MESSAGE_BYTES) {
    throw new Exit(exitCodes.badInput, `${file}: over the limit of ${MAX_MESSAGE_BYTES} octets for a message`);
  }
  return Buffer.concat(chunks);
}

function usage(what: string): Exit {
  return new Exit(exitCodes.usage, `${what}; see fromguard check --help`);
}
