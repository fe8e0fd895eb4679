import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { FromguardError, linesOf } from "@fromguard/core";
import { reasonOf } from "../config/config.js";
import { JOURNAL_START, journalEntries } from "./journal.js";
import { type LogEntry, type LogText, readLogLine } from "./log-entry.js";

/** Octets of a line; a longer one is passed over, as one that is no entry is. */
const MAX_LINE = 64 * 1024;

/** What was read of a log. */
export interface LogRead {
  readonly lines: number;
  /** Lines that are no entry. */
  readonly strange: number;
}

/**
 * Reads the entries of a log: lines of syslog or of JSON, or a journal as `journalctl -o export` writes it; packed by gzip or not,
 * which its first octets tell. `take` may return a promise, for which the reader waits.
 *
 * @throws FromguardError FG_FILE_UNREADABLE with log and line where the stream fails, or is packed or a journal and breaks off
 */
export async function readLog(
  file: string,
  octets: AsyncIterable<Uint8Array>,
  take: (entry: LogEntry) => undefined | Promise<void>,
): Promise<LogRead> {
  let lines = 0;
  let strange = 0;
  const unreadable = (cause: unknown) =>
    new FromguardError("FG_FILE_UNREADABLE", `cannot be read: ${reasonOf(cause)}`, {
      place: { file, ...(lines === 0 ? {} : { line: lines + 1 }) },
      cause,
    });
  for await (const text of entriesOf(octets, unreadable)) {
    lines++;
    if (text === undefined) strange++;
    else {
      const wait = take({ file, line: lines, ...text });
      if (wait !== undefined) await wait;
    }
  }
  return { lines, strange };
}

/** What fails while octets are read and unpacked is `unreadable`; what whoever takes an entry throws passes it by. */
async function* entriesOf(
  octets: AsyncIterable<Uint8Array>,
  unreadable: (cause: unknown) => Error,
): AsyncGenerator<LogText | undefined> {
  try {
    const packed = await withStart(octets, GZIP.length);
    const plain = packed.start.equals(GZIP) ? unpacked(packed.whole) : packed.whole;
    const { start, whole } = await withStart(plain, JOURNAL_START.length);
    if (start.toString("latin1") === JOURNAL_START) yield* journalEntries(whole);
    else {
      for await (const line of linesOf(whole, MAX_LINE)) {
        yield line.kind === "line" ? readLogLine(textOf(line.octets)) : undefined;
      }
    }
  } catch (cause) {
    throw unreadable(cause);
  }
}

/** One character an octet. */
function textOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
}

const GZIP = Buffer.from([0x1f, 0x8b]);

/** A stream whose failure is told to whoever reads what comes out. */
function unpacked(octets: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const gunzip = createGunzip();
  Readable.from(octets)
    .on("error", (error) => gunzip.destroy(error))
    .pipe(gunzip);
  return gunzip;
}

/** The first octets of a stream, fewer where it has fewer, and the stream with them. */
async function withStart(octets: AsyncIterable<Uint8Array>, count: number) {
  const iterator = octets[Symbol.asyncIterator]();
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length < count) {
    const { value, done } = await iterator.next();
    if (done === true) break;
    chunks.push(value);
    length += value.length;
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield* chunks;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { start: Buffer.concat(chunks).subarray(0, count), whole: whole() };
}
