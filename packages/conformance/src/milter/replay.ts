import { createMilterSession, type MilterHandler } from "@fromguard/milter";
import type { Frame } from "./wire.js";

/** How the octets of the MTA are delivered. */
export type Delivery = "frame by frame" | "octet by octet";

/** What a session of ours did with the frames of an MTA. */
export interface Replayed {
  /** The octets sent behind each frame, up to the next. */
  readonly answers: readonly Uint8Array[];
  /** The index of the frame at which it closed; undefined where it stayed open. */
  readonly closedAt: number | undefined;
  /** Faults that it told of, in words. */
  readonly faults: readonly string[];
}

/** Runs frames of an MTA through a milter session; the handler must answer at once. */
export function replay(frames: readonly Frame[], handler: MilterHandler, delivery: Delivery): Replayed {
  const answers: Uint8Array[] = [];
  const faults: string[] = [];
  let sent: Uint8Array[] = [];
  let at = 0;
  let closedAt: number | undefined;
  const session = createMilterSession({
    handler: () => handler,
    send: (octets) => sent.push(Uint8Array.from(octets)),
    onClose: () => {
      closedAt ??= at;
    },
    onEvent: (event) =>
      faults.push(event.kind === "protocol-error" ? event.reason : `${event.command}: ${event.cause}`),
  });
  for (const { octets } of frames) {
    sent = [];
    if (delivery === "frame by frame") session.receive(octets);
    else for (let octet = 0; octet < octets.length; octet++) session.receive(octets.subarray(octet, octet + 1));
    answers.push(Buffer.concat(sent));
    at++;
  }
  return { answers, closedAt, faults };
}
