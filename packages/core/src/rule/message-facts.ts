import type { MessageLimits } from "../headers/limits.js";
import { readHeaderBytes } from "../headers/read-bytes.js";
import { readMessage } from "../headers/read-message.js";
import type { Facts } from "./facts.js";

/** The facts that a message tells. */
export type MessageFacts = Pick<Facts, "headers"> & Partial<Pick<Facts, "bodyAnomalies">>;

/** Options of {@link messageFacts}. */
export interface MessageOptions {
  /** Within which a message is read. Default `MESSAGE_LIMITS`. */
  readonly readLimits?: Partial<MessageLimits>;
  /** False: nothing behind the header is looked at, and the fact `bodyAnomalies` stays unknown. Default true. */
  readonly needsBody?: boolean;
}

/** Reads the facts of a message from its octets as they are on the wire; under `needsBody: false` its header is enough of it. */
export function messageFacts(octets: Uint8Array, { readLimits, needsBody = true }: MessageOptions = {}): MessageFacts {
  if (!needsBody) return { headers: readHeaderBytes(octets, readLimits) };
  const { headers, bodyAnomalies } = readMessage(octets, readLimits);
  return { headers, bodyAnomalies };
}
