import type { MessageLimits } from "./limits.js";
import { readSection } from "./read-bytes.js";
import { scanBody } from "./scan-body.js";
import type { BodyAnomalies, HeaderSection } from "./section.js";

/** A message, as far as the sender is concerned. */
export interface Message {
  readonly headers: HeaderSection;
  readonly bodyAnomalies: BodyAnomalies;
  /** Where the body begins, in octets; the length of the message where it has none. */
  readonly bodyOffset: number;
}

/** Reads a whole message as it is on the wire: its header section, and what its body tells about the sender. */
export function readMessage(raw: Uint8Array, limits: Partial<MessageLimits> = {}): Message {
  const { section, end } = readSection(raw, limits);
  return { headers: section, bodyAnomalies: scanBody(raw.subarray(end), section, limits), bodyOffset: end };
}
