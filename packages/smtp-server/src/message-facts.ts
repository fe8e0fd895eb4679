import {
  FACT_NAMES,
  type FactName,
  type Facts,
  type MessageLimits,
  type Path,
  parsePath,
  readHeaderBytes,
  readMessage,
} from "@fromguard/core";
import type { HeadRead } from "./head.js";

/** What a host in Node ever tells of a transaction: who acts for whom it does not know. */
export const HOST_FACTS: readonly FactName[] = FACT_NAMES.filter((name) => name !== "authorisation");

/**
 * Reads a path that a host in Node hands on as text. Octets that were no UTF-8 are U+FFFD by then, which must not become another's
 * address: such a path is malformed.
 */
export function pathOf(text: string): Path {
  const offset = text.indexOf("\ufffd");
  return offset < 0 ? parsePath(text) : { kind: "malformed", text, offset };
}

/** The facts of what was read of a message: of its header, and under `needsBody` of its body too. */
export function messageFacts(head: HeadRead, needsBody: boolean, limits: Partial<MessageLimits>): Partial<Facts> {
  if (!needsBody) return { headers: readHeaderBytes(head.bytes, limits) };
  const { headers, bodyAnomalies } = readMessage(head.bytes, limits);
  return { headers, bodyAnomalies };
}
