import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LogEntry } from "../../src/replay/log-entry.js";
import { readLog } from "../../src/replay/read-log.js";

async function* inParts(octets: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size);
}

async function read(octets: Buffer, size = octets.length) {
  const entries: LogEntry[] = [];
  const told = await readLog("log", inParts(octets, Math.max(1, size)), (entry) => {
    entries.push(entry);
    return undefined;
  });
  return { ...told, entries };
}

const SYSLOG = [
  "Nov  3 04:05:06 mx postfix/submission/smtpd[12]: 4F1B2: client=c.test[192.0.2.1]",
  "2026-11-03T04:05:06.123456+00:00 mx postfix/qmgr[3]: 4F1B2: removed",
  "what is this?",
  '{"level":"info"}',
].join("\n");

const TEXTS = [
  ["Nov  3 04:05:06", "smtpd", "4F1B2: client=c.test[192.0.2.1]"],
  ["2026-11-03T04:05:06.123456+00:00", "qmgr", "4F1B2: removed"],
  ["", "fromguard", '{"level":"info"}'],
];

/** A field in the form for values that are not printable. */
function counted(name: string, value: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(value.length));
  return Buffer.concat([Buffer.from(`${name}\n`), length, value, Buffer.from("\n")]);
}

const JOURNAL = Buffer.concat([
  Buffer.from(
    "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1793678706000000\nSYSLOG_IDENTIFIER=postfix/qmgr\nMESSAGE=4F1B2: removed\n\n",
  ),
  Buffer.from("__CURSOR=s=2\n__REALTIME_TIMESTAMP=1793678707000000\nSYSLOG_IDENTIFIER=kernel\n\n"),
  Buffer.from("__CURSOR=s=3\n__REALTIME_TIMESTAMP=1793678708000000\nSYSLOG_IDENTIFIER=postfix/smtpd\n"),
  counted("MESSAGE", Buffer.from("one\n\nMESSAGE=two")),
  Buffer.from("\n"),
]);

const FROM_JOURNAL = [
  ["2026-11-03T04:05:06.000Z", "qmgr", "4F1B2: removed"],
  ["2026-11-03T04:05:08.000Z", "smtpd", "one\n\nMESSAGE=two"],
];

const texts = (entries: readonly LogEntry[]) => entries.map(({ time, program, text }) => [time, program, text]);

describe("a log", () => {
  it("is lines of syslog in both forms, and of JSON; what is neither is counted", async () => {
    const { entries, lines, strange } = await read(Buffer.from(SYSLOG));
    expect([texts(entries), lines, strange]).toEqual([TEXTS, 4, 1]);
    expect(entries.map(({ file, line }) => `${file}:${line}`)).toEqual(["log:1", "log:2", "log:4"]);
  });

  it("may be a journal, whose values may hold line ends; entries without a message are counted", async () => {
    const { entries, lines, strange } = await read(JOURNAL);
    expect([texts(entries), lines, strange]).toEqual([FROM_JOURNAL, 3, 1]);
  });

  it.each([
    ["lines", Buffer.from(SYSLOG), TEXTS],
    ["a journal", JOURNAL, FROM_JOURNAL],
    ["packed lines", gzipSync(SYSLOG), TEXTS],
    ["a packed journal", gzipSync(JOURNAL), FROM_JOURNAL],
    ["packed lines in two parts", Buffer.concat([gzipSync(SYSLOG.slice(0, 50)), gzipSync(SYSLOG.slice(50))]), TEXTS],
  ])("%s come out the same however they arrive", async (_what, octets, expected) => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: octets.length }), async (size) => {
        expect(texts((await read(octets, size)).entries)).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });

  it("is nothing where it is empty", async () => {
    expect(await read(Buffer.alloc(0))).toEqual({ entries: [], lines: 0, strange: 0 });
  });

  it.each([
    ["a packed log that breaks off", gzipSync(SYSLOG.repeat(100)).subarray(0, -9), /unexpected end of file/],
    ["a journal that breaks off", JOURNAL.subarray(0, -10), /ends within a field/],
    [
      "a field longer than any file",
      Buffer.concat([Buffer.from("__CURSOR=1\nMESSAGE\n"), Buffer.alloc(8, 0xff)]),
      /no journal/,
    ],
  ])("%s is an error", async (_what, octets, error) => {
    await expect(read(octets, 7)).rejects.toThrow(error);
  });

  it("keeps 64 KiB of a value, and passes over a longer line", async () => {
    const long = "x".repeat(100_000);
    const journal = Buffer.concat([
      Buffer.from(`__CURSOR=1\nSYSLOG_IDENTIFIER=postfix/smtpd\nOTHER=${long}\n`),
      counted("MESSAGE", Buffer.from(long)),
      Buffer.from("\n"),
    ]);
    expect((await read(journal, 1000)).entries[0]?.text.length).toBe(64 * 1024);
    expect(await read(Buffer.from(`Nov  3 04:05:06 mx postfix/smtpd[1]: ${long}\n`))).toMatchObject({
      entries: [],
      strange: 1,
    });
  });
});
