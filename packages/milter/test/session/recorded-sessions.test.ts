import { describe, expect, test } from "vitest";
import { createMilterSession, type MilterHandler, type SessionEvent } from "../../src/index.js";
import { malformed, octets, type Recording, recordings, scripted } from "../recorded.js";

interface Run {
  readonly feed: (bytes: Uint8Array) => string;
  readonly events: SessionEvent[];
  readonly isClosed: () => boolean;
}

function run(handler: MilterHandler): Run {
  let answers = "";
  let closed = 0;
  const events: SessionEvent[] = [];
  const session = createMilterSession({
    handler: () => handler,
    send: (bytes) => {
      answers += bytes.toString("hex");
    },
    onClose: () => closed++,
    onEvent: (event) => events.push(event),
  });
  return {
    feed: (bytes) => {
      answers = "";
      session.receive(bytes);
      return answers;
    },
    events,
    isClosed: () => closed === 1,
  };
}

/** Each MTA frame with the filter frames that answer it. */
function exchanges(frames: Recording["connections"][number]["frames"]): { mta: Buffer; answers: string }[] {
  const result: { mta: Buffer; answers: string }[] = [];
  for (const [direction, hex] of frames) {
    if (direction === "mta") result.push({ mta: octets(hex), answers: "" });
    const last = result.at(-1);
    if (direction === "filter" && last !== undefined) last.answers += hex;
  }
  return result;
}

function pieces(whole: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(whole.length / size) }, (_, at) => whole.subarray(at * size, (at + 1) * size));
}

const byLibmilter = recordings.filter(({ filter }) => filter.startsWith("libmilter"));
const byHand = recordings.filter(({ filter }) => filter === "scripted");

describe("sessions recorded with libmilter are answered octet for octet", () => {
  test.each(byLibmilter.map((recording) => [recording.name, recording] as const))("%s", (_, recording) => {
    const inOrder = recording.connections;
    for (const size of [Number.MAX_SAFE_INTEGER, 1]) {
      const handler = scripted(recording.filter_script);
      for (const { frames } of inOrder) {
        const { feed, events } = run(handler);
        for (const { mta, answers } of exchanges(frames)) {
          expect(pieces(mta, Math.min(size, mta.length)).map(feed).join("")).toBe(answers);
        }
        expect(events).toEqual([]);
      }
    }
  });

  test.each(byLibmilter.map((recording) => [recording.name, recording] as const))(
    "%s, cut in every way",
    (_, recording) => {
      const connections = recording.connections.map(({ frames }) => exchanges(frames));
      const longest = Math.max(...connections.flat().map(({ mta }) => mta.length));
      for (const cut of ways(Math.min(longest, MOST_CUTS))) {
        const handler = scripted(recording.filter_script);
        for (const all of connections) {
          const { feed, events } = run(handler);
          const cuts = cut(all.map(({ mta }) => mta));
          const answers = cuts.map(feed).join("");
          // One comparison for each of some hundred ways.
          if (answers !== all.map((exchange) => exchange.answers).join("") || events.length > 0) {
            expect({ cuts: cuts.map((piece) => piece.toString("hex")), answers, events }).toEqual({});
          }
        }
      }
    },
  );
});

/** A longer frame is cut in two near its beginning only, and into small pieces everywhere. */
const MOST_CUTS = 2_000;

/**
 * Every way to cut a stream: whole, every frame behind each of its octets, what follows together with the beginning of the next frame,
 * and pieces of each size up to 40 octets.
 */
function ways(longest: number): ((frames: readonly Buffer[]) => Buffer[])[] {
  const behind = Array.from({ length: longest }, (_, at) => (frames: readonly Buffer[]) => {
    const whole = Buffer.concat(frames);
    let start = 0;
    const places = frames.map((frame) => {
      const place = start + Math.min(at, frame.length);
      start += frame.length;
      return place;
    });
    return [0, ...places].map((place, index) => whole.subarray(place, places[index] ?? whole.length));
  });
  const sizes = Array.from(
    { length: 40 },
    (_, at) => (frames: readonly Buffer[]) => pieces(Buffer.concat(frames), at + 1),
  );
  return [(frames) => [Buffer.concat(frames)], ...behind, ...sizes];
}

const OWED_ALWAYS = "CHMRTULNBE";

describe("raw sessions are understood and answered with continue", () => {
  test.each(byHand.map((recording) => [recording.name, recording] as const))("%s", (_, recording) => {
    const [version, actions, steps] = recording.filter_script.neg ?? [6, 0x1ff, 0];
    for (const { frames } of recording.connections) {
      const { feed, events } = run({ negotiate: () => ({ version, actions, steps }) });
      for (const { mta } of exchanges(frames)) {
        const command = String.fromCharCode(mta[4] as number);
        const answer = feed(mta);
        if (command === "O") expect(octets(answer).readUInt32BE(5)).toBe(version);
        else expect(answer).toBe(OWED_ALWAYS.includes(command) ? "0000000163" : "");
      }
      expect(events).toEqual([]);
    }
  });
});

/** Where libmilter gives fewer answers than it owes: ABORT before CONNECT, an empty chunk, a client behind QUIT_NC. */
const CONTINUES: Readonly<Record<string, number>> = {
  "malformed-abort-idle": 2,
  "malformed-body-empty": 9,
  "malformed-quit-nc-reuse": 6,
};

describe("malformed input gets the safe behaviour", () => {
  test.each(malformed.map((entry) => [entry.name, entry] as const))(
    "%s",
    (name, { input, expect: expected, libmilter_answers }) => {
      const { feed, isClosed, events } = run({});
      const answers = input.flatMap((chunk) => splitAnswers(feed(octets(chunk))));
      expect(answers.filter((answer) => answer !== "0000000163" && !answer.startsWith("0000000d4f"))).toEqual([]);
      const mustClose = /^close(?!,)/.test(expected);
      if (mustClose) expect(isClosed()).toBe(true);
      else if (!/\bclose\b/.test(expected.replace("end of stream close", ""))) expect(isClosed()).toBe(false);
      if (mustClose && !expected.startsWith("close after Q")) expect(events).toHaveLength(1);
      if (libmilter_answers.some((answer) => answer.startsWith("..."))) return;
      const continues = CONTINUES[name];
      const safe =
        continues === undefined ? libmilter_answers : [libmilter_answers[0], ...Array(continues).fill("0000000163")];
      expect(answers).toEqual(isClosed() ? safe.slice(0, answers.length) : safe);
    },
  );

  test("2000 senders are answered in order", () => {
    const flood = malformed.find(({ name }) => name === "malformed-flood-no-read");
    const answers = splitAnswers(run({}).feed(octets(flood?.input[0] ?? "")));
    expect(answers.slice(1)).toEqual(Array(2002).fill("0000000163"));
  });
});

function splitAnswers(hex: string): string[] {
  const answers: string[] = [];
  for (let rest = hex; rest !== ""; ) {
    const end = 8 + 2 * Number.parseInt(rest.slice(0, 8), 16);
    answers.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return answers;
}
