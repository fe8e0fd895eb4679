import type { CloseReason } from "@fromguard/policy";

/** Limits of the servers under test: small, so that they are reached. */
export const LIMITS = { maxRequestBytes: 2_000, maxAttributes: 40 };

/** One request as its octets have it: values as latin1, the first of a name. */
export type Attributes = ReadonlyMap<string, string>;

/** What the octets of a connection are, read at once and by another grammar than the codec's. */
export interface Reading {
  readonly requests: readonly Attributes[];
  /** Why the connection is closed; undefined where the client ends it between two requests. */
  readonly reason: CloseReason | undefined;
}

/** Reads the octets of a connection whose client then closes its side. */
export function read(octets: Buffer): Reading {
  const text = octets.toString("latin1");
  const requests: Attributes[] = [];
  let start = 0;
  while (start < text.length) {
    const request = readRequest(text.slice(start));
    if (typeof request === "string") return { requests, reason: request };
    const kind = request.attributes.get("request");
    if (kind !== undefined && kind !== "smtpd_access_policy") return { requests, reason: "wrong-request" };
    requests.push(request.attributes);
    start += request.length;
  }
  return { requests, reason: undefined };
}

function readRequest(text: string): { readonly attributes: Attributes; readonly length: number } | CloseReason {
  const attributes = new Map<string, string>();
  let at = 0;
  let lines = 0;
  for (;;) {
    const end = text.indexOf("\n", at);
    const line = end < 0 ? text.slice(at) : text.slice(at, end);
    const fault = faultIn(line, end >= 0, at === 0, lines);
    // The first octet that is wrong counts, and the one that is one too many is wrong.
    const where = fault === undefined ? (end < 0 ? text.length : end) : at + fault.at;
    if (where >= LIMITS.maxRequestBytes) return "request-too-large";
    if (fault !== undefined) return fault.reason;
    if (end < 0) return "request-truncated";
    at = end + 1;
    if (line === "") return { attributes, length: at };
    lines++;
    const equals = line.indexOf("=");
    const name = line.slice(0, equals);
    if (!attributes.has(name)) attributes.set(name, line.slice(equals + 1));
  }
}

function faultIn(
  line: string,
  isWhole: boolean,
  isFirst: boolean,
  before: number,
): { readonly at: number; readonly reason: CloseReason } | undefined {
  if (line.startsWith("=")) return { at: 0, reason: "line-malformed" };
  const nul = line.indexOf("\0");
  if (nul >= 0) return { at: nul, reason: "nul-octet" };
  if (!isWhole) return undefined;
  if (line === "") return isFirst ? { at: 0, reason: "request-empty" } : undefined;
  if (!line.includes("=")) return { at: line.length, reason: "line-malformed" };
  return before >= LIMITS.maxAttributes ? { at: line.length, reason: "too-many-attributes" } : undefined;
}
