import { decodeAnswer, decodeCommand, encodeAnswer, encodeCommand, FrameReader } from "@fromguard/milter";
import { messageOf } from "../kind.js";
import { type Frame, hexOf } from "./wire.js";

/** Which side sent a frame. */
export type Side = "mta" | "filter";

/** What keeps our codec from reading a frame and writing the same octets; undefined where nothing does. */
export function codecFault(frame: Frame, side: Side): string | undefined {
  for (const whole of [true, false]) {
    const fault = roundTripFault(frame, side, whole);
    if (fault !== undefined) return `${fault}${whole ? "" : " (delivered octet by octet)"}`;
  }
  return undefined;
}

/** Whether our codec refuses to build a frame: it reads as no value, or as one that the encoder refuses with an error. */
export function isRefusedByEncoder(frame: Frame): boolean {
  const read = decodeAnswer({ octet: frame.command.charCodeAt(0), data: Buffer.from(frame.data) });
  if (!read.ok) return true;
  try {
    encodeAnswer(read.value);
    return false;
  } catch {
    return true;
  }
}

function roundTripFault(frame: Frame, side: Side, whole: boolean): string | undefined {
  const cut: string[] = [];
  const reader = new FrameReader();
  let fault: string | undefined;
  const pieces = whole ? [frame.octets] : Array.from(frame.octets, (octet) => Uint8Array.of(octet));
  for (const piece of pieces) {
    fault ??= reader.push(piece, (read) => {
      try {
        cut.push(hexOf(again(read, side)));
      } catch (error) {
        cut.push(`refused: ${messageOf(error)}`);
      }
    });
  }
  if (fault !== undefined) return `not read: ${fault}`;
  const expected = hexOf(frame.octets);
  return cut.length === 1 && cut[0] === expected ? undefined : `written again as ${cut.join(" ") || "nothing"}`;
}

function again(frame: Parameters<typeof decodeAnswer>[0], side: Side): Uint8Array {
  if (side === "mta") {
    const read = decodeCommand(frame);
    if (!read.ok) throw new Error(read.fault);
    return encodeCommand(read.value);
  }
  const read = decodeAnswer(frame);
  if (!read.ok) throw new Error(read.fault);
  return encodeAnswer(read.value);
}
