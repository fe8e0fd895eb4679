import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyCharacter } from "../../../test/support/any-character.js";
import {
  type Answer,
  answerFault,
  type Command,
  createMilterSession,
  decodeAnswer,
  decodeCommand,
  encodeAnswer,
  encodeCommand,
  encodeFrame,
  type Frame,
  FrameReader,
  formatMilterReply,
  MAX_FRAME,
  type MilterVerdict,
  replyTextFault,
} from "../src/index.js";
import { frameOf } from "./recorded.js";

/** Octets as latin1, without NUL. */
const text = fc.string({
  unit: fc.integer({ min: 1, max: 255 }).map((octet) => String.fromCharCode(octet)),
  maxLength: 30,
});
const octets = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const without = (value: Buffer) => Buffer.from(value.filter((octet) => octet !== 0));

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ kind: fc.constant("negotiate" as const), version: u32, actions: u32, steps: u32 }),
  fc.record({
    kind: fc.constant("macros" as const),
    stage: fc.constantFrom("C", "M", "z"),
    macros: fc.array(fc.tuple(text, text), { maxLength: 4 }),
  }),
  fc.record({
    kind: fc.constant("connect" as const),
    name: text,
    family: fc.constantFrom("4" as const, "6" as const, "L" as const),
    port: fc.integer({ min: 0, max: 0xffff }),
    address: text,
  }),
  fc.record({
    kind: fc.constant("connect" as const),
    name: text,
    family: fc.constant("U" as const),
    port: fc.constant(0),
    address: fc.constant(""),
  }),
  fc.record({ kind: fc.constant("helo" as const), name: text }),
  fc.record({ kind: fc.constant("mail" as const), sender: text, args: fc.array(text, { maxLength: 3 }) }),
  fc.record({ kind: fc.constant("rcpt" as const), recipient: text, args: fc.array(text, { maxLength: 3 }) }),
  fc.record({ kind: fc.constant("unknown" as const), text }),
  fc.record({
    kind: fc.constant("header" as const),
    name: text.filter((name) => name !== ""),
    value: octets.map(without),
  }),
  fc.record({ kind: fc.constantFrom("body" as const, "eom" as const), chunk: octets }),
  fc.constantFrom<Command>(...(["data", "eoh", "abort", "quit", "quit-nc"] as const).map((kind) => ({ kind }))),
);

const answer: fc.Arbitrary<Answer> = fc.oneof(
  fc.constantFrom<Answer>(
    ...(["continue", "accept", "reject", "tempfail", "discard", "skip", "progress", "shutdown"] as const).map(
      (kind) => ({ kind }),
    ),
  ),
  text.map((line): Answer => ({ kind: "reply", text: `550 5.7.1 ${line}` })),
  fc.record({ kind: fc.constant("add-header" as const), name: text, value: text }),
  fc.record({
    kind: fc.constantFrom("insert-header" as const, "change-header" as const),
    index: u32,
    name: text,
    value: text,
  }),
  fc.record({ kind: fc.constant("change-sender" as const), address: text, args: text }),
  fc.record({ kind: fc.constantFrom("add-recipient" as const, "delete-recipient" as const), address: text }),
  fc.record({ kind: fc.constant("replace-body" as const), chunk: octets }),
  fc.record({ kind: fc.constant("quarantine" as const), reason: text }),
);

/** Frames that are near to ones that an MTA sends. */
const wild = fc.oneof(
  { weight: 4, arbitrary: command.map((value) => encodeCommand(value)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(..."ODCHMRTULNBEAQKz\0"), octets)
      .map(([octet, data]) => encodeFrame(octet, data)),
  },
);

describe("codec laws", () => {
  test("a command decodes to what was encoded", () => {
    fc.assert(
      fc.property(command, (value) => {
        expect(decodeCommand(frameOf(encodeCommand(value)))).toEqual({ ok: true, value });
      }),
    );
  });

  test("an answer decodes to what was encoded, or is refused with its fault", () => {
    fc.assert(
      fc.property(answer, (value) => {
        if (answerFault(value) === undefined) {
          expect(decodeAnswer(frameOf(encodeAnswer(value)))).toEqual({ ok: true, value });
        } else {
          expect(() => encodeAnswer(value)).toThrow(expect.objectContaining({ code: "FG_PROTOCOL" }));
        }
      }),
      { numRuns: 300 },
    );
  });

  test("no octets make a decoder throw, and what decodes encodes again", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), octets, (octet, data) => {
        const read = decodeCommand({ octet, data });
        const isPlain = read.ok && !["negotiate", "macros"].includes(read.value.kind);
        if (read.ok && isPlain) {
          expect(encodeCommand(read.value)).toEqual(encodeFrame(String.fromCharCode(octet), data));
        }
        expect(decodeAnswer({ octet, data })).toHaveProperty("ok");
      }),
      { numRuns: 1000 },
    );
  });

  test("frames do not depend on how the octets are cut", () => {
    fc.assert(
      fc.property(fc.array(wild, { maxLength: 6 }), fc.array(fc.nat(40), { minLength: 1 }), (frames, sizes) => {
        const whole = Buffer.concat(frames);
        expect(cut(whole, sizes)).toEqual(cut(whole, [whole.length]));
      }),
    );
  });

  test("every reply is one line that survives both MTAs", () => {
    fc.assert(
      fc.property(fc.integer({ min: 400, max: 599 }), fc.string({ unit: anyCharacter }), (code, line) => {
        const formatted = formatMilterReply({ code, enhanced: `${Math.floor(code / 100)}.7.1`, text: line });
        expect(replyTextFault(formatted)).toBeUndefined();
        expect(formatted.replaceAll("%%", "")).not.toContain("%");
      }),
    );
  });
});

function cut(whole: Buffer, sizes: readonly number[]): Frame[] {
  const reader = new FrameReader();
  const frames: Frame[] = [];
  for (let at = 0, turn = 0; at < whole.length; turn++) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    reader.push(whole.subarray(at, at + size), (frame) => frames.push(frame));
    at += size;
  }
  return frames;
}

describe("the reader of frames", () => {
  test.each([
    ["a length of 0", [0, 0, 0, 0]],
    ["a length over the ceiling", [0, 0x10, 0, 1]],
    ["GET", [...Buffer.from("GET / HT")]],
    ["a TLS hello", [0x16, 3, 1, 2, 0]],
  ])("refuses %s before it reads on", (_, start) => {
    for (const sizes of [[start.length], [1]]) {
      const reader = new FrameReader();
      const faults = cutBytes(Buffer.from(start), sizes[0] as number).map((piece) =>
        reader.push(piece, () => expect.fail()),
      );
      expect(faults.at(-1)).toBeTypeOf("string");
      expect(reader.push(encodeFrame("Q"), () => expect.fail())).toBe(faults.at(-1));
    }
  });

  test("takes a frame as long as the ceiling, octet by octet at its end", () => {
    const frame = encodeFrame("L", Buffer.alloc(MAX_FRAME - 1, 0x78));
    const lengths: number[] = [];
    const reader = new FrameReader();
    for (const piece of [frame.subarray(0, -3), ...cutBytes(frame.subarray(-3), 1)]) {
      expect(reader.push(piece, ({ data }) => lengths.push(data.length))).toBeUndefined();
    }
    expect(lengths).toEqual([MAX_FRAME - 1]);
    expect(reader.isMidFrame).toBe(false);
  });
});

function cutBytes(whole: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(whole.length / size) }, (_, at) => whole.subarray(at * size, (at + 1) * size));
}

const verdict = fc.constantFrom<MilterVerdict[]>(
  "continue",
  "accept",
  "reject",
  "tempfail",
  "discard",
  "skip",
  { reply: "550 5.7.1 no" },
  { reply: "250 2.0.0 broken" },
);

describe("session laws", () => {
  const steps = fc.constantFrom(0, 0xffc80, 0x1fffff);

  test("whatever an MTA sends, nothing is thrown and every frame sent is sound", () => {
    fc.assert(
      fc.property(fc.array(wild, { maxLength: 40 }), fc.infiniteStream(verdict), steps, (frames, verdicts, wanted) => {
        let closed = 0;
        const next = (): MilterVerdict => verdicts.next().value ?? "continue";
        const sent: Frame[] = [];
        const reader = new FrameReader();
        const session = createMilterSession({
          handler: () => ({
            negotiate: () => ({ actions: 0x1ff, steps: wanted }),
            connect: next,
            helo: next,
            mail: next,
            rcpt: next,
            header: next,
            eoh: next,
            body: next,
            eom: () => ({ verdict: next(), edits: [{ kind: "add-header", name: "X", value: "1" }] }),
          }),
          send: (bytes) => {
            expect(closed).toBe(0);
            expect(reader.push(bytes, (frame) => sent.push(frame))).toBeUndefined();
          },
          onClose: () => closed++,
        });
        session.receive(encodeCommand({ kind: "negotiate", version: 6, actions: 0x1ff, steps: 0x1fffff }));
        session.receive(Buffer.concat(frames));
        session.end();
        expect(closed).toBe(1);
        expect(session.backlog).toBe(0);
        for (const frame of sent) {
          const read = decodeAnswer(frame);
          expect(read.ok && answerFault(read.value)).toBeUndefined();
        }
        const answered = frames.filter((frame) => "CHMRTULNBE".includes(String.fromCharCode(frame[4] as number)));
        expect(sent.filter(({ octet }) => octet !== 0x68).length).toBeLessThanOrEqual(answered.length + 1);
      }),
      { numRuns: 400 },
    );
  });

  test("answers do not depend on how the octets are cut", () => {
    const run = (whole: Buffer, size: number) => {
      const sent: Buffer[] = [];
      const session = createMilterSession({
        handler: () => ({}),
        send: (bytes) => sent.push(bytes),
        onClose: () => sent.push(Buffer.from("closed")),
      });
      for (const piece of cutBytes(whole, size)) session.receive(piece);
      return Buffer.concat(sent);
    };
    fc.assert(
      fc.property(fc.array(wild, { maxLength: 10 }), fc.integer({ min: 1, max: 9 }), (frames, size) => {
        const offer = encodeCommand({ kind: "negotiate", version: 6, actions: 0x1ff, steps: 0 });
        const whole = Buffer.concat([offer, ...frames]);
        expect(run(whole, size)).toEqual(run(whole, whole.length));
      }),
    );
  });

  test("answers of handlers that take time are those of handlers that do not, in order", async () => {
    const owed = fc.constantFrom(0, 0xffc80);
    const lockstep = fc.array(
      fc.constantFrom<Command>(
        { kind: "helo", name: "a" },
        { kind: "mail", sender: "<a@b.example>", args: [] },
        { kind: "rcpt", recipient: "<a@b.example>", args: [] },
        { kind: "eoh" },
        { kind: "eom", chunk: Buffer.alloc(0) },
      ),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(lockstep, owed, fc.array(fc.boolean(), { minLength: 1 }), async (commands, wanted, slow) => {
        const run = async (isSlow: (call: number) => boolean) => {
          let call = 0;
          const next = (): MilterVerdict | Promise<MilterVerdict> => {
            const made: MilterVerdict = { reply: `550 5.7.1 ${call}` };
            const verdict = call % 3 === 2 ? made : "continue";
            return isSlow(call++) ? Promise.resolve().then(() => verdict) : verdict;
          };
          const sent: Buffer[] = [];
          const session = createMilterSession({
            handler: () => ({
              negotiate: () => ({ actions: 0, steps: wanted }),
              helo: next,
              mail: next,
              rcpt: next,
              eoh: next,
              eom: next,
            }),
            send: (bytes) => sent.push(bytes),
            onClose: () => sent.push(Buffer.from("closed")),
          });
          session.receive(encodeCommand({ kind: "negotiate", version: 6, actions: 0x1ff, steps: 0x1fffff }));
          session.receive(Buffer.concat(commands.map(encodeCommand)));
          for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
          return Buffer.concat(sent).toString("latin1");
        };
        expect(await run((call) => slow[call % slow.length] ?? false)).toBe(await run(() => false));
      }),
      { numRuns: 60 },
    );
  });
});
