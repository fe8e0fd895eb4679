import { describe, expect, test } from "vitest";
import { answerFault, decodeAnswer, decodeCommand, encodeAnswer, encodeCommand, encodeFrame } from "../../src/index.js";
import { frameOf, octets, recordings } from "../recorded.js";

/** Frames by which the recorded raw filter broke the protocol. */
const BROKEN: Readonly<Record<string, string>> = {
  "raw-chgfrom-nonul": "65",
  "raw-crlf-fold-edit": "68582d4c666e6f7773",
  "raw-extra-data": "63",
  "raw-reply-bad-code": "79",
  "raw-reply-mismatched-enhanced": "79",
  "raw-too-many-actions": "4f",
};

function isBroken(recording: string, hex: string): boolean {
  const start = BROKEN[recording];
  return start !== undefined && hex.slice(8).startsWith(start);
}

describe("recorded frames decode and encode again to the same octets", () => {
  test.each(recordings.map((recording) => [recording.name, recording] as const))("%s", (name, { connections }) => {
    for (const [direction, hex] of connections.flatMap(({ frames }) => frames)) {
      if (hex === "") continue;
      const frame = frameOf(octets(hex));
      expect(encodeFrame(String.fromCharCode(frame.octet), frame.data).toString("hex")).toBe(hex);
      if (direction === "mta") {
        const command = decodeCommand(frame);
        expect(command.ok && encodeCommand(command.value).toString("hex")).toBe(hex);
      } else if (!isBroken(name, hex) || hex === "0000000163") {
        const answer = decodeAnswer(frame);
        expect(answer.ok && encodeAnswer(answer.value).toString("hex")).toBe(hex);
      }
    }
  });
});

describe("recorded frames that break the protocol are not built", () => {
  test.each(recordings.filter(({ name }) => name in BROKEN).map((recording) => [recording.name, recording] as const))(
    "%s",
    (name, { connections }) => {
      const broken = connections
        .flatMap(({ frames }) => frames)
        .filter(([direction, hex]) => direction === "filter" && hex !== "0000000163" && isBroken(name, hex));
      expect(broken.length).toBeGreaterThan(0);
      for (const [, hex] of broken) {
        const answer = decodeAnswer(frameOf(octets(hex)));
        if (!answer.ok) continue;
        expect(answerFault(answer.value)).toBeTypeOf("string");
        expect(() => encodeAnswer(answer.value)).toThrow(expect.objectContaining({ code: "FG_PROTOCOL" }));
      }
    },
  );
});
