import { type LogText, programOf } from "./log-entry.js";

/** Octets of one field of a journal that are kept, name and all; the rest of a longer one is dropped. */
const MAX_FIELD = 64 * 1024;

const LF = 0x0a;

/** How a journal in its export format begins. */
export const JOURNAL_START = "__CURSOR=";

/**
 * Reads the entries of a journal that have a program and a message. A field is `NAME=value` in a line, or, where its value is not
 * printable, a line with the name, its length in 8 octets, least first, the value, and LF. An empty line ends an entry.
 *
 * Holds one entry's few fields and one chunk.
 *
 * @throws Error where the octets are no journal
 * @see https://systemd.io/JOURNAL_EXPORT_FORMATS
 */
export async function* journalEntries(input: AsyncIterable<Uint8Array>): AsyncGenerator<LogText | undefined> {
  const octets = new OctetReader(input);
  let fields = new Map<string, string>();
  for (let line = await octets.line(); line !== undefined; line = await octets.line()) {
    if (line === "") {
      if (fields.size > 0) yield entryOf(fields);
      fields = new Map();
      continue;
    }
    const equals = line.indexOf("=");
    const name = equals < 0 ? line : line.slice(0, equals);
    const value = equals < 0 ? await octets.counted() : line.slice(equals + 1);
    if (KEPT.has(name)) fields.set(name, value);
  }
  if (fields.size > 0) yield entryOf(fields);
}

const KEPT: ReadonlySet<string> = new Set(["SYSLOG_IDENTIFIER", "MESSAGE", "__REALTIME_TIMESTAMP"]);

function entryOf(fields: ReadonlyMap<string, string>): LogText | undefined {
  const name = fields.get("SYSLOG_IDENTIFIER");
  const text = fields.get("MESSAGE");
  if (name === undefined || text === undefined) return undefined;
  const microseconds = Number(fields.get("__REALTIME_TIMESTAMP"));
  const time = Number.isSafeInteger(microseconds) ? new Date(microseconds / 1000).toISOString() : "";
  return { time, program: programOf(name), text };
}

/** Octets of a stream, asked for by line or by number. */
class OctetReader {
  readonly #input: AsyncIterator<Uint8Array>;
  #held: Buffer = Buffer.alloc(0);

  constructor(input: AsyncIterable<Uint8Array>) {
    this.#input = input[Symbol.asyncIterator]();
  }

  /** A line without its end; undefined at the end of the stream. What is behind 64 KiB of it is dropped. */
  async line(): Promise<string | undefined> {
    let line = "";
    for (;;) {
      const end = this.#held.indexOf(LF);
      const part = end < 0 ? this.#held : this.#held.subarray(0, end);
      if (line.length < MAX_FIELD) line += part.toString("latin1");
      if (end >= 0) {
        this.#held = this.#held.subarray(end + 1);
        return line.slice(0, MAX_FIELD);
      }
      if (!(await this.#more())) return line === "" ? undefined : line;
    }
  }

  /** A value behind its length, and the LF that ends it. */
  async counted(): Promise<string> {
    const length = (await this.#take(8, 8)).readBigUInt64LE();
    if (length > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error("it is no journal: a field is longer than any file");
    const value = await this.#take(Number(length), MAX_FIELD);
    await this.#take(1, 1);
    return value.toString("latin1");
  }

  /** The next octets, of which no more than `most` are kept. */
  async #take(count: number, most: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let kept = 0;
    for (let due = count; due > 0; ) {
      if (this.#held.length === 0 && !(await this.#more())) throw new Error("the journal ends within a field");
      const part = this.#held.subarray(0, due);
      this.#held = this.#held.subarray(part.length);
      due -= part.length;
      const wanted = part.subarray(0, Math.max(0, most - kept));
      kept += wanted.length;
      parts.push(wanted);
    }
    return Buffer.concat(parts);
  }

  async #more(): Promise<boolean> {
    const { value, done } = await this.#input.next();
    if (done === true) return false;
    this.#held = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return true;
  }
}
