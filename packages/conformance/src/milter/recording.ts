import { isRecord } from "../kind.js";
import type { FilterScript } from "./script.js";
import { type Frame, octetsOf, splitFrames } from "./wire.js";

/** What a filter of raw frames was told to do at negotiation. */
export interface RawScript {
  /** Version, actions and steps. Absent: the highest version, all that was offered, no steps. */
  readonly neg?: readonly [version: number, actions: number, steps: number];
  /** The frame of its negotiation, in hex, in place of `neg`. */
  readonly negraw?: string;
  readonly sym?: readonly (readonly [stage: number, names: string])[];
}

/** A session recorded between an MTA and a filter: a JSON file of the corpus. */
export interface Recording {
  readonly filter: string;
  readonly filter_script: FilterScript & RawScript;
  readonly connections: readonly {
    readonly frames: readonly (readonly [from: "mta" | "filter" | "mta-close" | "filter-close", hex: string])[];
  }[];
}

/** A frame of the MTA and what the filter answered before the MTA spoke again. */
export interface Exchange {
  readonly sent: Frame;
  readonly answers: readonly Frame[];
}

/** Whether JSON is a {@link Recording}. */
export function isRecording(json: unknown): json is Recording {
  return (
    isRecord(json) && typeof json.filter === "string" && isRecord(json.filter_script) && Array.isArray(json.connections)
  );
}

/** Whether the filter wrote raw frames, for what a well-behaved filter cannot say. */
export function isRaw({ filter }: Recording): boolean {
  return filter === "scripted";
}

/**
 * The exchanges of one connection.
 *
 * @throws where a recorded frame is not one whole frame
 */
export function exchangesOf({ frames }: Recording["connections"][number]): readonly Exchange[] {
  const exchanges: { readonly sent: Frame; readonly answers: Frame[] }[] = [];
  for (const [from, hex] of frames) {
    if (from !== "mta" && from !== "filter") continue;
    const frame = wholeFrame(hex);
    if (from === "mta") exchanges.push({ sent: frame, answers: [] });
    else exchanges.at(-1)?.answers.push(frame);
  }
  return exchanges;
}

function wholeFrame(hex: string): Frame {
  const { frames, rest } = splitFrames(octetsOf(hex));
  const [frame] = frames;
  if (frame === undefined || frames.length > 1 || rest.length > 0) throw new Error(`not one whole frame: ${hex}`);
  return frame;
}
