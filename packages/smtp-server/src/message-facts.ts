import { FACT_NAMES, type FactName, type Path, parsePath } from "@fromguard/core";

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
