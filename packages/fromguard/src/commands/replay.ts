import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { addressFromInternal, isFromguardError } from "@fromguard/core";
import { reasonOf } from "../config/config.js";
import { Exit, type ExitCode, exitCodes } from "../exit-codes.js";
import type { Io } from "../io.js";
import { type LogFile, type Replayed, replay as replayLogs } from "../replay/replay.js";
import { progressOn } from "../report/progress.js";
import { isNoLog, replayInWords, replayToJson } from "../report/replay.js";
import { styleFor } from "../report/style.js";
import { warningsInBrief } from "../report/warnings.js";
import { loadConfig, loadPolicy } from "./load.js";
import { readFilesAndOptions } from "./options.js";
import { REPLAY } from "./usage/postfix.js";

/** `fromguard replay`: what the policy would have done with the messages of mail logs. 1 where it would have refused some, 75 where it could not tell of some, or what it read was no log. */
export async function replay(args: readonly string[], io: Io): Promise<ExitCode> {
  const { files, values } = readFilesAndOptions("replay", args, REPLAY.options, "LOG");
  const logs = await inOrder(files);
  const config = await loadConfig(values, io.env);
  const { guard, ownership, warnings } = await loadPolicy(config);
  const style = styleFor(io.stderr, io.env);
  const brief = warningsInBrief(warnings, config.document.file);
  if (brief !== undefined) await io.stderr.write(`${style.yellow("warning:")} ${brief}\n`);
  const progress = progressOn(
    io.stderr,
    logs.reduce((total, { size }) => total + size, 0),
  );
  let replayed: Replayed;
  try {
    replayed = await replayLogs(guard, opened(logs, io, progress.read), {
      readLimits: config.limits,
      onLines: progress.lines,
    });
  } catch (error) {
    // The policy is loaded by now: what cannot be read is a log.
    if (!isFromguardError(error)) throw error;
    throw new Exit(exitCodes.missingFile, error.message);
  } finally {
    progress.end();
  }
  const groups = replayed.causes.groups(
    (login, address) => ownership?.remedies?.(login, addressFromInternal(address)) ?? [],
  );
  await io.stdout.write(
    values.json === true
      ? `${replayToJson(replayed, groups)}\n`
      : replayInWords(replayed, groups, styleFor(io.stdout, io.env)),
  );
  const { taken } = replayed;
  if (isNoLog(replayed)) return exitCodes.deferred;
  return taken.reject > 0 ? exitCodes.refused : taken.defer > 0 ? exitCodes.deferred : exitCodes.ok;
}

interface Log {
  readonly name: string;
  /** In octets; 0 of standard input. */
  readonly size: number;
  /** When it was last written to. */
  readonly written: number;
}

/** The logs in the order in which they were written, so that a message that is spread over two is put together. Standard input is the last. */
async function inOrder(files: readonly string[]): Promise<readonly Log[]> {
  const logs: Log[] = [];
  for (const name of files) {
    if (name === "-") {
      logs.push({ name, size: 0, written: Number.POSITIVE_INFINITY });
      continue;
    }
    try {
      const { size, mtimeMs } = await stat(name);
      logs.push({ name, size, written: mtimeMs });
    } catch (error) {
      throw new Exit(exitCodes.missingFile, `${name}: cannot be read: ${reasonOf(error)}`);
    }
  }
  return logs.sort((a, b) => (a.written === b.written ? 0 : a.written - b.written));
}

function* opened(logs: readonly Log[], io: Io, onRead: (octets: number) => void): Generator<LogFile> {
  for (const { name } of logs) {
    yield { name, octets: counted(name === "-" ? io.stdin : createReadStream(name), onRead) };
  }
}

async function* counted(
  octets: AsyncIterable<Uint8Array>,
  onRead: (octets: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of octets) {
    onRead(chunk.length);
    yield chunk;
  }
}
