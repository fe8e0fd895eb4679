import { describe, expect, test } from "vitest";
import {
  decodeAnswer,
  encodeFrame,
  MAX_BODY_CHUNK,
  type MilterHandler,
  type MilterOutcome,
  STEPS,
} from "../../src/index.js";
import { mta } from "../recorded.js";
import { talk } from "./talk.js";

/** A message whose header is over; of a body that the filter sends, its length is heard. */
function talkOfBody(handler: MilterHandler, offeredSteps: number) {
  const { say, events } = talk(handler, (frame) => {
    const read = decodeAnswer(frame);
    const length = frame.octet === "b".charCodeAt(0) ? ` ${frame.data.length}` : "";
    return read.ok ? `${read.value.kind}${length}` : read.fault;
  });
  say(mta.offer(6, 0x1ff, offeredSteps), mta.mail("<a@b.example>"), mta.eoh());
  return { say, events };
}

const { bodyChunks256K, bodyChunks1M } = STEPS;
const chunk = (octets: number) => encodeFrame("B", Buffer.alloc(octets));
const last = (octets: number) => encodeFrame("E", Buffer.alloc(octets));

describe("body from the MTA", () => {
  test.each([
    ["64 KiB, as nothing more was asked for", bodyChunks256K | bodyChunks1M, 0, 0xffff],
    ["64 KiB, as nothing more was offered", 0, bodyChunks256K | bodyChunks1M, 0xffff],
    ["256 KiB", bodyChunks256K, bodyChunks256K, 0x3ffff],
    ["1 MiB", bodyChunks1M, bodyChunks1M, 0xfffff],
    ["the larger of two", bodyChunks256K | bodyChunks1M, bodyChunks256K | bodyChunks1M, 0xfffff],
  ])("comes in chunks of less than %s", (_, offered, wanted, most) => {
    const seen: number[] = [];
    const see = ({ chunk: { length } }: { readonly chunk: Buffer }) => {
      seen.push(length);
      return "continue" as const;
    };
    const handler = { negotiate: () => ({ actions: 0, steps: wanted }), body: see, eom: see };
    expect(talkOfBody(handler, offered).say(chunk(most), last(most))).toEqual(["continue", "continue"]);
    expect(seen).toEqual([most, most]);
    for (const tooLong of [chunk(most + 1), last(most + 1)]) {
      const { say, events } = talkOfBody(handler, offered);
      expect(say(tooLong)).toEqual(["close"]);
      expect(events).toMatchObject([{ kind: "protocol-error" }]);
    }
    expect(seen).toHaveLength(2);
  });
});

describe("body of the filter", () => {
  const replacing = (edits: MilterOutcome["edits"]) =>
    talkOfBody({ eom: () => ({ verdict: "continue", edits: edits ?? [] }) }, 0).say(mta.eom());
  const body = (octets: number) => ({ kind: "replace-body" as const, chunk: Buffer.alloc(octets) });
  const tag = { kind: "add-header" as const, name: "X", value: "1" };

  test("goes out in frames that every MTA takes", () => {
    expect(replacing([tag, body(2 * MAX_BODY_CHUNK + 1), tag])).toEqual([
      "add-header",
      "replace-body 65535",
      "replace-body 65535",
      "replace-body 1",
      "add-header",
      "continue",
    ]);
    expect(replacing([body(0)])).toEqual(["replace-body 0", "continue"]);
    expect(replacing([body(MAX_BODY_CHUNK), body(1)])).toEqual(["replace-body 65535", "replace-body 1", "continue"]);
  });

  test("with another edit in its midst defers the message: Postfix would end the body there", () => {
    expect(replacing([body(1), tag, body(1)])).toEqual(["reply"]);
  });
});
