import { createMilterSession, encodeAnswer, type MilterSessionOptions } from "@fromguard/milter";
import { describe, expect, test } from "vitest";
import type { MakeSession } from "../../src/wire/milter/connection.js";
import { fuzzMilter } from "../../src/wire/milter/run.js";
import { MAX_FAILURES } from "../../src/wire/tally.js";

const seed = Number(process.env.SEED ?? 7);

describe("the wire fuzz of the milter session", () => {
  test("finds nothing, and gets everywhere", async () => {
    const { frames, counts, failures } = await fuzzMilter({ frames: 40_000, seed });
    expect(failures).toEqual([]);
    expect(frames).toBeGreaterThanOrEqual(40_000);
    const reached = [...counts.keys()];
    for (const event of "CHMRTULNBE") expect(reached).toContain(`event ${event}`);
    for (const word of ["continue", "accept", "reject", "tempfail", "discard", "skip", "reply"]) {
      expect(reached).toContain(`answer ${word}`);
    }
    for (const end of ["QUIT", "QUIT in front of an answer", "a broken frame", "malformed data", "no negotiation"]) {
      expect(reached).toContain(`closed: ${end}`);
    }
    for (const end of ["an event without a message", "version 1"]) expect(reached).toContain(`closed: ${end}`);
    expect(reached).toContain("an answer without a reader");
    expect(reached).toContain("an event without a reader");
    expect(reached).toContain("a refusal told later");
  });

  test("makes the same connections of the same seed", async () => {
    const [one, again] = [await fuzzMilter({ frames: 2_000, seed }), await fuzzMilter({ frames: 2_000, seed })];
    expect(again).toEqual(one);
  });

  const CONTINUE = encodeAnswer({ kind: "continue" });
  const sabotaged =
    (change: (options: MilterSessionOptions) => Partial<MilterSessionOptions>): MakeSession =>
    (options) =>
      createMilterSession({ ...options, ...change(options) });

  test.each<[string, MakeSession]>([
    ["loses an answer", sabotaged(({ send }) => ({ send: (octets) => octets.length === 5 || send(octets) }))],
    ["answers twice", sabotaged(({ send }) => ({ send: (octets) => send(Buffer.concat([octets, CONTINUE])) }))],
    ["sends half a frame", sabotaged(({ send }) => ({ send: (octets) => send(octets.subarray(0, -1)) }))],
    ["answers for another event", sabotaged(({ send }) => ({ send: (octets) => send(renumbered(octets)) }))],
    ["closes without a word", sabotaged(() => ({ onEvent: () => undefined }))],
    [
      "logs octets as they are",
      sabotaged(({ onEvent }) => ({ onEvent: (event) => onEvent?.({ ...event, command: "\x1b[2J" } as never) })),
    ],
    [
      "lets exceptions out",
      (options) => {
        const session = createMilterSession(options);
        const receive = (octets: Uint8Array) => {
          session.receive(octets);
          throw new Error("bug");
        };
        return { ...methodsOf(session), receive };
      },
    ],
    [
      "overlooks an ABORT",
      (options) => {
        const session = createMilterSession(options);
        const receive = (octets: Uint8Array) => {
          if (!(octets.length === 5 && octets[4] === 0x41)) session.receive(octets);
        };
        return { ...methodsOf(session), receive };
      },
    ],
  ])("finds a session that %s", async (_, makeSession) => {
    const { failures } = await fuzzMilter({ frames: 60_000, seed: 11 }, makeSession);
    expect(failures.length).toBe(MAX_FAILURES);
  });
});

/** A reply with the number of another event. */
function renumbered(octets: Buffer): Buffer {
  const text = octets.toString("latin1");
  return Buffer.from(text.replace(/event \d/, "event x"), "latin1");
}

function methodsOf(session: ReturnType<MakeSession>): ReturnType<MakeSession> {
  return {
    receive: (octets) => session.receive(octets),
    end: () => session.end(),
    finish: () => session.finish(),
    progress: () => session.progress(),
    get isAwaited() {
      return session.isAwaited;
    },
    get backlog() {
      return session.backlog;
    },
    get isMidFrame() {
      return session.isMidFrame;
    },
    get frames() {
      return session.frames;
    },
    get openMessage() {
      return session.openMessage;
    },
    get held() {
      return session.held;
    },
    get negotiated() {
      return session.negotiated;
    },
  };
}
