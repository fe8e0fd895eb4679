import { type Guard, linesOf, type MessageLimits, parseTransaction } from "@fromguard/core";
import { type ExitCode, exitCodes } from "../exit-codes.js";
import type { Io } from "../io.js";
import { toAsciiJson } from "../serve/log.js";
import { judge, judgementToJson } from "./judge.js";

/** The longest line of a batch, in octets: room for a message of 64 MiB in base64. */
const MAX_BATCH_LINE = 96 * 1024 * 1024;

/** Transactions that are judged at the same time, so that one slow DNS answer does not hold up the rest. */
const MAX_IN_FLIGHT = 32;

/** Octets of the lines that are judged at the same time; one line alone may be longer. */
const MAX_OCTETS_IN_FLIGHT = 16 * 1024 * 1024;

/** Limits of {@link checkBatch}. */
export interface BatchLimits {
  /** Octets of a line. Default 96 MiB. */
  readonly maxLine?: number;
  /** Within which messages are read. */
  readonly readLimits?: Partial<MessageLimits>;
}

/**
 * Reads one JSON transaction a line, answers one JSON decision a line in the same order, each as soon as those before it are
 * answered. Memory is bounded: at most 32 lines of 16 MiB in all are in flight, or one longer line.
 *
 * @returns 65 where a line was no transaction (it answers `{"error": ...}`), else 0.
 */
export async function checkBatch(
  guard: Guard,
  io: Io,
  { maxLine = MAX_BATCH_LINE, readLimits = {} }: BatchLimits = {},
): Promise<ExitCode> {
  let worst: ExitCode = exitCodes.ok;
  let written: Promise<void> = Promise.resolve();
  const inFlight: { readonly done: Promise<void>; readonly octets: number }[] = [];
  let octetsInFlight = 0;
  for await (const line of linesOf(io.stdin, maxLine)) {
    const answer =
      line.kind === "line"
        ? answerLine(guard, line.octets, readLimits)
        : Promise.resolve({
            ok: false,
            json: toAsciiJson({ error: `the line is over the limit of ${maxLine} octets` }),
          });
    const before = written;
    written = answer.then(async ({ ok, json }) => {
      await before;
      if (!ok) worst = exitCodes.badInput;
      await io.stdout.write(`${json}\n`);
    });
    // Looked at again when its turn comes, below: until then a failure must not count as unhandled.
    written.catch(() => undefined);
    const octets = line.kind === "line" ? line.octets.length : 0;
    inFlight.push({ done: written, octets });
    octetsInFlight += octets;
    while (inFlight.length >= MAX_IN_FLIGHT || octetsInFlight > MAX_OCTETS_IN_FLIGHT) {
      const oldest = inFlight.shift();
      if (oldest === undefined) break;
      await oldest.done;
      octetsInFlight -= oldest.octets;
    }
  }
  await written;
  return worst;
}

async function answerLine(
  guard: Guard,
  octets: Uint8Array,
  readLimits: Partial<MessageLimits>,
): Promise<{ readonly ok: boolean; readonly json: string }> {
  const parsed = parseLine(octets, readLimits);
  return parsed.ok
    ? { ok: true, json: judgementToJson(await judge(guard, parsed.facts)) }
    : { ok: false, json: toAsciiJson({ error: parsed.error }) };
}

function parseLine(octets: Uint8Array, readLimits: Partial<MessageLimits>): ReturnType<typeof parseTransaction> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(octets));
  } catch (error) {
    return { ok: false, error: error instanceof SyntaxError ? "the line is not JSON" : "the line is not UTF-8" };
  }
  return parseTransaction(json, { readLimits });
}
