import { decodeAnswer, type MilterHandler, type MilterOutcome } from "@fromguard/milter";
import { agree, disagree, type Kind, type Outcome } from "../kind.js";
import { codecFault, isRefusedByEncoder } from "../milter/codec-checks.js";
import { isEdit, soundnessOf } from "../milter/faults.js";
import { continuingHandler, expectedOfContinuing, misplacing } from "../milter/raw-script.js";
import { type Exchange, exchangesOf, isRaw, isRecording, type Recording } from "../milter/recording.js";
import { type Delivery, replay } from "../milter/replay.js";
import { scriptedHandler } from "../milter/scripted-handler.js";
import { type Frame, hexOf, negotiationOf } from "../milter/wire.js";

const DELIVERIES: readonly Delivery[] = ["frame by frame", "octet by octet"];

/** Sessions between Postfix and a filter: one case a file. */
export const milter: Kind = {
  name: "milter",
  recognise: isRecording,
  cases: ({ json }) => [{ name: "session", check: () => check(json as Recording) }],
};

function check(recording: Recording): Outcome {
  for (const [index, connection] of recording.connections.entries()) {
    const exchanges = exchangesOf(connection);
    const checks = isRaw(recording) ? [checkRawFrames, checkContinuing] : [checkFrames, checkScripted];
    for (const one of checks) {
      const outcome = one(exchanges, recording);
      if (outcome.agrees) continue;
      const at = recording.connections.length > 1 ? `connection ${index + 1}, ` : "";
      return disagree(`${at}${outcome.expected}`, outcome.got);
    }
  }
  return agree();
}

/** Every frame of both directions reads, and is written again as the same octets. */
function checkFrames(exchanges: readonly Exchange[]): Outcome {
  for (const { sent, answers } of exchanges) {
    const outcome = same(sent, codecFault(sent, "mta"));
    if (!outcome.agrees) return outcome;
    for (const answer of answers) {
      const read = same(answer, codecFault(answer, "filter"));
      if (!read.agrees) return read;
    }
  }
  return agree();
}

/** As {@link checkFrames}, but what the filter may not say is refused. */
function checkRawFrames(exchanges: readonly Exchange[]): Outcome {
  const sent = checkFrames(exchanges.map((exchange) => ({ ...exchange, answers: [] })));
  if (!sent.agrees) return sent;
  const offer = exchanges.map((exchange) => exchange.sent).find(({ command }) => command === "O");
  for (const [index, { sent: event, answers }] of exchanges.entries()) {
    for (const answer of answers) {
      const fault = codecFault(answer, "filter");
      const soundness = soundnessOf(answer, event.command, offer === undefined ? undefined : negotiationOf(offer));
      if (soundness === "sound" && fault !== undefined) return same(answer, fault);
      if (soundness === "broken" && !isRefused(answer, exchanges, index)) {
        return disagree(`an error for ${hexOf(answer.octets)} in answer to ${event.command}`, "it was built");
      }
    }
  }
  return agree();
}

/** Refused by the encoder; or, where only its place is wrong, by the session. */
function isRefused(answer: Frame, exchanges: readonly Exchange[], index: number): boolean {
  if (isRefusedByEncoder(answer) || answer.command === "O") return true; // what was not offered is masked: see checkContinuing
  const read = decodeAnswer({ octet: answer.command.charCodeAt(0), data: Buffer.from(answer.data) });
  const event = exchanges[index]?.sent.command ?? "";
  if (!isEdit(answer) || event === "E" || !read.ok) return false;
  const handler = misplacing(read.value as NonNullable<MilterOutcome["edits"]>[number], event);
  const frames = exchanges.slice(0, index + 1).map(({ sent }) => sent);
  const { answers, faults } = replay(frames, handler, "frame by frame");
  return faults.length > 0 && !hexOf(answers.at(-1) ?? new Uint8Array()).includes(hexOf(answer.octets));
}

/** Our server with a handler that does what the script says answers as the filter did. */
function checkScripted(exchanges: readonly Exchange[], { filter_script: script }: Recording): Outcome {
  const expected = exchanges.map(({ answers }) => Buffer.concat(answers.map(({ octets }) => octets)));
  return checkReplay(exchanges, expected, () => scriptedHandler(script));
}

/** Our server with a handler that continues understands every frame of the MTA. */
function checkContinuing(exchanges: readonly Exchange[], { filter_script: script }: Recording): Outcome {
  const expected = expectedOfContinuing(
    exchanges.map(({ sent }) => sent),
    script,
  );
  return checkReplay(exchanges, expected, () => continuingHandler(script));
}

function checkReplay(
  exchanges: readonly Exchange[],
  expected: readonly Uint8Array[],
  handler: () => MilterHandler,
): Outcome {
  const frames = exchanges.map(({ sent }) => sent);
  for (const delivery of DELIVERIES) {
    const { answers, closedAt, faults } = replay(frames, handler(), delivery);
    for (const [index, { command }] of frames.entries()) {
      const want = hexOf(expected[index] ?? new Uint8Array());
      const have = hexOf(answers[index] ?? new Uint8Array());
      const closed = closedAt === index && command !== "Q";
      if (want === have && !closed) continue;
      const why = faults.length > 0 ? ` (${faults.join("; ")})` : "";
      return disagree(
        `frame ${index + 1} (${command}), ${delivery}: ${want || "no answer"}`,
        `${have || "no answer"}${closed ? ", closed" : ""}${why}`,
      );
    }
  }
  return agree();
}

function same(frame: Frame, fault: string | undefined): Outcome {
  return fault === undefined ? agree() : disagree(`the same octets, ${hexOf(frame.octets)}`, fault);
}
